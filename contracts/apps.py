from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "contracts"

    def ready(self) -> None:
        from clm.audit.access import register_ledger_filter, seen_with_contract
        from contracts import access, panels, portfolio, seals, subscribers  # noqa: F401  (registers its handlers)
        from contracts.models import Contract
        from contracts.papers import (  # noqa: F401  (register their jobs)
            bulk,
            comparisons,
            import_reading,
            import_running,
            reading,
            receiving,
            scans,
        )
        from contracts.queries import naming

        access.register_all()
        panels.register_all()
        seals.register()
        portfolio.register_all()
        naming.register()
        register_ledger_filter(seen_with_contract(lambda: Contract))
