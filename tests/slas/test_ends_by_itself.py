"""A commitment with a last day ends when that day is over in its own zone: once, whoever looks and however late."""

from __future__ import annotations

import threading
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry, Transition
from clm.events.models import OutboxEvent
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from slas.models import Commitment, Evaluation, EvaluationWindow
from slas.operations.end_commitment import end_commitment
from slas.operations.end_with_contract import end_with_contract
from slas.operations.open_windows import open_windows
from slas.tasks import judge_windows
from slas.tasks import open_windows as open_all
from tests.contracts.papers import active_contract
from tests.slas.conftest import Bind, evaluator, instant
from tests.slas.test_contract_ends import MARCH, measured, spans, terminated

LAST = date(2026, 2, 20)
OVER = instant("2026-02-20T05:00")  # midnight in New York
NEW_YORK = {"time_zone": "America/New_York", "starts_on": date(2026, 2, 1), "ends_on": LAST}


def facts(commitment: Commitment) -> list[str]:
    """What the ledger says about its end, oldest first."""
    rows = LedgerEntry.objects.filter(subject_id=commitment.pk, event__startswith="commitment.end")
    return list(rows.order_by("pk").values_list("event", flat=True))


def looked_at(commitment: Commitment, at: datetime) -> Commitment:
    """The scheduled job ran at an instant."""
    with clock.set_to(at):
        open_all()
    commitment.refresh_from_db()
    return commitment


def test_until_its_last_day_is_over_it_goes_on(active: Bind) -> None:
    commitment = active(instant("2026-02-10T00:00"), **NEW_YORK)
    looked_at(commitment, instant("2026-02-20T04:59:59"))

    assert (commitment.state, commitment.windows_due_at, facts(commitment)) == ("active", OVER, [])


@pytest.mark.parametrize("at", [OVER, instant("2026-05-01T00:00")])
def test_then_the_job_ends_it_once_also_when_it_missed_runs(active: Bind, at: datetime) -> None:
    commitment = active(instant("2026-02-10T00:00"), **NEW_YORK)
    looked_at(commitment, at)
    looked_at(commitment, instant("2026-06-01T00:00"))

    entry = LedgerEntry.objects.get(event="commitment.ended")
    assert (commitment.state, commitment.ends_on, commitment.windows_due_at) == ("ended", LAST, None)
    assert (entry.verb, entry.actor_kind, entry.before, entry.reason) == (
        "slas.open_windows", "system", {"state": "active", "ends_on": "2026-02-20"}, "its last day is over",
    )  # fmt: skip
    assert entry.after == {"state": "ended", "ends_on": "2026-02-20"}
    assert Transition.objects.filter(subject_id=commitment.pk, to_state="ended").count() == 1


def test_more_windows_than_a_batch_are_all_open_before_it_ends(alice: Actor, active: Bind) -> None:
    given = {"window_kind": "hour", "starts_on": date(2026, 1, 1), "ends_on": date(2026, 2, 20)}
    commitment = active(MARCH, **given)
    assert (commitment.state, EvaluationWindow.objects.count()) == ("active", 1000)
    looked_at(commitment, MARCH)

    assert (commitment.state, EvaluationWindow.objects.count()) == ("ended", 50 * 24)


def test_a_rolling_one_that_was_never_full_ends_too(active: Bind) -> None:
    commitment = active(instant("2026-02-10T00:00"), window_kind="rolling", window_days=60, **NEW_YORK)
    looked_at(commitment, OVER)

    assert (commitment.state, EvaluationWindow.objects.count()) == ("ended", 0)


def test_windows_that_are_open_by_then_are_judged_and_closed(active: Bind) -> None:
    commitment = active(instant("2026-02-10T00:00"), **NEW_YORK)
    looked_at(commitment, OVER)
    window = EvaluationWindow.objects.get()
    assert (window.state, window.ends_at) == ("open", OVER)
    for day in ("2026-02-21", "2026-03-01"):
        with clock.set_to(instant(f"{day}T00:00")):
            judge_windows()

    window.refresh_from_db()
    assert (window.state, Evaluation.objects.get().outcome) == ("closed", "inconclusive")


def test_a_set_end_is_a_fact_of_its_own(alice: Actor) -> None:
    """It is the 15th in Berlin, and still the 14th in New York: the contract is over, the commitment soon."""
    contract = active_contract(alice, time_zone="Europe/Berlin")
    commitment = measured(alice, contract, at="2026-03-14T20:00", time_zone="America/New_York",
                          starts_on=date(2026, 3, 1))  # fmt: skip
    terminated(alice, contract, date(2026, 3, 15), at="2026-03-14T23:30")
    looked_at(commitment, instant("2026-03-15T03:59"))
    assert (commitment.state, facts(commitment)) == ("active", ["commitment.end_set"])
    entry = LedgerEntry.objects.get(event="commitment.end_set")
    assert (entry.verb, entry.reason) == ("slas.end_with_contract", "its contract is no longer in force")
    assert (entry.before, entry.after) == ({"ends_on": None}, {"ends_on": "2026-03-15", "windows": 1})
    looked_at(commitment, instant("2026-03-15T04:00"))

    assert (commitment.state, facts(commitment)) == ("ended", ["commitment.end_set", "commitment.ended"])


