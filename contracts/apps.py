from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "contracts"

    def ready(self) -> None:
        from clm.audit.access import register_ledger_filter, seen_with_contract
        from contracts import access, panels, portfolio, seals, subscribers, travelling  # noqa: F401  (its handlers)
        from contracts.models import Contract
        from contracts.papers import bulk, comparisons, open_contracts, reading, receiving  # noqa: F401  (their jobs)
        from contracts.queries import naming

        access.register_all()
        panels.register_all()
        seals.register()
        portfolio.register_all()
        naming.register()
        travelling.register()
        register_ledger_filter(seen_with_contract(lambda: Contract))
