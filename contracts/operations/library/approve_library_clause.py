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
from contracts.states import LibraryState, LibraryVersionState


@transaction.atomic
def approve_library_clause(*, actor: Actor, clause_id: UUID, seen: int | None = None) -> LibraryClause:
    """The newest version is approved, for good: the database refuses later changes. Open drafts are held against it and
    offered it from now on; signed contracts keep what they adopted. `seen` is the number of the version that was read.

    Raises DomainError `nothing_to_approve`, `clause_retired`, `changed_meanwhile`.
    """
    clause = lock_row(LibraryClause, clause_id)
    require(actor, "contracts.approve_library_clause", clause)
    if clause.state == LibraryState.RETIRED:
        raise DomainError("clause_retired", _("This clause is retired."))
    newest = LibraryClauseVersion.objects.filter(clause=clause).latest("number")
    if newest.state != LibraryVersionState.DRAFT:
        raise DomainError("nothing_to_approve", _("The newest version is approved already."))
    if seen is not None and seen != newest.number:
        raise DomainError("changed_meanwhile", _("There is a newer version meanwhile: look at that one."))
    newest.approved_at = clock.now()
    newest.save(update_fields=["approved_at"])
    move(actor, newest, to=LibraryVersionState.APPROVED)
    before = clause.state
    if before == LibraryState.DRAFT:
        move(actor, clause, to=LibraryState.APPROVED)
    record(actor, events.clause_approved(clause, newest, before))
    return clause
