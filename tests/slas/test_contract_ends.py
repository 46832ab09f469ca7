"""What a contract promised is measured to its end: commitments end with it, by the event of its ending."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from clm.access.permissions import system_actor
from clm.audit.models import LedgerEntry
from clm.events.dispatcher import drain
from clm.events.models import Delivery
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.models import Contract
from contracts.operations.advance_terms import advance_terms
from contracts.operations.terminate_contract import terminate_contract
from slas.models import Commitment, EvaluationWindow
from slas.operations.activate_commitment import activate_commitment
from slas.operations.bind_commitment import bind_commitment
from slas.operations.end_commitment import end_commitment
from slas.operations.open_windows import open_windows
from tests.contracts.papers import active_contract, passage_in
from tests.slas.conftest import Bind, evaluator, instant, judge, terms, uptime

MARCH = instant("2026-03-15T12:00")


def measured(actor: Actor, contract: Contract, at: str = "2026-03-15T12:00", **changes: Any) -> Commitment:
    """A commitment of the contract, with its windows open as of an instant."""
    with clock.set_to(instant(at)):
        passage = passage_in(actor, contract)
        key = changes.pop("key", "web")
        commitment = bind_commitment(
            actor=actor, passage_id=passage.pk, terms=terms(**changes), indicator=uptime(key, service_name=key)
        )
        activate_commitment(actor=actor, commitment_id=commitment.pk)
        return open_windows(actor=evaluator(actor), commitment_id=commitment.pk)


def terminated(actor: Actor, contract: Contract, on: date, at: str = "2026-03-15T12:00") -> None:
    with clock.set_to(instant(at)):
        terminate_contract(actor=actor, contract_id=contract.pk, terminated_on=on, reason="By agreement")
        drain()


def spans(commitment: Commitment) -> list[tuple[str, date]]:
    """(label, the local day on which it ends) of every window."""
    rows = EvaluationWindow.objects.filter(commitment=commitment).order_by("starts_at")
    return [(row.label, row.ends_at.date()) for row in rows]


def test_a_termination_cuts_the_running_window_and_opens_no_other(alice: Actor) -> None:
    contract = active_contract(alice)
    commitment = measured(alice, contract)
    terminated(alice, contract, date(2026, 3, 10))
    with clock.set_to(instant("2026-06-01T00:00")):
        open_windows(actor=evaluator(alice), commitment_id=commitment.pk)

    commitment.refresh_from_db()
    assert (commitment.state, commitment.ends_on, commitment.windows_due_at) == ("ended", date(2026, 3, 10), None)
    assert spans(commitment) == [
        ("2026-01", date(2026, 2, 1)), ("2026-02", date(2026, 3, 1)), ("2026-03", date(2026, 3, 10)),
    ]  # fmt: skip
    entry = LedgerEntry.objects.get(event="commitment.ended")
    assert (entry.verb, entry.actor_kind, entry.reason) == (
        "slas.end_with_contract", "system", "its contract is no longer in force",
    )  # fmt: skip


def test_windows_not_opened_yet_are_opened_up_to_the_end(alice: Actor) -> None:
    contract = active_contract(alice)
    commitment = measured(alice, contract, at="2026-01-15T12:00")
    terminated(alice, contract, date(2026, 3, 10))

    assert [label for label, _end in spans(commitment)] == ["2026-01", "2026-02", "2026-03"]


def test_an_expired_contract_ends_its_commitments_with_its_last_term(alice: Actor) -> None:
    contract = active_contract(alice, {"renewal": "none"})
    commitment = measured(alice, contract, at="2026-12-20T00:00")
    with clock.set_to(instant("2027-01-03T00:00")):
        advance_terms(actor=system_actor("term_keeper", alice.organization_id), contract_id=contract.pk)
        drain()

    contract.refresh_from_db()
    commitment.refresh_from_db()
    assert (contract.state, commitment.state, commitment.ends_on) == ("expired", "ended", date(2027, 1, 1))
    assert spans(commitment)[-1] == ("2026-12", date(2027, 1, 1))


def test_every_commitment_of_the_contract_ends_and_drafts_and_others_do_not(alice: Actor) -> None:
    contract, other = active_contract(alice), active_contract(alice)
    first = measured(alice, contract)
    second = measured(alice, contract, key="mail", window_kind="day")
    untouched = measured(alice, other, key="other")
    with clock.set_to(MARCH):
        draft = bind_commitment(
            actor=alice, passage_id=first.passage_id, terms=terms(), indicator=uptime("draft", service_name="d")
        )
    terminated(alice, contract, date(2026, 3, 10))

    states = {row.pk: (row.state, row.ends_on) for row in Commitment.objects.all()}
    ended = ("ended", date(2026, 3, 10))
    assert [states[row.pk] for row in (first, second)] == [ended, ended]
    assert [states[row.pk] for row in (untouched, draft)] == [("active", None), ("draft", None)]


def test_one_that_ended_before_its_contract_keeps_its_own_end(alice: Actor) -> None:
    contract = active_contract(alice)
    commitment = measured(alice, contract, ends_on=date(2026, 2, 20))
    terminated(alice, contract, date(2026, 3, 10))

    commitment.refresh_from_db()
    assert (commitment.state, commitment.ends_on) == ("ended", date(2026, 2, 20))
    assert spans(commitment)[-1] == ("2026-02", date(2026, 2, 20))


def test_one_that_would_begin_later_is_not_measured_at_all(alice: Actor) -> None:
    contract = active_contract(alice)
    commitment = measured(alice, contract, starts_on=date(2026, 3, 12))
    terminated(alice, contract, date(2026, 3, 10))

    commitment.refresh_from_db()
    assert (commitment.state, commitment.ends_on, spans(commitment)) == ("ended", None, [])


def test_a_window_judged_beyond_the_end_stays_and_measuring_ends_with_it(alice: Actor) -> None:
    """The termination of January was recorded in March: January was judged by then, and so was February."""
    contract = active_contract(alice)
    commitment = measured(alice, contract)
    for window in EvaluationWindow.objects.filter(commitment=commitment, ends_at__lt=MARCH):
        judge(alice, window, MARCH)
    terminated(alice, contract, date(2026, 1, 20))

    commitment.refresh_from_db()
    assert (commitment.state, commitment.ends_on) == ("ended", date(2026, 3, 1))
    assert spans(commitment) == [("2026-01", date(2026, 2, 1)), ("2026-02", date(2026, 3, 1))]


def test_where_the_day_has_not_come_yet_it_is_measured_until_it_does(alice: Actor) -> None:
    """It is the 15th in Berlin, and still the 14th in New York."""
    contract = active_contract(alice, time_zone="Europe/Berlin")
    commitment = measured(alice, contract, at="2026-03-14T20:00", time_zone="America/New_York", window_kind="hour",
                          starts_on=date(2026, 3, 14))  # fmt: skip
    terminated(alice, contract, date(2026, 3, 15), at="2026-03-14T23:30")
    commitment.refresh_from_db()
    assert (commitment.state, commitment.ends_on) == ("active", date(2026, 3, 15))
    with clock.set_to(instant("2026-03-16T00:00")):
        open_windows(actor=evaluator(alice), commitment_id=commitment.pk)

    last = EvaluationWindow.objects.filter(commitment=commitment).latest("starts_at")
    assert (last.label, last.ends_at) == ("2026-03-14 23:00-0400", instant("2026-03-15T04:00"))


def test_the_event_is_handled_without_a_failure(alice: Actor) -> None:
    contract = active_contract(alice)
    measured(alice, contract, window_kind="rolling", window_days=30)
    terminated(alice, contract, date(2026, 3, 10))

    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}


def test_ending_a_rolling_commitment_leaves_full_windows_only(alice: Actor, active: Bind) -> None:
    commitment = active(instant("2026-02-15T06:00"), window_kind="rolling", window_days=30)
    with clock.set_to(instant("2026-02-15T06:00")):
        end_commitment(actor=alice, commitment_id=commitment.pk, ends_on=date(2026, 2, 10))

    rows = EvaluationWindow.objects.filter(commitment=commitment).order_by("starts_at")
    assert [row.ends_at.date().isoformat() for row in rows] == [f"2026-{day}" for day in DAYS]
    assert {(row.ends_at - row.starts_at).days for row in rows} == {30}


DAYS = ["01-31", *(f"02-{day:02}" for day in range(1, 11))]


def test_a_rolling_commitment_can_end_before_its_first_window_is_full(alice: Actor, active: Bind) -> None:
    commitment = active(instant("2026-01-12T06:00"), window_kind="rolling", window_days=30)
    with clock.set_to(instant("2026-01-12T06:00")):
        ended = end_commitment(actor=alice, commitment_id=commitment.pk, ends_on=date(2026, 1, 10))

    assert (ended.state, EvaluationWindow.objects.count()) == ("ended", 0)


CREDITED = {"remedy_kind": "proportional"}


def second_of(active: Bind, first: Commitment, **changes: Any) -> Commitment:
    return active(MARCH, first.indicator_id, name="Second", **changes)


def test_a_second_commitment_that_credits_the_same_misses_is_refused(active: Bind) -> None:
    first = active(MARCH, name="First", **CREDITED)
    with pytest.raises(DomainError) as refused:
        second_of(active, first, target=Decimal("99.5"), starts_on=date(2026, 3, 1), **CREDITED)

    assert refused.value.code == "commitment_overlaps"
    assert refused.value.message.startswith("First credits the same misses of this indicator from 2026-01-01 on")
    assert Commitment.objects.get(name="Second").state == "draft"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (CREDITED, {}),
        ({}, CREDITED),
        (CREDITED, CREDITED | {"window_kind": "quarter"}),
        (CREDITED | {"ends_on": date(2026, 2, 1)}, CREDITED | {"starts_on": date(2026, 2, 1)}),
        (CREDITED | {"starts_on": date(2026, 2, 1)}, CREDITED | {"ends_on": date(2026, 2, 1)}),
    ],
)
def test_commitments_that_do_not_pay_twice_stand_side_by_side(
    active: Bind, first: dict[str, Any], second: dict[str, Any]
) -> None:
    assert second_of(active, active(MARCH, **first), **second).state == ("ended" if "ends_on" in second else "active")


def test_another_indicator_and_an_ended_commitment_are_no_hindrance(alice: Actor, active: Bind) -> None:
    first = active(MARCH, **CREDITED)
    assert active(MARCH, uptime("api"), **CREDITED).state == "active"
    with clock.set_to(MARCH):
        end_commitment(actor=alice, commitment_id=first.pk, ends_on=date(2026, 3, 10))
    assert second_of(active, first, starts_on=date(2026, 3, 10), **CREDITED).state == "active"
