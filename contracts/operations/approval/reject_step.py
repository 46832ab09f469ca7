"""Somebody who is asked does not agree to a text."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.events import approvals as events
from contracts.models import ApprovalSeat
from contracts.operations.approval.guards import close_step, conclude, decide_seat, seat_to_decide
from contracts.states import ApprovalState, ApprovalStepState, SeatState

VERB = "contracts.reject_step"


@transaction.atomic
def reject_step(*, actor: Actor, seat_id: UUID, seen: str, reason: str) -> ApprovalSeat:
    """The approval is over, whatever others said: the contract is worked on again, and who asked is told why. Raises
    Invalid `reason_missing`, and what `seat_to_decide` refuses."""
    seat = seat_to_decide(actor, VERB, seat_id, seen)
    require(actor, VERB, seat)
    if not reason.strip():
        message = _("Say why: somebody has to work on it.")
        raise Invalid("reason_missing", message, fields={"reason": [message]})
    decide_seat(actor, seat, SeatState.REJECTED, reason.strip())
    record(actor, events.seat_decided(VERB, seat))
    close_step(actor, seat.step, ApprovalStepState.REJECTED)
    conclude(actor, VERB, seat.step.approval, ApprovalState.REJECTED, reason.strip())
    return seat
