"""A clause is no longer used."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.lib.locks import lock_row
from contracts.events import library as events
from contracts.models import LibraryClause
from contracts.operations.library.guards import check_not_own
from contracts.states import LibraryState


@transaction.atomic
def retire_library_clause(*, actor: Actor, clause_id: UUID, reason: str) -> LibraryClause:
    """The clause is retired: drafts are no longer held against it, and nobody adopts it. What was adopted stays.

    Raises Invalid `reason_missing`, DomainError `illegal_move` where it is retired already, `own_draft` where the actor
    writes a draft that must have it.
    """
    clause = lock_row(LibraryClause, clause_id)
    require(actor, "contracts.retire_library_clause", clause)
    if not reason.strip():
        message = _("Say why.")
        raise Invalid("reason_missing", message, fields={"reason": [message]})
    check_not_own(actor, clause, clause.mandatory_for)
    before = move(actor, clause, to=LibraryState.RETIRED, reason=reason.strip())
    record(actor, events.clause_retired(clause, before, reason.strip()))
    return clause
