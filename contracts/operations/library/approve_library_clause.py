"""What waits in a library clause counts: its positions, and the types of contracts that must have it."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.events import library as events
from contracts.models import LibraryClause, LibraryClauseVersion
from contracts.operations.library.guards import check_not_own, check_second, check_seen, settle_all, types_taken_off
from contracts.states import LibraryState, LibraryVersionState


@transaction.atomic
def approve_library_clause(*, actor: Actor, clause_id: UUID, seen: UUID | None = None) -> LibraryClause:
    """A version that waits is approved, for good: the database refuses later changes. Open drafts are held against it
    and offered it from now on; signed contracts keep what they adopted. Types that wait are those in which the clause
    is mandatory. The risk of contracts follows within minutes, and so do the routes of approvals of what is not signed.
    `seen` is the newest ledger entry of the clause that the person had before their eyes.

    Raises DomainError `nothing_to_approve`, `clause_retired`, `changed_meanwhile`, `own_words` where the actor said any
    of what waits, `own_draft` where it frees a contract in which the actor wrote.
    """
    clause = lock_row(LibraryClause, clause_id)
    require(actor, "contracts.approve_library_clause", clause)
    if clause.state == LibraryState.RETIRED:
        raise DomainError("clause_retired", _("This clause is retired."))
    newest = LibraryClauseVersion.objects.filter(clause=clause).latest("number")
    waits = newest.state == LibraryVersionState.DRAFT
    if not waits and clause.proposed_for is None:
        raise DomainError("nothing_to_approve", _("All of it is approved already."))
    check_seen(clause, seen)
    check_second(actor, clause)
    check_not_own(actor, clause, types_taken_off(clause))
    before = {"state": clause.state} | _take_types(clause)
    if waits:
        newest.approved_at = clock.now()
        newest.save(update_fields=["approved_at"])
        move(actor, newest, to=LibraryVersionState.APPROVED)
    if clause.state == LibraryState.DRAFT:
        move(actor, clause, to=LibraryState.APPROVED)
    settle_all(clause)
    record(actor, events.clause_approved(clause, newest, before, is_new=waits))
    return clause


def _take_types(clause: LibraryClause) -> dict[str, list[str]]:
    """The types that waited count; those before."""
    if clause.proposed_for is None:
        return {}
    before = {"mandatory_for": clause.mandatory_for}
    clause.mandatory_for, clause.proposed_for = clause.proposed_for, None
    clause.save(update_fields=["mandatory_for", "proposed_for"])
    return before
