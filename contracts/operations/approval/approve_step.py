"""Somebody who is asked agrees to a text."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from contracts.events import approvals as events
from contracts.models import ApprovalSeat
from contracts.operations.approval.guards import close_step, decide_seat, go_on, seat_to_decide
from contracts.states import ApprovalStepState, SeatState

VERB = "contracts.approve_step"


@transaction.atomic
def approve_step(*, actor: Actor, seat_id: UUID, seen: str, note: str = "") -> ApprovalSeat:
    """The seat is decided, by who has it or by who acts for them, and both are named. With the last yes that a step
    needs the next ones are asked, and after the last step the text is approved. `seen` is the content hash of the text
    that was read. Raises what `seat_to_decide` refuses.
    """
    seat = seat_to_decide(actor, VERB, seat_id, seen)
    require(actor, VERB, seat)
    decide_seat(actor, seat, SeatState.APPROVED, note.strip())
    record(actor, events.seat_decided(VERB, seat))
    step = seat.step
    if ApprovalSeat.objects.filter(step=step, state=SeatState.APPROVED).count() >= step.needs:
        close_step(actor, step, ApprovalStepState.APPROVED)
        go_on(actor, VERB, step.approval)
    return seat
