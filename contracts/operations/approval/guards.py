"""What the verbs on approvals share: opening and closing steps, who sees what they are asked about, and what becomes of
an approval when the text or the facts change."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clm.access.objects import grant, people_granted, withdraw
from clm.access.permissions import require
from clm.accounts.models import User
from clm.audit.moves import move, move_all
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, NotVisible
from clm.lib.locks import lock_row
from clm.notify.tell import settle, settle_about, tell
from contracts import events as contract_events
from contracts.events import approvals as events
from contracts.models import Approval, ApprovalSeat, ApprovalStep, Contract, Version
from contracts.queries.approvals import check_may_decide, seat_rows, substitutes
from contracts.queries.signing import check_not_out
from contracts.states import ApprovalState, ApprovalStepState, ContractState, SeatState, VersionState

PERMISSION = "contracts.see_confidential_contract"
ASKED = "contract.approval_asked"
# Facts of a contract that the rules of a matrix look at: a change of one of them overtakes an approval.
ROUTED = frozenset({"category", "value_amount", "currency", "tags", "department", "department_id"})
LIVE = (ApprovalState.OPEN, ApprovalState.APPROVED)


def locked_approval(actor: Actor, verb: str, approval_id: UUID) -> Approval:
    """The approval locked, its contract locked before it as every verb does. Raises NotVisible, Forbidden."""
    found = Approval.objects.filter(pk=approval_id).values_list("contract_id", flat=True).first()
    if found is None:
        raise NotVisible
    contract = lock_row(Contract, found)
    approval = lock_row(Approval, approval_id, "version", "requested_by")
    approval.contract = contract
    require(actor, verb, approval)
    return approval


def locked_seat(actor: Actor, verb: str, seat_id: UUID) -> ApprovalSeat:
    """The seat as it is now, contract and approval locked before it. Raises NotVisible, Forbidden."""
    found = ApprovalSeat.objects.filter(pk=seat_id).values_list("step__approval_id", flat=True).first()
    if found is None:
        raise NotVisible
    approval = locked_approval(actor, verb, found)
    seat: ApprovalSeat = seat_rows().get(pk=seat_id)
    seat.step.approval = approval
    return seat


def check_open(approval: Approval) -> None:
    """Raise DomainError `approval_closed` unless it still waits."""
    if not approval.is_open:
        words = {"state": ApprovalState(approval.state).label}
        message = _("This approval is over: %(state)s.") % words
        raise DomainError("approval_closed", message, detail={"state": approval.state})


def check_seen(approval: Approval, seen: str) -> None:
    """Raise DomainError `changed_meanwhile` unless the text and terms are those that the person had before them."""
    if not seen == approval.content_hash == approval.version.content_hash:
        message = _("The text was changed meanwhile: nothing was decided. Read it as it stands now.")
        raise DomainError("changed_meanwhile", message, detail={"content_hash": approval.version.content_hash})


def seat_to_decide(actor: Actor, verb: str, seat_id: UUID, seen: str) -> ApprovalSeat:
    """A seat that this actor decides on now.

    A token decides only where its scopes name the verb itself: a wide one was not given to agree to contracts. Raises
    Forbidden, DomainError `own_request`, `approval_closed`, `changed_meanwhile`, `step_not_open`, `seat_decided`,
    `decided_once`, `delegation_limited`.
    """
    seat = locked_seat(actor, verb, seat_id)
    if actor.kind == "token" and verb not in (actor.scopes or ()):
        raise Forbidden(_("A token decides only where its scopes name this very verb."))
    check_may_decide(actor, seat) if seat.state == SeatState.WAITING else _check_own(actor, seat)
    check_open(seat.step.approval)
    check_seen(seat.step.approval, seen)
    if seat.state != SeatState.WAITING:
        raise DomainError("seat_decided", _("This is decided already."), detail={"state": seat.state})
    if seat.step.state != ApprovalStepState.OPEN:
        raise DomainError("step_not_open", _("This step is not asked yet: earlier ones come first."))
    return seat


def _check_own(actor: Actor, seat: ApprovalSeat) -> None:
    if actor.person_id not in (seat.person_id, seat.decided_by_id):
        raise Forbidden(_("Somebody else is asked here."))


def decide_seat(actor: Actor, seat: ApprovalSeat, to: str, note: str) -> None:
    """Facts first, then the move: from the move on the trigger guards the row."""
    seat.decided_by_id, seat.decided_at, seat.note = actor.person_id, clock.now(), note
    seat.save(update_fields=["decided_by", "decided_at", "note"])
    move(actor, seat, to=to, reason=note)
    settle(notice_of(seat))


def go_on(actor: Actor, verb: str, approval: Approval) -> None:
    """The steps of the next stage are asked once none is open any more; after the last one the text is approved."""
    steps = list(ApprovalStep.objects.filter(approval=approval).order_by("stage", "place"))
    if any(step.state == ApprovalStepState.OPEN for step in steps):
        return
    waiting = [step for step in steps if step.state == ApprovalStepState.WAITING]
    for step in waiting:
        if step.stage == waiting[0].stage:
            step.approval = approval
            _open(actor, step)
    if not waiting:
        conclude(actor, verb, approval, ApprovalState.APPROVED)


def _open(actor: Actor, step: ApprovalStep) -> None:
    step.opened_at = now = clock.now()
    step.due_at = now + timedelta(hours=step.hours) if step.hours else None
    step.remind_at = now + timedelta(hours=step.remind_hours) if step.remind_hours else None
    step.next_at = min((at for at in (step.remind_at, step.due_at) if at), default=None)
    step.save(update_fields=["opened_at", "due_at", "remind_at", "next_at"])
    move(actor, step, to=ApprovalStepState.OPEN)
    for seat in ApprovalSeat.objects.filter(step=step, state=SeatState.WAITING):
        seat.step = step
        ask(seat)


def notice_of(seat: ApprovalSeat) -> str:
    return f"approval-seat:{seat.pk}"


def ask(seat: ApprovalSeat) -> None:
    """Who has the seat is told, and who acts for them while they are away."""
    approval = seat.step.approval
    stand_in = substitutes([seat.person_id]).get(seat.person_id)
    people = {seat.person_id} | ({stand_in.delegate_id} if stand_in else set())
    words = {"contract": approval.contract.title, "step": seat.step.name}
    body = approval.note
    if stand_in is not None:
        acting = _("%(delegate)s acts for %(absentee)s.")
        body = "\n".join(
            part for part in (body, acting % {"delegate": stand_in.delegate, "absentee": seat.person}) if part
        )
    tell(
        people - {approval.requested_by_id},
        kind=ASKED,
        title=_("Approve %(contract)s: %(step)s") % words,
        body=body,
        url=seat.get_absolute_url(),
        subject=approval,
        due_at=seat.step.due_at,
        dedupe_key=notice_of(seat),
    )


def close_step(actor: Actor, step: ApprovalStep, to: str) -> None:
    """Nobody is asked any more; who has not answered need not."""
    step.closed_at, step.next_at = clock.now(), None
    step.save(update_fields=["closed_at", "next_at"])
    move(actor, step, to=to)
    waiting = list(ApprovalSeat.objects.filter(step=step, state=SeatState.WAITING))
    move_all(actor, waiting, to=SeatState.RELEASED)
    for seat in waiting:
        settle(notice_of(seat))


def conclude(actor: Actor, verb: str, approval: Approval, to: str, reason: str = "") -> None:
    """The approval is over, and that is recorded."""
    before = end_approval(actor, verb, approval, to, reason)
    record(actor, events.approval_ended(verb, approval, before))


def end_approval(actor: Actor, verb: str, approval: Approval, to: str, reason: str = "") -> str:
    """Facts first, then the move; the steps that are left are not asked any more. The locked contract follows while it
    is not signed: approved, or back to where its text is worked on. Answers the state before."""
    left = (ApprovalStepState.OPEN, ApprovalStepState.WAITING)
    for step in ApprovalStep.objects.filter(approval=approval, state__in=left):
        close_step(actor, step, ApprovalStepState.SKIPPED)
    approval.STATES.check(approval.state, to)
    approval.ended_at, approval.reason = clock.now(), reason
    approval.save(update_fields=["ended_at", "reason"])
    before = move(actor, approval, to=to, reason=reason)
    if before == ApprovalState.OPEN:
        end_sight(actor, verb, approval, ApprovalSeat.objects.filter(step__approval=approval))
    settle_about(approval, ASKED)
    settle_about(approval, "contract.approval_late")
    _move_contract(actor, verb, approval, reason)
    _tell_outcome(actor, approval)
    return before


def _move_contract(actor: Actor, verb: str, approval: Approval, reason: str) -> None:
    contract = approval.contract
    if contract.state not in (ContractState.IN_APPROVAL, ContractState.APPROVED):
        return
    is_draft = approval.came_from == ContractState.DRAFT
    back = ContractState.DRAFT if is_draft else ContractState.IN_NEGOTIATION
    to = ContractState.APPROVED if approval.state == ApprovalState.APPROVED else back
    previous = move(actor, contract, to=to, reason=reason)
    kind = "contract.approved" if to == ContractState.APPROVED else "contract.reopened"
    record(actor, contract_events.contract_moved(kind, verb, contract, previous, reason=reason))


def _tell_outcome(actor: Actor, approval: Approval) -> None:
    titles = {
        ApprovalState.APPROVED: _("Approved: %(contract)s"),
        ApprovalState.REJECTED: _("Rejected: %(contract)s"),
        ApprovalState.WITHDRAWN: _("Approval withdrawn: %(contract)s"),
        ApprovalState.SUPERSEDED: _("Approval overtaken by a change: %(contract)s"),
    }
    tell(
        {approval.requested_by_id, approval.contract.owner_id} - {actor.person_id},
        kind="contract.approval_ended",
        title=titles[ApprovalState(approval.state)] % {"contract": approval.contract.title},
        body=approval.reason,
        url=approval.get_absolute_url(),
        subject=approval,
        dedupe_key=f"approval:{approval.pk}:{approval.state}",
    )


def let_see(approval: Approval, people: Collection[User]) -> list[UUID]:
    """Who has a seat sees a confidential contract from now on, by name, for as long as they have it; answers who did
    not before. Call it once they are seated."""
    contract = approval.contract
    if not contract.is_confidential:
        return []
    known = set(people_granted("see_confidential_contract", contract).values_list("pk", flat=True))
    new = {person.pk: person for person in people if person.pk not in known}
    grant(new.values(), PERMISSION, contract)
    ApprovalSeat.objects.filter(step__approval=approval, person_id__in=new).update(gave_sight=True)
    return sorted(new)


def end_sight(actor: Actor, verb: str, approval: Approval, seats: QuerySet[ApprovalSeat]) -> None:
    """Who saw the contract because of these seats alone sees it no more, unless another seat of theirs still waits for
    its approval."""
    contract = approval.contract
    people = {seat.person_id: seat.person for seat in seats.filter(gave_sight=True).select_related("person")}
    held = ApprovalSeat.objects.filter(step__approval__contract=contract, step__approval__state=ApprovalState.OPEN)
    kept = set(held.filter(person_id__in=people).exclude(state=SeatState.RELEASED).values_list("person_id", flat=True))
    seeing = set(people_granted("see_confidential_contract", contract).values_list("pk", flat=True))
    gone = {pk: person for pk, person in people.items() if pk in seeing - kept - {contract.owner_id}}
    if gone:
        withdraw(gone.values(), PERMISSION, contract)
        record(actor, events.sight_ended(verb, approval, gone))


def add_seat(step: ApprovalStep, person: UUID, came_by: str, in_place_of: UUID | None = None) -> ApprovalSeat:
    return ApprovalSeat.objects.create(
        organization_id=step.organization_id,
        step=step,
        person_id=person,
        asked_by_id=step.approval.requested_by_id,
        came_by=came_by,
        in_place_of_id=in_place_of,
        created_at=clock.now(),
    )


def supersede_approvals(actor: Actor, contract: Contract, *, verb: str, why: str) -> None:
    """What was approved, or waits to be, is not what would be signed any more: every approval of a text of the locked
    contract that is not final is overtaken, and the contract is worked on again. Call it in the transaction of the verb
    that changes text, terms or facts that rules look at. Raises DomainError `out_for_signature`."""
    if contract.state == ContractState.OUT_FOR_SIGNATURE:
        message = _("This contract is out for signature: nothing of it changes until that is over or voided.")
        raise DomainError("out_for_signature", message)
    check_not_out(contract)
    rows = Approval.objects.select_for_update(of=("self",)).filter(contract=contract, state__in=LIVE)
    for approval in rows.filter(version__state=VersionState.DRAFT).select_related("version"):
        approval.contract = contract
        conclude(actor, verb, approval, ApprovalState.SUPERSEDED, why)


def supersede_routed(actor: Actor, contract: Contract, before: dict[str, Any], after: dict[str, Any]) -> None:
    """The same, where a fact of the contract that rules look at is another than it was."""
    names = [name for name in ROUTED & set(after) if before.get(name) != after[name]]
    if names:
        supersede_approvals(actor, contract, verb="contracts.change_contract", why=_("Facts of the contract changed."))


def close_approvals(actor: Actor, contract: Contract, *, verb: str, why: str) -> None:
    """The contract is over: nobody is asked about it any more."""
    rows = Approval.objects.select_for_update(of=("self",)).filter(contract=contract, state=ApprovalState.OPEN)
    for approval in rows.select_related("version"):
        approval.contract = contract
        conclude(actor, verb, approval, ApprovalState.SUPERSEDED, why)


def asked_people(contract: Contract) -> set[UUID]:
    """Who is asked, or will be, in the open approval of the contract."""
    seats = ApprovalSeat.objects.filter(step__approval__contract=contract, step__approval__state=ApprovalState.OPEN)
    return set(seats.filter(state=SeatState.WAITING).values_list("person_id", flat=True))


def newest_version(contract: Contract) -> Version:
    """The text that would be signed. Raises DomainError `version_missing`."""
    version = Version.objects.select_for_update().filter(contract=contract).order_by("number").last()
    if version is None:
        raise DomainError("version_missing", _("There is no text yet: upload or write one first."))
    version.contract = contract
    return version
