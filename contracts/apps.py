from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "contracts"

    def ready(self) -> None:
        from clm.audit.access import register_ledger_filter, seen_with_contract
        from contracts import (  # noqa: F401  (register their jobs)
            access,
            change_access,
            comment_access,
            comment_panels,
            comparisons,
            draft_access,
            library_access,
            library_panels,
            omission_access,
            panels,
            portal,
            portfolio,
            portfolio_library,
            portfolio_requests,
            receiving,
            request_access,
            request_panels,
            seals,
            work,
        )
        from contracts.models import Contract

        access.register()
        change_access.register()
        comment_access.register()
        draft_access.register()
        library_access.register()
        omission_access.register()
        request_access.register()
        seals.register()
        panels.register()
        comment_panels.register()
        portal.register()
        library_panels.register()
        request_panels.register()
        portfolio.register()
        portfolio_library.register()
        portfolio_requests.register()
        register_ledger_filter(seen_with_contract(lambda: Contract))
