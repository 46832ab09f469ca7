"""A clause that was left out is in the draft again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from contracts.events import drafts as events
from contracts.models import DraftClause
from contracts.operations.drafting.guards import check_open, locked_clause, touch

VERB = "contracts.restore_clause"


@transaction.atomic
def restore_clause(*, actor: Actor, clause_id: UUID) -> DraftClause:
    """The clause is where it was, with the words it had. Raises DomainError `turn_over`."""
    clause = locked_clause(actor, VERB, clause_id)
    require(actor, VERB, clause.draft)
    check_open(clause.draft)
    if not clause.is_removed:
        return clause
    clause.is_removed = False
    clause.save(update_fields=["is_removed"])
    touch(clause.draft)
    record(actor, events.clause_placed("draft.clause_restored", VERB, clause, {"is_removed": True}))
    return clause
