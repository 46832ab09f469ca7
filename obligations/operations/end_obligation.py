"""A duty no longer recurs; what was not yet due is waived."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from obligations import events
from obligations.models import Obligation, Occurrence
from obligations.states import ObligationState, OccurrenceState


@transaction.atomic
def end_obligation(*, actor: Actor, obligation_id: UUID, reason: str) -> Obligation:
    """The obligation is ended and its upcoming occurrences are waived; due and overdue ones stay to be settled."""
    obligation = lock_row(Obligation, obligation_id)
    require(actor, "obligations.end_obligation", obligation)
    move(actor, obligation, to=ObligationState.ENDED, reason=reason)
    upcoming = Occurrence.objects.select_for_update().filter(obligation=obligation, state=OccurrenceState.UPCOMING)
    for occurrence in upcoming:
        move(actor, occurrence, to=OccurrenceState.WAIVED, reason=reason)
        occurrence.next_at = None
        occurrence.save(update_fields=["next_at"])
    record(actor, events.obligation_ended(obligation, reason))
    return obligation
