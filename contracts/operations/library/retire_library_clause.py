"""A clause is no longer used."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from contracts.events import library as events
from contracts.models import LibraryClause
from contracts.models.contract import Category
from contracts.operations.library.guards import settle_all
from contracts.states import LibraryState


@transaction.atomic
def retire_library_clause(*, actor: Actor, clause_id: UUID, reason: str) -> LibraryClause:
    """The clause is retired: drafts are no longer held against it, and nobody adopts it. What was adopted stays.

    Raises Invalid `reason_missing`, DomainError `illegal_move` where it is retired already, `clause_mandatory` where
    contracts of some type must have it: that is taken off first, which somebody else approves.
    """
    clause = lock_row(LibraryClause, clause_id)
    require(actor, "contracts.retire_library_clause", clause)
    if not reason.strip():
        message = _("Say why.")
        raise Invalid("reason_missing", message, fields={"reason": [message]})
    _check_mandatory_nowhere(clause)
    if clause.proposed_for is not None:
        clause.proposed_for = None
        clause.save(update_fields=["proposed_for"])
    before = move(actor, clause, to=LibraryState.RETIRED, reason=reason.strip())
    settle_all(clause)
    record(actor, events.clause_retired(clause, before, reason.strip()))
    return clause


def _check_mandatory_nowhere(clause: LibraryClause) -> None:
    if clause.state == LibraryState.APPROVED and clause.mandatory_for:
        types = ", ".join(str(Category(value).label) for value in clause.mandatory_for)
        message = _("It is mandatory in %(types)s: take that off first, which somebody else approves.")
        raise DomainError("clause_mandatory", message % {"types": types})
