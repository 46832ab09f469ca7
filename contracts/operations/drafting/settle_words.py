"""Kept words were seen to."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from contracts.events import drafts as events
from contracts.models import ClauseEdit
from contracts.operations.drafting.guards import locked_clause, own_kept_words, settle

VERB = "contracts.settle_words"


@transaction.atomic
def settle_words(*, actor: Actor, edit_id: UUID) -> ClauseEdit:
    """One's own kept words are no longer shown as waiting; they stay kept. Raises DomainError `words_settled`."""
    found = own_kept_words(actor, edit_id)
    clause = locked_clause(actor, VERB, found.draft_clause_id)
    require(actor, VERB, clause.draft)
    settled = settle(actor, own_kept_words(actor, edit_id))
    record(actor, events.words_settled(settled))
    return settled
