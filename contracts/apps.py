from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "contracts"

    def ready(self) -> None:
        from clm.audit.access import register_ledger_filter, seen_with_contract
        from contracts import access, panels, portfolio, seals, work  # noqa: F401  (registers its job)
        from contracts.models import Contract

        access.register()
        seals.register()
        panels.register()
        portfolio.register()
        register_ledger_filter(seen_with_contract(lambda: Contract))
