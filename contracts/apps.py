from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "contracts"

    def ready(self) -> None:
        from clm.audit.access import register_ledger_filter, seen_with_contract
        from contracts import (  # noqa: F401  (register their jobs)
            access,
            comparisons,
            library_access,
            library_panels,
            panels,
            portfolio,
            portfolio_library,
            seals,
            work,
        )
        from contracts.models import Contract

        access.register()
        library_access.register()
        seals.register()
        panels.register()
        library_panels.register()
        portfolio.register()
        portfolio_library.register()
        register_ledger_filter(seen_with_contract(lambda: Contract))
