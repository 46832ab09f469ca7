"""Somebody else is asked in a person's place."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.accounts.models import User
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid
from clm.notify.tell import settle
from contracts.events import approvals as events
from contracts.models import ApprovalSeat
from contracts.models.approval import CameBy
from contracts.operations.approval.guards import add_seat, ask, check_open, end_sight, let_see, locked_seat, notice_of
from contracts.queries.routing import present_members
from contracts.states import ApprovalStepState, SeatState

VERB = "contracts.reassign_seat"


@transaction.atomic
def reassign_seat(*, actor: Actor, seat_id: UUID, person_id: UUID, reason: str = "") -> ApprovalSeat:
    """The seat is the other person's, who is asked; of a confidential contract they see it from now on. Who asked for
    the approval does not choose who decides, and nobody puts themselves in another's place.

    Raises DomainError `own_request`, `approval_closed`, `seat_decided`, `seated_already`, Invalid `person_unknown`.
    """
    seat = locked_seat(actor, VERB, seat_id)
    require(actor, VERB, seat)
    check_open(seat.step.approval)
    person = _checked(actor, seat, person_id)
    move(actor, seat, to=SeatState.RELEASED, reason=reason.strip())
    settle(notice_of(seat))
    made = add_seat(seat.step, person.pk, CameBy.REASSIGNED, in_place_of=seat.person_id)
    made.step = seat.step
    shown_to = let_see(seat.step.approval, [person])
    end_sight(actor, VERB, seat.step.approval, ApprovalSeat.objects.filter(pk=seat.pk))
    record(actor, events.seat_reassigned(seat, made, reason.strip(), shown_to))
    if seat.step.state == ApprovalStepState.OPEN:
        ask(made)
    return made


def _checked(actor: Actor, seat: ApprovalSeat, person_id: UUID) -> User:
    asked_by = seat.step.approval.requested_by_id
    if asked_by in (actor.person_id, person_id):
        raise DomainError("own_request", _("Who asked for the approval neither decides nor chooses who does."))
    if person_id == actor.person_id:
        raise Forbidden(_("Nobody puts themselves in another's place."))
    if seat.state != SeatState.WAITING:
        raise DomainError("seat_decided", _("This is decided already."), detail={"state": seat.state})
    member = present_members().filter(user_id=person_id).first()
    if member is None:
        message = _("Only people who work here can be asked.")
        raise Invalid("person_unknown", message, fields={"person": [message]})
    seats = ApprovalSeat.objects.filter(step=seat.step, person_id=person_id).exclude(state=SeatState.RELEASED)
    if seats.exists():
        message = _("This person is asked in this step already.")
        raise DomainError("seated_already", message, fields={"person": [message]})
    return member.user
