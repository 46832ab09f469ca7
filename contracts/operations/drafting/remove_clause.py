"""A clause is left out of a draft."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from contracts.events import drafts as events
from contracts.models import DraftClause
from contracts.operations.drafting.guards import check_open, locked_clause, touch

VERB = "contracts.remove_clause"


@transaction.atomic
def remove_clause(*, actor: Actor, clause_id: UUID) -> DraftClause:
    """The clause keeps its place and its words, so that it can be restored; it is not handed over. One that is removed
    already stays so. Clauses below it stay. Raises DomainError `turn_over`."""
    clause = locked_clause(actor, VERB, clause_id)
    require(actor, VERB, clause.draft)
    check_open(clause.draft)
    if clause.is_removed:
        return clause
    clause.is_removed = True
    clause.save(update_fields=["is_removed"])
    touch(clause.draft)
    record(actor, events.clause_placed("draft.clause_removed", VERB, clause, {"is_removed": False}))
    return clause
