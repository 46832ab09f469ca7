from clm.access.registry import everyone_inside, register_verbs, register_visibility
from clm.accounts.roles import Role
from clm.audit.models import LedgerEntry, Transition


def register() -> None:
    readers = {Role.AUDITOR, Role.ADMINISTRATOR, Role.LEGAL}
    register_verbs(
        {"audit.view_ledger": readers, "audit.export_ledger": readers, "audit.verify_ledger": readers},
    )
    register_visibility(LedgerEntry, "audit.view_ledger", everyone_inside)
    register_visibility(Transition, "audit.view_ledger", everyone_inside)
