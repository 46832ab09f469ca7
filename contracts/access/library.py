"""Who may do and see what with the clause library: legal keeps it, an approver approves too, everyone inside reads it,
who drafts adopts it."""

from __future__ import annotations

from clm.access.registry import everyone_inside, register_verbs, register_visibility, seen_through
from clm.access.subjects import register_subjects
from clm.accounts.roles import INSIDE, Role
from contracts.access import EDITORS
from contracts.models import Contract, DeclinedOffer, LibraryClause, LibraryClauseVersion

VIEW = "contracts.view_library"
APPROVERS = {Role.LEGAL, Role.APPROVER}


def register() -> None:
    register_verbs(
        {
            VIEW: INSIDE,
            "contracts.add_library_clause": {Role.LEGAL},
            "contracts.change_library_clause": {Role.LEGAL},
            "contracts.approve_library_clause": APPROVERS,
            "contracts.retire_library_clause": {Role.LEGAL},
            "contracts.import_library": {Role.LEGAL},
            "contracts.adopt_library_clause": EDITORS,
            "contracts.decline_offer": EDITORS,
        }
    )
    register_subjects(LibraryClause)
    register_visibility(LibraryClause, VIEW, everyone_inside)
    register_visibility(LibraryClauseVersion, VIEW, everyone_inside)
    register_visibility(DeclinedOffer, VIEW, seen_through("contract", lambda: Contract))
