"""A window that an amendment cuts has one attainment, one verdict and one breach."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction

from clm.access.scope import organization_scope
from clm.lib import clock
from clm.lib.actor import Actor
from slas.models import Breach, Commitment, Evaluation, EvaluationWindow
from slas.operations.activate_commitment import activate_commitment
from slas.operations.end_commitment import end_commitment
from slas.operations.exclusions import accept_exclusion, propose_exclusion
from slas.operations.ingest_samples import ingest_samples
from slas.papers import windows_of_month
from slas.queries import figures, parts_of, windows
from tests.cast import Cast
from tests.slas.conftest import Bind, instant, judge, uptime

NOW = instant("2026-02-05T00:00")
CLOSED = instant("2026-02-20T00:00")
CUT = date(2026, 1, 16)


def send(actor: Actor, *rows: tuple[str, str]) -> None:
    ingest_samples(actor=actor, samples=[{"indicator": "web", "at": at, "status": status} for at, status in rows])


def the_example(actor: Actor, second_outage_until: str = "01:00") -> None:
    """Up, but for half an hour on the 10th and an hour on the 20th."""
    send(
        actor,
        ("2026-01-01T00:00Z", "up"),
        ("2026-01-10T00:00Z", "down"),
        ("2026-01-10T00:30Z", "up"),
        ("2026-01-20T00:00Z", "down"),
        (f"2026-01-20T{second_outage_until}Z", "up"),
    )


def amended(active: Bind, **changes: Any) -> tuple[Commitment, Commitment]:
    """99.9 % until the 16th, 99.5 % from then on."""
    first = active(NOW, ends_on=CUT, **changes)
    second = active(NOW, first.indicator_id, starts_on=CUT, target=Decimal("99.5"), **changes)
    first.refresh_from_db()
    return first, second


def january(commitment: Commitment) -> EvaluationWindow:
    return EvaluationWindow.objects.get(commitment=commitment, label="2026-01")


def judge_all(actor: Actor, *commitments: Commitment) -> None:
    for commitment in commitments:
        judge(actor, january(commitment), NOW)


def test_the_new_commitment_follows_and_its_first_window_is_the_whole_one(active: Bind) -> None:
    first, second = amended(active)

    whole = january(second)
    assert second.follows_id == first.pk
    assert (whole.starts_at, whole.ends_at) == (instant("2026-01-01T00:00"), instant("2026-02-01T00:00"))
    assert january(first).whole == whole
    starts = (
        EvaluationWindow.objects.filter(commitment=second).order_by("starts_at").values_list("starts_at", flat=True)
    )
    assert list(starts) == [instant("2026-01-01T00:00"), instant("2026-02-01T00:00")]


def test_one_attainment_is_stored_with_its_parts(alice: Actor, active: Bind) -> None:
    first, second = amended(active)
    the_example(alice)
    judge_all(alice, first, second)

    found = Evaluation.objects.get(window=january(second))
    assert (found.good, found.bad) == (2678400 - 5400, 5400)
    assert (found.attainment, found.target) == (Decimal("99.798387097"), Decimal("99.693548"))
    assert (found.outcome, found.light, found.version_id) == ("met", "green", second.version_id)
    parts = found.inputs["parts"]
    assert [(part["commitment_id"], part["weight"], part["share_percent"]) for part in parts] == [
        (str(first.pk), "1296000", "48.387097"),
        (str(second.pk), "1382400", "51.612903"),
    ]
    assert [(part["attainment"], part["target"], part["outcome"]) for part in parts] == [
        ("99.861111111", "99.9", "missed"),
        ("99.739583333", "99.5", "met"),
    ]
    assert found.trace["steps"][1]["value"] == "99.861111"
    assert found.trace["clause"]["version_id"] == str(second.version_id)
    assert Breach.objects.count() == 0


def test_the_piece_of_the_old_commitment_keeps_its_figures_without_a_verdict(alice: Actor, active: Bind) -> None:
    first, second = amended(active)
    the_example(alice)
    judge_all(alice, first, second)

    piece = Evaluation.objects.get(window=january(first))
    assert (piece.good, piece.bad, piece.outcome, piece.light) == (1294200, 1800, "excluded", "grey")
    assert piece.reason == "part_of_split_window"


def test_a_whole_window_that_is_missed_has_one_breach_with_its_parts(alice: Actor, active: Bind) -> None:
    first, second = amended(active)
    the_example(alice, "02:00")
    judge_all(alice, first, second)

    breach = Breach.objects.get()
    assert breach.window == january(second)
    assert breach.evidence["figures"]["attainment"] == "99.663978495"
    assert [row[0] for row in breach.evidence["down"]] == ["2026-01-10T00:00:00.000000Z", "2026-01-20T00:00:00.000000Z"]
    assert [part["outcome"] for part in breach.evidence["parts"]] == ["missed", "missed"]


def test_the_months_report_has_the_whole_window_once(active: Bind) -> None:
    _first, second = amended(active)
    assert list(windows_of_month(second.contract, date(2026, 1, 1))) == [january(second)]


def waits_for_its_turn() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'")
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_starting_the_new_one_while_the_old_one_is_ended_joins_them(alice: Actor, active: Bind, bind: Bind) -> None:
    """Whichever comes second waits and finds the other, so that a cut window is never judged in two."""
    first = active(NOW)
    second = bind(first.indicator_id, starts_on=CUT, target=Decimal("99.5"))

    def start() -> None:
        with organization_scope(alice.organization_id), clock.set_to(NOW):
            activate_commitment(actor=alice, commitment_id=second.pk)
        connection.close()

    other = Thread(target=start)
    with clock.set_to(NOW), transaction.atomic():
        end_commitment(actor=alice, commitment_id=first.pk, ends_on=CUT)
        other.start()
        deadline = time.monotonic() + 30
        while not waits_for_its_turn() and time.monotonic() < deadline:
            time.sleep(0.02)
    other.join(30)

    second.refresh_from_db()
    assert (second.state, second.follows_id) == ("active", first.pk)


def test_figures_of_the_whole_have_the_budget_of_both_parts(alice: Actor, active: Bind) -> None:
    first, second = amended(active)
    the_example(alice)
    judge_all(alice, first, second)

    window = windows(alice).get(pk=january(second).pk)
    shown = figures(window)
    assert (shown.budget, shown.spent) == (Decimal("8208.010"), Decimal(5400))
    assert [part["starts_at"] for part in parts_of(window)] == [
        instant("2026-01-01T00:00"),
        instant("2026-01-16T00:00"),
    ]


def test_late_data_revises_a_closed_whole_by_a_row_that_refers_to_the_one_before(alice: Actor, active: Bind) -> None:
    _first, second = amended(active)
    the_example(alice)
    judge(alice, january(second), CLOSED)
    assert january(second).state == "closed"
    send(alice, ("2026-01-12T00:00Z", "down"), ("2026-01-12T02:00Z", "up"))
    judge(alice, january(second), CLOSED)

    revised, before = Evaluation.objects.filter(window=january(second)).order_by("-revision")
    assert (revised.previous, revised.bad, revised.outcome) == (before, 12600, "missed")
    assert january(second).state == "closed"


def test_a_piece_that_was_judged_before_is_revised_and_its_breach_withdrawn(alice: Actor, active: Bind) -> None:
    """The old commitment was ended, judged, missed and closed before the amended one was bound."""
    first = active(NOW, ends_on=CUT)
    the_example(alice)
    judge(alice, january(first), CLOSED)
    assert Breach.objects.get().state == "open"
    second = active(NOW, first.indicator_id, starts_on=CUT, target=Decimal("99.5"))
    judge(alice, january(first), CLOSED)
    judge(alice, january(second), CLOSED)

    revised, before = Evaluation.objects.filter(window=january(first)).order_by("-revision")
    assert (before.outcome, revised.outcome, revised.previous) == ("missed", "excluded", before)
    assert Breach.objects.get().state == "withdrawn"
    assert Evaluation.objects.get(window=january(second)).outcome == "met"


def test_ending_the_old_one_after_the_new_one_began_joins_them_too(alice: Actor, active: Bind) -> None:
    first = active(NOW)
    second = active(NOW, first.indicator_id, starts_on=CUT, target=Decimal("99.5"))
    assert january(second).starts_at == instant("2026-01-16T00:00")
    EvaluationWindow.objects.filter(commitment=first, starts_at__gte=instant("2026-02-01T00:00")).delete()
    with clock.set_to(NOW):
        end_commitment(actor=alice, commitment_id=first.pk, ends_on=CUT)

    second.refresh_from_db()
    assert second.follows_id == first.pk
    assert january(second).starts_at == instant("2026-01-01T00:00")
    assert january(first).whole == january(second)


def test_a_closed_window_is_not_widened(alice: Actor, active: Bind) -> None:
    first = active(NOW)
    second = active(NOW, first.indicator_id, starts_on=CUT, target=Decimal("99.5"))
    the_example(alice)
    judge(alice, january(second), CLOSED)
    with clock.set_to(NOW):
        end_commitment(actor=alice, commitment_id=first.pk, ends_on=CUT)

    second.refresh_from_db()
    assert (second.follows_id, january(second).starts_at) == (None, instant("2026-01-16T00:00"))


def test_two_amendments_make_three_parts(alice: Actor, active: Bind) -> None:
    first = active(NOW, ends_on=date(2026, 1, 11))
    second = active(NOW, first.indicator_id, starts_on=date(2026, 1, 11), ends_on=date(2026, 1, 21), target=Decimal(99))
    third = active(NOW, first.indicator_id, starts_on=date(2026, 1, 21), target=Decimal(98))
    send(alice, ("2026-01-01T00:00Z", "up"))
    judge_all(alice, first, second, third)

    found = Evaluation.objects.get(window=january(third))
    assert [part["weight"] for part in found.inputs["parts"]] == ["864000", "864000", "950400"]
    assert found.target == Decimal("98.935484")
    assert set(Evaluation.objects.exclude(pk=found.pk).values_list("reason", flat=True)) == {"part_of_split_window"}


def test_contract_years_go_on_from_the_day_they_were_counted_from(alice: Actor, active: Bind) -> None:
    year = {"window_kind": "anniversary"}
    first = active(NOW, starts_on=date(2024, 3, 10), ends_on=date(2025, 9, 1), **year)
    second = active(NOW, first.indicator_id, starts_on=date(2025, 9, 1), target=Decimal("99.5"), **year)

    assert (second.follows_id, second.anchor_on) == (first.pk, date(2024, 3, 10))
    whole = EvaluationWindow.objects.get(commitment=second)
    assert (whole.starts_at, whole.ends_at) == (instant("2025-03-10T00:00"), instant("2026-03-10T00:00"))
    assert EvaluationWindow.objects.get(commitment=first, label="2025-03-10 – 2025-08-31").whole == whole


def test_years_counted_from_another_day_are_other_windows(active: Bind) -> None:
    first = active(NOW, starts_on=date(2024, 3, 10), ends_on=date(2025, 9, 1), window_kind="anniversary")
    second = active(
        NOW, first.indicator_id, starts_on=date(2025, 9, 1), anchor_on=date(2025, 1, 1), window_kind="anniversary"
    )
    assert second.follows_id is None
    assert EvaluationWindow.objects.filter(commitment=second).earliest("starts_at").starts_at == instant(
        "2025-09-01T00:00"
    )


def test_an_amendment_between_windows_cuts_none(active: Bind) -> None:
    first = active(NOW, ends_on=date(2026, 2, 1))
    second = active(NOW, first.indicator_id, starts_on=date(2026, 2, 1))

    assert second.follows_id == first.pk
    assert EvaluationWindow.objects.get(commitment=second).starts_at == instant("2026-02-01T00:00")
    assert EvaluationWindow.objects.filter(whole__isnull=False).count() == 0


def test_of_several_the_one_of_the_same_name_is_followed(active: Bind) -> None:
    first = active(NOW, ends_on=CUT)
    other = active(NOW, first.indicator_id, ends_on=CUT, name="Other")
    renamed = active(NOW, first.indicator_id, starts_on=CUT, name="Third")
    assert renamed.follows_id is None
    assert active(NOW, first.indicator_id, starts_on=CUT, name="Other").follows_id == other.pk


def test_another_indicator_is_not_followed(active: Bind) -> None:
    active(NOW, ends_on=CUT)
    assert active(NOW, uptime("api"), starts_on=CUT).follows_id is None


def test_an_exclusion_of_the_old_commitment_counts_in_its_part(acme: Cast, alice: Actor, active: Bind) -> None:
    first, second = amended(active)
    the_example(alice)
    judge_all(alice, first, second)
    with clock.set_to(NOW):
        asked = propose_exclusion(
            actor=alice, commitment_id=first.pk, kind="agreed", reason="Agreed",
            starts_at=instant("2026-01-10T00:00"), ends_at=instant("2026-01-11T00:00"),
        )  # fmt: skip
        accept_exclusion(actor=acme["legal"], exclusion_id=asked.pk)
    assert january(second).due_at == NOW
    judge_all(alice, second)

    found = Evaluation.objects.filter(window=january(second)).latest("revision")
    assert (found.excluded, found.bad, found.inputs["parts"][0]["weight"]) == (86400, 3600, "1209600")


def test_values_of_both_parts_are_one_value(alice: Actor, active: Bind) -> None:
    measure = uptime("load", kind="value", aggregation="avg")
    first = active(NOW, measure, ends_on=CUT, target=Decimal(10), comparison="<=")
    second = active(NOW, first.indicator_id, starts_on=CUT, target=Decimal(16), comparison="<=")
    rows = [("2026-01-02T00:00Z", "9"), ("2026-01-20T00:00Z", "12"), ("2026-01-21T00:00Z", "21")]
    ingest_samples(actor=alice, samples=[{"indicator": "load", "at": at, "value": value} for at, value in rows])
    judge_all(alice, second)

    found = Evaluation.objects.get(window=january(second))
    assert (found.attainment, found.target, found.outcome) == (14, 14, "met")


@pytest.mark.parametrize(("policy", "outcome"), [("met", "met"), ("nothing", "missed"), ("excluded", "excluded")])
def test_a_window_without_an_event_is_what_the_agreement_says(
    alice: Actor, active: Bind, policy: str, outcome: str
) -> None:
    commitment = active(NOW, uptime("calls", kind="ratio"), empty_policy=policy)
    judge_all(alice, commitment)

    assert january(commitment).latest is not None
    assert Evaluation.objects.get().outcome == outcome
    assert Breach.objects.count() == (outcome == "missed")


def test_a_ratio_may_be_the_average_of_its_hours(alice: Actor, active: Bind) -> None:
    """One hour at 50 %, one at 100 % with a thousand times the calls, 742 without any: 743.5 of 744 hours."""
    commitment = active(NOW, uptime("calls", kind="ratio"), empty_policy="met", interval_minutes=60)
    rows = [("2026-01-05T10:10Z", 1, 2), ("2026-01-05T11:10Z", 1000, 1000)]
    ingest_samples(
        actor=alice,
        samples=[{"indicator": "calls", "at": at, "good": good, "valid": valid} for at, good, valid in rows],
    )
    judge_all(alice, commitment)

    found = Evaluation.objects.get()
    assert (found.good, found.bad, found.unit) == (Decimal("743.5"), Decimal("0.5"), "intervals")
    assert found.attainment == Decimal("99.932795699")
