"""Facts about approvals and about the matrix that asks for them. Payloads carry ids and states, no words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from clm.events.record import Event
from contracts.models import Approval, ApprovalSeat, ApprovalStep, Matrix, Rule


def approval_requested(approval: Approval, steps: Iterable[Mapping[str, Any]], shown_to: Iterable[UUID]) -> Event:
    """`steps` with whom they ask; `shown_to` are those who see a confidential contract from now on, by name."""
    after = {
        "state": approval.state,
        "version": approval.version_id,
        "content_hash": approval.content_hash,
        "matrix": approval.matrix_id,
        "steps": list(steps),
        "shown_to": sorted(map(str, shown_to)),
    }
    return _approval("approval.requested", "contracts.request_approval", approval, {}, after, approval.note)


def approval_ended(verb: str, approval: Approval, before: str) -> Event:
    """approval.approved, .rejected, .withdrawn or .superseded."""
    after = {"state": approval.state, "version": approval.version_id, "content_hash": approval.content_hash}
    return _approval(f"approval.{approval.state}", verb, approval, {"state": before}, after, approval.reason)


def seat_decided(verb: str, seat: ApprovalSeat) -> Event:
    """A delegated decision names both: who decided, and for whom."""
    after = {
        "state": seat.state,
        "step": seat.step.name,
        "decided_by": seat.decided_by_id,
        "acting_for": seat.person_id if seat.decided_by_id != seat.person_id else None,
        "content_hash": seat.step.approval.content_hash,
    }
    type_ = "approval.seat_approved" if seat.state == "approved" else "approval.seat_rejected"
    return _approval(type_, verb, seat.step.approval, {}, after, seat.note, seat_id=seat.pk, step_id=seat.step_id)


def seat_reassigned(old: ApprovalSeat, new: ApprovalSeat, reason: str, shown_to: Iterable[UUID]) -> Event:
    step = old.step
    after = {"step": step.name, "person": new.person_id, "shown_to": sorted(map(str, shown_to))}
    before = {"person": old.person_id}
    return _approval(
        "approval.seat_reassigned", "contracts.reassign_seat", step.approval, before, after, reason, seat_id=new.pk
    )


def sight_ended(verb: str, approval: Approval, people: Iterable[UUID]) -> Event:
    """They saw a confidential contract for the approval alone, and see it no more."""
    return _approval("approval.sight_ended", verb, approval, {}, {"hidden_from": sorted(map(str, people))})


def approval_rerouted(approval: Approval, steps: Iterable[str]) -> Event:
    """Rules ask for more than the approval did, which is overtaken."""
    after = {"lacking": list(steps), "content_hash": approval.content_hash}
    return _approval("approval.rerouted", "contracts.reroute_approval", approval, {}, after)


def step_reseated(
    step: ApprovalStep, added: Iterable[UUID], released: Iterable[UUID], shown_to: Iterable[UUID]
) -> Event:
    """Who came to a role or a team is asked as well, who left is not any more."""
    sets = {"added": added, "released": released, "shown_to": shown_to}
    after = {"step": step.name} | {name: sorted(map(str, people)) for name, people in sets.items()}
    return _approval("approval.step_reseated", "contracts.reseat_approval", step.approval, {}, after, step_id=step.pk)


def step_chased(step: ApprovalStep, kind: str, people: Iterable[UUID], shown_to: Iterable[UUID] = ()) -> Event:
    """approval.reminded or approval.escalated, with whom that was told."""
    after = {"step": step.name, "people": sorted(map(str, people)), "shown_to": sorted(map(str, shown_to))}
    return _approval(f"approval.{kind}", "contracts.chase_step", step.approval, {}, after, step_id=step.pk)


def matrix_event(type_: str, verb: str, matrix: Matrix, before: Mapping[str, Any], after: Mapping[str, Any]) -> Event:
    return Event(type=type_, verb=verb, subject=matrix, before=before, after=after, payload={"matrix_id": matrix.pk})


def rule_event(type_: str, verb: str, rule: Rule, before: Mapping[str, Any], after: Mapping[str, Any]) -> Event:
    """matrix.rule_added, .rule_changed or .rule_removed: about the matrix, whose history it is."""
    payload = {"matrix_id": rule.matrix_id, "rule_id": rule.pk}
    return Event(type=type_, verb=verb, subject=rule.matrix, before=before, after=after, payload=payload)


def _approval(
    type_: str,
    verb: str,
    approval: Approval,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reason: str = "",
    **payload: Any,
) -> Event:
    return Event(
        type=type_,
        verb=verb,
        subject=approval,
        contract_id=approval.contract_id,
        before=before,
        after=after,
        payload={
            "approval_id": approval.pk,
            "contract_id": approval.contract_id,
            "version_id": approval.version_id,
            "state": approval.state,
            **payload,
        },
        reason=reason,
    )
