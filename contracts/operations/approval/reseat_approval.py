"""Who is asked follows the roles, the teams and the house."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.accounts.models import User
from clm.accounts.roles import Role
from clm.audit.moves import move_all
from clm.events.record import record
from clm.lib.actor import Actor
from clm.notify.tell import people_with_roles, settle, tell
from contracts.events import approvals as events
from contracts.models import Approval, ApprovalSeat, ApprovalStep, Rule
from contracts.models.approval import CameBy, Needs
from contracts.operations.approval.guards import (
    add_seat,
    ask,
    close_step,
    end_sight,
    go_on,
    let_see,
    locked_approval,
    notice_of,
)
from contracts.queries.approvals import is_still_asked, rule_of
from contracts.queries.routing import asked_by, people_asked, present_members
from contracts.states import ApprovalStepState, SeatState

VERB = "contracts.reseat_approval"
LEFT = (ApprovalStepState.OPEN, ApprovalStepState.WAITING)


@transaction.atomic
def reseat_approval(*, actor: Actor, approval_id: UUID) -> Approval:
    """In each step that is not over, who joined the role or the team that its rule names is asked as well, and who left
    it, or the house, is asked no more; decisions that were taken stay. Where too few are left the ones that the rule
    escalates to are asked at once, and where these do not do either the seats stay, on which nobody may decide any
    more, and legal and administrators are told to put somebody else in."""
    approval = locked_approval(actor, VERB, approval_id)
    require(actor, VERB, approval)
    if not approval.is_open:
        return approval
    for step in ApprovalStep.objects.select_for_update().filter(approval=approval, state__in=LEFT).order_by("place"):
        step.approval = approval
        rule = rule_of(step)
        if rule is not None:
            added, released, shown_to = _reseat(actor, step, rule)
            if added or released:
                record(actor, events.step_reseated(step, added, released, shown_to))
    go_on(actor, VERB, approval)
    return approval


def _reseat(actor: Actor, step: ApprovalStep, rule: Rule) -> tuple[list[UUID], list[UUID], list[UUID]]:
    """Who came, who went, and who sees a confidential contract from now on."""
    seats = list(ApprovalSeat.objects.filter(step=step).select_related("person"))
    held = [seat for seat in seats if seat.state != SeatState.RELEASED]
    for seat in held:
        seat.step = step
    gone = [seat for seat in held if seat.state == SeatState.WAITING and not is_still_asked(seat)]
    new = _new_people(step, rule, seats) if rule.person_id is None else []
    added, shown_to = [*new], _join(step, new, CameBy.RULE)
    count = len(held) - len(gone) + len(added)
    if rule.needs == Needs.ALL:
        # Whom an escalation asks as well may say yes in place of another: they are not one more of all.
        step.needs = max(count - sum(seat.came_by == CameBy.ESCALATED for seat in held if seat not in gone), 1)
        step.save(update_fields=["needs"])
    if count < step.needs:
        higher = _higher(step, rule, held)
        added, shown_to = added + higher, shown_to + _join(step, higher, CameBy.ESCALATED)
        count = len(held) - len(gone) + len(added)
    kept = gone[: max(step.needs - count, 0)]
    released = [seat for seat in gone if seat not in kept]
    _release(actor, step, released)
    if kept:
        _tell_stuck(step)
    _close_if_done(actor, step)
    return [person.pk for person in added], [seat.person_id for seat in released], shown_to


def _new_people(step: ApprovalStep, rule: Rule, seats: Iterable[ApprovalSeat]) -> list[User]:
    """Without those in whose place somebody else was put, and those who are seated."""
    replaced = {seat.in_place_of_id for seat in seats if seat.in_place_of_id}
    seated = {seat.person_id for seat in seats if seat.state != SeatState.RELEASED}
    _label, people = people_asked(asked_by(rule), but=step.approval.requested_by_id)
    return [person for person in people if person.pk not in replaced | seated]


def _higher(step: ApprovalStep, rule: Rule, held: Iterable[ApprovalSeat]) -> list[User]:
    rows = present_members()
    if rule.escalate_person_id is not None:
        rows = rows.filter(user_id=rule.escalate_person_id)
    elif rule.escalate_role:
        rows = rows.filter(roles__contains=[rule.escalate_role])
    else:
        return []
    seated = {seat.person_id for seat in held} | {step.approval.requested_by_id}
    return [row.user for row in rows if row.user_id not in seated]


def _join(step: ApprovalStep, people: list[User], came_by: CameBy) -> list[UUID]:
    """Answers who did not see the contract before."""
    seats = [add_seat(step, person.pk, came_by) for person in people]
    shown_to = let_see(step.approval, people)
    for seat, person in zip(seats, people, strict=True):
        seat.step, seat.person = step, person
        if step.state == ApprovalStepState.OPEN:
            ask(seat)
    return shown_to


def _release(actor: Actor, step: ApprovalStep, seats: list[ApprovalSeat]) -> None:
    move_all(actor, seats, to=SeatState.RELEASED, reason=_("is not asked any more"))
    for seat in seats:
        settle(notice_of(seat))
    ids = [seat.pk for seat in seats]
    end_sight(actor, VERB, step.approval, ApprovalSeat.objects.filter(pk__in=ids))


def _close_if_done(actor: Actor, step: ApprovalStep) -> None:
    """The last who was missing of all may be the one who left."""
    if step.state != ApprovalStepState.OPEN:
        return
    yes = ApprovalSeat.objects.filter(step=step, state=SeatState.APPROVED).count()
    if yes >= step.needs:
        close_step(actor, step, ApprovalStepState.APPROVED)


def _tell_stuck(step: ApprovalStep) -> None:
    approval = step.approval
    words = {"contract": approval.contract.title, "step": step.name}
    tell(
        {*people_with_roles(Role.LEGAL, Role.ADMINISTRATOR)},
        kind="contract.approval_late",
        title=_("Nobody is left to approve %(contract)s: %(step)s") % words,
        body=_("Who was asked left the role, the team or the house. Put somebody else in their place."),
        url=approval.get_absolute_url(),
        subject=approval,
        dedupe_key=f"approval-step:{step.pk}:stuck",
    )
