"""The positions that wait are those that count."""

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
from contracts.operations.library.guards import check_not_own, check_seen
from contracts.queries.writers import put_in_words
from contracts.states import LibraryState, LibraryVersionState


@transaction.atomic
def approve_library_clause(*, actor: Actor, clause_id: UUID, seen: UUID | None = None) -> LibraryClause:
    """The newest version is approved, for good: the database refuses later changes. Open drafts are held against it and
    offered it from now on; signed contracts keep what they adopted. `seen` is the newest ledger entry of the clause
    that the person had before their eyes.

    Raises DomainError `nothing_to_approve`, `clause_retired`, `changed_meanwhile`, `own_draft` where the words are the
    actor's own and a draft that they write must have the clause.
    """
    clause = lock_row(LibraryClause, clause_id)
    require(actor, "contracts.approve_library_clause", clause)
    if clause.state == LibraryState.RETIRED:
        raise DomainError("clause_retired", _("This clause is retired."))
    newest = LibraryClauseVersion.objects.filter(clause=clause).latest("number")
    if newest.state != LibraryVersionState.DRAFT:
        raise DomainError("nothing_to_approve", _("The newest version is approved already."))
    check_seen(clause, seen)
    if put_in_words(actor.person_id, newest):
        check_not_own(actor, clause, clause.mandatory_for)
    newest.approved_at = clock.now()
    newest.save(update_fields=["approved_at"])
    move(actor, newest, to=LibraryVersionState.APPROVED)
    before = clause.state
    if before == LibraryState.DRAFT:
        move(actor, clause, to=LibraryState.APPROVED)
    record(actor, events.clause_approved(clause, newest, before))
    return clause
