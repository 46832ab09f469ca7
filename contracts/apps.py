from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "contracts"

    def ready(self) -> None:
        from clm.audit.access import register_ledger_filter, seen_with_contract
        from contracts import (  # noqa: F401  (registers its handlers)
            access,
            mishaps,
            panels,
            portfolio,
            seals,
            subscribers,
            travelling,
        )
        from contracts.events import wording
        from contracts.models import Contract
        from contracts.papers import (  # noqa: F401  (register their jobs)
            bulk,
            bulk_sends,
            comparisons,
            import_reading,
            import_running,
            open_contracts,
            reading,
            receiving,
            scans,
        )
        from contracts.queries import naming

        access.register_all()
        panels.register_all()
        seals.register()
        mishaps.register()
        portfolio.register_all()
        naming.register()
        wording.register()
        travelling.register()
        register_ledger_filter(seen_with_contract(lambda: Contract))
