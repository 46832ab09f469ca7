"""A step that waits too long: reminded once, then others are asked as well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clm.access.permissions import sees
from clm.audit.models import LedgerEntry
from clm.lib import clock
from clm.notify.models import Notification
from contracts.models import Approval, ApprovalStep
from contracts.operations.restrict_contract import restrict_contract
from contracts.tasks import chase_approvals
from tests.cast import Cast
from tests.contracts.approval.routed import LEGAL, away, matrix_of, ready_contract, requested, seat_of, states, yes

BEGUN = datetime(2026, 5, 4, 9, tzinfo=UTC)
TIMED = {**LEGAL, "hours": 48, "remind_hours": 24, "escalate_role": "executive"}


@pytest.fixture
def waiting(acme: Cast) -> Approval:
    matrix_of(acme, TIMED)
    with clock.set_to(BEGUN):
        return requested(acme["procurement"])


def after(hours: float) -> int:
    with clock.set_to(BEGUN + timedelta(hours=hours)):
        return chase_approvals()


def told(kind: str) -> set[object]:
    return set(Notification.objects.filter(dedupe_key__endswith=f":{kind}").values_list("user_id", flat=True))


def test_who_has_not_answered_is_reminded_once(acme: Cast, waiting: Approval) -> None:
    assert after(23.9) == 0
    assert after(24) == 1

    step = waiting.steps.get()
    assert (step.reminded_at, step.next_at) == (BEGUN + timedelta(hours=24), BEGUN + timedelta(hours=48))
    assert told("reminded") == {acme["legal"].user_id}
    assert LedgerEntry.objects.get(event="approval.reminded").actor_id == "approval_desk"
    assert after(25) == 0


def test_then_others_may_answer_as_well(acme: Cast, waiting: Approval) -> None:
    after(24)
    assert after(48) == 1

    step = ApprovalStep.objects.get()
    assert (step.escalated_at, step.next_at, step.state) == (BEGUN + timedelta(hours=48), None, "open")
    seat = seat_of(waiting, acme["executive"])
    assert seat.came_by == "escalated"
    assert told("escalated") == {acme["procurement"].user_id}
    entry = LedgerEntry.objects.get(event="approval.escalated")
    assert entry.after["people"] == [str(acme["executive"].user_id)]
    yes(acme["executive"], waiting)
    assert states(waiting) == ("approved", "approved")


def test_where_both_are_missed_it_goes_on_once(acme: Cast, waiting: Approval) -> None:
    assert after(100) == 1
    assert (told("reminded"), seat_of(waiting, acme["executive"]).state) == (set(), "waiting")
    assert after(200) == 0


def test_without_anybody_above_legal_and_administrators_are_told(acme: Cast) -> None:
    matrix_of(acme, {"name": "Money", "role": "finance", "hours": 24})
    with clock.set_to(BEGUN):
        requested(acme["procurement"])

    assert after(24) == 1
    assert told("escalated") == {acme[role].user_id for role in ("procurement", "legal", "administrator")}


def test_what_is_decided_is_chased_no_more(acme: Cast, waiting: Approval) -> None:
    yes(acme["legal"], waiting)

    assert after(100) == 0
    assert told("reminded") == set()


def test_who_acts_for_somebody_is_reminded_too(acme: Cast, waiting: Approval) -> None:
    with clock.set_to(BEGUN):
        away(acme["legal"], acme["finance"])
    after(24)

    assert told("reminded") == {acme["legal"].user_id, acme["finance"].user_id}


def test_who_is_asked_later_sees_a_confidential_contract(acme: Cast) -> None:
    matrix_of(acme, {**TIMED, "role": "finance"})
    contract = ready_contract(acme["legal"])
    restrict_contract(actor=acme["legal"], contract_id=contract.pk)
    with clock.set_to(BEGUN):
        requested(acme["legal"], contract)
    assert not sees(acme["executive"], contract)

    after(48)

    assert sees(acme["executive"], contract)
    assert LedgerEntry.objects.get(event="approval.escalated").after["shown_to"] == [str(acme["executive"].user_id)]
