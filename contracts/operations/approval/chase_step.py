"""A step that waits too long: its people are reminded, then others are asked as well."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.accounts.models import User
from clm.accounts.roles import Role
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import NotVisible
from clm.notify.tell import people_with_roles, tell
from contracts.events import approvals as events
from contracts.models import ApprovalSeat, ApprovalStep
from contracts.models.approval import CameBy
from contracts.operations.approval.guards import add_seat, ask, let_see, locked_approval
from contracts.queries.approvals import substitutes
from contracts.queries.routing import present_members
from contracts.states import ApprovalStepState, SeatState

VERB = "contracts.chase_step"


@transaction.atomic
def chase_step(*, actor: Actor, step_id: UUID) -> ApprovalStep:
    """What is due is done, once each: from `remind_at` on who has not answered is reminded; from `due_at` on the person
    or role that the rule names may answer as well, and where it names none legal and administrators are told."""
    found = ApprovalStep.objects.filter(pk=step_id).values_list("approval_id", flat=True).first()
    if found is None:
        raise NotVisible
    approval = locked_approval(actor, VERB, found)
    require(actor, VERB, approval)
    step = ApprovalStep.objects.select_for_update().get(pk=step_id)
    step.approval = approval
    now = clock.now()
    if step.state == ApprovalStepState.OPEN:
        if step.due_at and step.due_at <= now and step.escalated_at is None:
            _escalate(actor, step)
        elif step.remind_at and step.remind_at <= now and step.reminded_at is None:
            _remind(actor, step)
    pending = [step.due_at if step.escalated_at is None else None, step.remind_at if _reminds(step) else None]
    is_open = step.state == ApprovalStepState.OPEN
    step.next_at = min((at for at in pending if at), default=None) if is_open else None
    step.save(update_fields=["next_at", "reminded_at", "escalated_at"])
    return step


def _reminds(step: ApprovalStep) -> bool:
    """Once it is escalated a reminder says nothing new."""
    return step.reminded_at is None and step.escalated_at is None


def _waiting(step: ApprovalStep) -> list[ApprovalSeat]:
    return list(ApprovalSeat.objects.filter(step=step, state=SeatState.WAITING).select_related("person"))


def _remind(actor: Actor, step: ApprovalStep) -> None:
    step.reminded_at = clock.now()
    people = {seat.person_id for seat in _waiting(step)}
    people |= {row.delegate_id for row in substitutes(people).values()} - {step.approval.requested_by_id}
    _tell(step, people, kind="reminded", title=_("Still waits for you: %(contract)s, %(step)s"))
    record(actor, events.step_chased(step, "reminded", people))


def _escalate(actor: Actor, step: ApprovalStep) -> None:
    step.escalated_at = clock.now()
    seated = set(ApprovalSeat.objects.filter(step=step).values_list("person_id", flat=True))
    new = [person for person in _higher(step) if person.pk not in seated | {step.approval.requested_by_id}]
    seats = [add_seat(step, person.pk, CameBy.ESCALATED) for person in new]
    shown_to = let_see(step.approval, new)
    for seat in seats:
        seat.step = step
        ask(seat)
    watchers = set() if new else {*people_with_roles(Role.LEGAL, Role.ADMINISTRATOR)}
    watchers |= {step.approval.requested_by_id, step.approval.contract.owner_id}
    _tell(step, watchers, kind="escalated", title=_("Approval is late: %(contract)s, %(step)s"))
    record(actor, events.step_chased(step, "escalated", [person.pk for person in new], shown_to))


def _higher(step: ApprovalStep) -> list[User]:
    rows = present_members()
    if step.escalate_person_id is not None:
        return [row.user for row in rows.filter(user_id=step.escalate_person_id)]
    return [row.user for row in rows.filter(roles__contains=[step.escalate_role])] if step.escalate_role else []


def _tell(step: ApprovalStep, people: Iterable[UUID], *, kind: str, title: str) -> None:
    approval = step.approval
    tell(
        people,
        kind="contract.approval_late",
        title=title % {"contract": approval.contract.title, "step": step.name},
        body=step.asked,
        url=approval.get_absolute_url(),
        subject=approval,
        due_at=step.due_at,
        dedupe_key=f"approval-step:{step.pk}:{kind}",
    )