def test_to_end_with_the_contract_again_says_nothing_more(alice: Actor) -> None:
    contract = active_contract(alice)
    commitment = measured(alice, contract, at="2026-03-14T20:00", time_zone="America/New_York")
    for at in ("2026-03-14T23:30", "2026-03-15T01:00", "2026-03-15T12:00", "2026-03-16T12:00"):
        with clock.set_to(instant(at)):
            end_with_contract(actor=evaluator(alice), contract_id=contract.pk, ends_on=date(2026, 3, 15))

    assert facts(commitment) == ["commitment.end_set", "commitment.ended"]


def test_one_that_would_begin_after_the_contract_is_over_never_does(alice: Actor) -> None:
    contract = active_contract(alice, time_zone="Europe/Berlin")
    commitment = measured(
        alice, contract, at="2026-03-14T20:00", time_zone="America/New_York", starts_on=date(2026, 3, 15)
    )
    terminated(alice, contract, date(2026, 3, 15), at="2026-03-14T23:30")
    looked_at(commitment, instant("2026-03-20T00:00"))

    assert (commitment.state, spans(commitment), facts(commitment)) == ("ended", [], ["commitment.ended"])


def test_a_contract_that_was_over_before_cuts_what_ended_later(alice: Actor) -> None:
    contract = active_contract(alice)
    commitment = measured(alice, contract, ends_on=date(2026, 3, 12))
    assert commitment.state == "ended"
    for _again in range(2):
        with clock.set_to(MARCH):
            end_with_contract(actor=evaluator(alice), contract_id=contract.pk, ends_on=date(2026, 3, 10))

    commitment.refresh_from_db()
    assert (commitment.state, commitment.ends_on) == ("ended", date(2026, 3, 10))
    assert spans(commitment)[-1] == ("2026-03", date(2026, 3, 10))
    assert facts(commitment) == ["commitment.ended", "commitment.end_set"]


@pytest.mark.parametrize(
    ("at", "events"),
    [("2026-03-15T12:00", ["commitment.ended", "commitment.end_set"]), ("2026-03-01T00:00", ["commitment.ended"])],
)
def test_what_a_contract_that_was_over_before_leaves_nothing_of_has_no_last_day(
    alice: Actor, at: str, events: list[str]
) -> None:
    contract = active_contract(alice)
    commitment = measured(alice, contract, at, starts_on=date(2026, 2, 1), ends_on=date(2026, 3, 10))
    for _again in range(2):
        with clock.set_to(instant(at)):
            end_with_contract(actor=evaluator(alice), contract_id=contract.pk, ends_on=date(2026, 1, 20))

    commitment.refresh_from_db()
    assert (commitment.state, commitment.ends_on, spans(commitment), facts(commitment)) == ("ended", None, [], events)
    entry = LedgerEntry.objects.get(subject_id=commitment.pk, event=events[-1])
    assert (entry.before["ends_on"], entry.after["ends_on"]) == ("2026-03-10", None)


def test_a_draft_that_was_dropped_is_none_of_the_contracts_ends(alice: Actor, bind: Bind) -> None:
    draft = bind(ends_on=date(2026, 6, 1))
    end_commitment(actor=alice, commitment_id=draft.pk, reason="Mistyped")
    assert end_with_contract(actor=evaluator(alice), contract_id=draft.contract_id, ends_on=date(2026, 3, 1)) == []


@pytest.mark.parametrize("day", [None, date(2026, 3, 1)])
def test_a_person_ends_it_no_later_than_it_was_to_end(alice: Actor, active: Bind, day: date | None) -> None:
    commitment = active(instant("2026-02-10T00:00"), **NEW_YORK)
    with clock.set_to(MARCH):
        ended = end_commitment(actor=alice, commitment_id=commitment.pk, ends_on=day)

    assert (ended.state, ended.ends_on, facts(commitment)) == ("ended", LAST, ["commitment.ended"])


def test_what_it_paid_for_is_not_paid_by_another(active: Bind) -> None:
    credited: dict[str, Any] = {"remedy_kind": "proportional"}
    first = active(MARCH, name="First", ends_on=LAST, **credited)
    assert first.state == "ended"
    with pytest.raises(DomainError) as refused:
        active(MARCH, first.indicator_id, name="Second", starts_on=date(2026, 2, 1), **credited)

    assert (refused.value.code, refused.value.message) == (
        "commitment_overlaps",
        "First credits the same misses of this indicator from 2026-01-01 on, until 2026-02-20; begin on that day.",
    )
    assert active(MARCH, first.indicator_id, name="Third", starts_on=LAST, **credited).state == "active"


@pytest.mark.parametrize("day", [None, LAST, date(2026, 2, 19)])
@pytest.mark.parametrize("at", ["2026-02-20T00:00", "2026-03-01T00:00"])
def test_nor_when_a_person_was_faster_than_the_job(alice: Actor, active: Bind, at: str, day: date | None) -> None:
    credited: dict[str, Any] = {"remedy_kind": "proportional"}
    first = active(instant("2026-02-10T00:00"), name="First", ends_on=LAST, **credited)
    with clock.set_to(instant(at)):
        assert end_commitment(actor=alice, commitment_id=first.pk, ends_on=day).state == "ended"
    with pytest.raises(DomainError) as refused:
        active(MARCH, first.indicator_id, name="Second", starts_on=date(2026, 2, 1), **credited)

    assert refused.value.code == "commitment_overlaps"
    assert active(MARCH, first.indicator_id, name="Third", starts_on=LAST, **credited).state == "active"


@pytest.mark.parametrize("last", [None, date(2026, 3, 20)])
def test_a_person_who_ends_one_before_its_last_day_answers_for_what_it_paid(
    alice: Actor, active: Bind, last: date | None
) -> None:
    first = active(MARCH, ends_on=last, remedy_kind="proportional")
    with clock.set_to(MARCH):
        end_commitment(actor=alice, commitment_id=first.pk)

    second = active(MARCH, first.indicator_id, starts_on=date(2026, 2, 1), remedy_kind="proportional")
    assert second.state == "active"


def all_windows(*commitments: Commitment) -> list[tuple[str, datetime, datetime]]:
    """(label, start, end) of the windows that are no part of another, in order."""
    rows = EvaluationWindow.objects.filter(commitment__in=commitments, whole=None).order_by("starts_at")
    return list(rows.values_list("label", "starts_at", "ends_at"))


FEBRUARY = ("2026-02", instant("2026-02-01T00:00"), instant("2026-03-01T00:00"))


@pytest.mark.parametrize("is_old_first", [True, False])
@pytest.mark.parametrize("at", ["2026-02-25T00:00", "2026-02-10T00:00"])
def test_whichever_is_activated_first_the_cut_window_is_one(active: Bind, at: str, is_old_first: bool) -> None:
    terms: list[dict[str, Any]] = [{"starts_on": date(2026, 2, 1), "ends_on": LAST}, {"starts_on": LAST}]
    one = active(instant(at), **terms[not is_old_first])
    two = active(instant(at), one.indicator_id, target=Decimal("99.5"), **terms[is_old_first])
    old, new = (one, two) if is_old_first else (two, one)
    assert Commitment.objects.get(pk=new.pk).follows_id == old.pk
    looked_at(old, instant("2026-02-25T00:00"))
    new.refresh_from_db()

    assert (old.state, new.state, new.follows_id) == ("ended", "active", old.pk)
    assert all_windows(old, new) == [FEBRUARY]


def test_one_that_was_not_joined_when_activated_is_when_it_ends(active: Bind) -> None:
    new = active(instant("2026-02-10T00:00"), starts_on=LAST)
    old = active(instant("2026-02-10T00:00"), new.indicator_id, starts_on=date(2026, 2, 1), ends_on=LAST)
    Commitment.objects.filter(pk=new.pk).update(follows=None)
    looked_at(old, instant("2026-02-25T00:00"))
    new.refresh_from_db()

    assert (old.state, new.follows_id, all_windows(old, new)) == ("ended", old.pk, [FEBRUARY])


def test_only_one_takes_its_place(active: Bind) -> None:
    old = active(instant("2026-02-10T00:00"), **{**NEW_YORK, "name": "Old"})
    new, other = (
        active(instant("2026-02-10T00:00"), old.indicator_id, **{**NEW_YORK, "starts_on": LAST, "ends_on": None})
        for _each in range(2)
    )
    looked_at(old, OVER)
    for row in (new, other):
        row.refresh_from_db()

    assert (old.state, new.follows_id, other.follows_id) == ("ended", old.pk, None)


def test_the_old_one_is_followed_by_one_that_is_over_as_well(alice: Actor, active: Bind) -> None:
    first = active(MARCH)
    second = active(MARCH, first.indicator_id, starts_on=date(2026, 3, 5), ends_on=date(2026, 3, 9), target=Decimal(99))
    assert second.state == "ended"
    with clock.set_to(MARCH):
        end_commitment(actor=alice, commitment_id=first.pk, ends_on=date(2026, 3, 5))

    second.refresh_from_db()
    assert second.follows_id == first.pk


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_end_it_once(alice: Actor, active: Bind) -> None:
    commitment = active(instant("2026-02-10T00:00"), **NEW_YORK)
    gate, failures = threading.Barrier(3), []

    def work() -> None:
        try:
            with organization_scope(alice.organization_id), clock.set_to(MARCH):
                gate.wait(30)
                open_windows(actor=evaluator(alice), commitment_id=commitment.pk)
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    commitment.refresh_from_db()
    assert (failures, commitment.state, facts(commitment)) == ([], "ended", ["commitment.ended"])
    assert OutboxEvent.objects.filter(type="commitment.ended").count() == 1
