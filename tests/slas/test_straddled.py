"""Outages that straddle the edge of a window, and monitoring that turns out to have begun earlier."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from clm.lib.actor import Actor
from slas.models import Commitment, EvaluationWindow
from slas.operations.ingest_outages import ingest_outages
from slas.operations.ingest_samples import ingest_samples
from tests.slas.conftest import Bind, instant, judge, uptime

NOW = instant("2026-03-10T00:00")
SHORTEST = {"minimum_outage_seconds": 300}
MONTHS = ("2026-01", "2026-02", "2026-03")


def send(actor: Actor, *rows: tuple[str, str], key: str = "web") -> None:
    ingest_samples(actor=actor, samples=[{"indicator": key, "at": f"{at}Z", "status": status} for at, status in rows])


def minutely(start: str, end: str) -> list[tuple[str, str]]:
    """A row that says down each minute of [start, end)."""
    first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
    return [
        ((first + timedelta(minutes=n)).isoformat(), "down") for n in range(int((last - first).total_seconds() / 60))
    ]


def judged(actor: Actor, commitment: Commitment) -> list[int]:
    """The bad seconds of January, February and March, of the windows that were due judged anew."""
    for window in EvaluationWindow.objects.filter(commitment=commitment, due_at__isnull=False):
        judge(actor, window, NOW)
    rows = EvaluationWindow.objects.filter(commitment=commitment, label__in=MONTHS).order_by("starts_at")
    return [int(row.latest.bad if row.latest else float(row.interim["bad"])) for row in rows]


def due(commitment: Commitment) -> list[str]:
    rows = EvaluationWindow.objects.filter(commitment=commitment, due_at__isnull=False)
    return list(rows.order_by("starts_at").values_list("label", flat=True))


def settled(active: Bind, actor: Actor, *rows: tuple[str, str], **changes: Any) -> Commitment:
    """Measured by the rows, every window judged, none due."""
    commitment = active(NOW, **changes)
    send(actor, ("2026-01-01T00:00", "up"), *rows)
    judged(actor, commitment)
    EvaluationWindow.objects.update(due_at=None)
    return commitment


EDGES = [
    ("2026-01-31T23:50:00", "2026-02-01T00:03:00"),
    ("2026-01-31T23:58:00", "2026-02-01T00:10:00"),
    ("2026-01-31T23:58:00", "2026-02-01T00:02:00"),
    ("2026-01-31T23:58:30", "2026-02-01T00:04:10"),
    ("2026-01-31T23:50:00", "2026-03-01T00:00:30"),
]


@pytest.mark.parametrize("changes", [SHORTEST, {"whole_minutes": True}, SHORTEST | {"whole_minutes": True}])
@pytest.mark.parametrize(("start", "end"), EDGES)
@pytest.mark.parametrize("is_minutely", [False, True])
def test_samples_count_as_the_outage_they_are(
    alice: Actor, active: Bind, changes: dict[str, Any], start: str, end: str, is_minutely: bool
) -> None:
    if is_minutely and start[8:10] != end[8:10] and end > "2026-02-02":
        end = "2026-02-01T00:20:00"
    told = active(NOW, uptime("told"), **changes)
    send(alice, ("2026-01-01T00:00", "up"), key="told")
    outage = {"indicator": "told", "external_id": "x", "starts_at": f"{start}Z", "ends_at": f"{end}Z"}
    ingest_outages(actor=alice, outages=[outage])
    seen = active(NOW, uptime("seen"), **changes)
    down = minutely(start, end) if is_minutely else [(start, "down")]
    send(alice, ("2026-01-01T00:00", "up"), *down, (end, "up"), key="seen")

    assert judged(alice, seen) == judged(alice, told)


def test_ten_minutes_before_and_three_after_midnight_are_thirteen(alice: Actor, active: Bind) -> None:
    rows = [*minutely("2026-01-31T23:50", "2026-02-01T00:03"), ("2026-02-01T00:03", "up")]
    commitment = active(NOW, **SHORTEST)
    send(alice, ("2026-01-01T00:00", "up"), *rows)

    assert judged(alice, commitment) == [600, 180, 0]


def test_silence_ends_an_outage(alice: Actor, active: Bind) -> None:
    """Nothing was heard from 23:57 to 00:01: two outages, of three minutes and of two."""
    commitment = active(NOW, uptime(silence_minutes=2), missing_data_policy="good", **SHORTEST)
    rows = [("2026-01-31T23:54", "down"), ("2026-02-01T00:01", "down"), ("2026-02-01T00:03", "up")]
    send(alice, ("2026-01-31T23:53", "up"), *rows)

    assert judged(alice, commitment) == [0, 0, 0]


def test_a_degraded_minute_belongs_to_an_outage_where_it_counts_as_down(alice: Actor, active: Bind) -> None:
    commitment = active(NOW, uptime(is_degraded_up=False), **SHORTEST)
    rows = [("2026-01-31T23:58", "degraded"), ("2026-02-01T00:02", "down"), ("2026-02-01T00:04", "up")]
    send(alice, ("2026-01-01T00:00", "up"), *rows)

    assert judged(alice, commitment) == [120, 240, 0]


def test_an_outage_that_grows_beyond_the_window_makes_it_due_again(alice: Actor, active: Bind) -> None:
    commitment = settled(active, alice, ("2026-01-31T23:58", "down"), ("2026-02-01T00:01", "up"), **SHORTEST)
    assert judged(alice, commitment) == [0, 0, 0]
    send(alice, ("2026-02-01T00:01", "down"), ("2026-02-01T00:10", "up"))

    assert due(commitment) == ["2026-01", "2026-02", "2026-03"]
    assert judged(alice, commitment) == [120, 600, 0]


def test_an_outage_that_began_earlier_makes_the_window_it_reaches_due_again(alice: Actor, active: Bind) -> None:
    late = [("2026-01-31T23:59", "down"), ("2026-02-01T00:02", "down"), ("2026-02-01T00:03", "up")]
    commitment = settled(active, alice, *late, **SHORTEST)
    assert judged(alice, commitment) == [0, 0, 0]
    send(alice, ("2026-01-31T23:55", "down"))

    assert due(commitment) == ["2026-01", "2026-02"]
    assert judged(alice, commitment) == [300, 180, 0]


def test_where_the_length_does_not_matter_only_the_window_itself_is_due(alice: Actor, active: Bind) -> None:
    commitment = settled(active, alice, ("2026-01-31T23:58", "down"), ("2026-02-01T00:01", "up"))
    send(alice, ("2026-02-01T00:01", "down"), ("2026-02-01T00:10", "up"))

    assert due(commitment) == ["2026-02", "2026-03"]
    assert judged(alice, commitment) == [120, 600, 0]


def test_a_late_status_reaches_every_window_until_the_next_row(alice: Actor, active: Bind) -> None:
    commitment = settled(active, alice, ("2026-03-01T00:00", "up"))
    send(alice, ("2026-01-31T00:00", "down"))

    assert due(commitment) == ["2026-01", "2026-02"]
    assert judged(alice, commitment) == [86400, 28 * 86400, 0]


def test_an_earlier_first_outage_makes_all_that_was_unmeasured_due(alice: Actor, active: Bind) -> None:
    commitment = active(NOW)
    send(alice, ("2026-03-01T00:00", "up"))
    judged(alice, commitment)
    EvaluationWindow.objects.update(due_at=None)
    outage = {"indicator": "web", "starts_at": "2026-01-05T00:00Z", "ends_at": "2026-01-05T01:00Z"}
    ingest_outages(actor=alice, outages=[outage])

    assert due(commitment) == ["2026-01", "2026-02"]
    assert judged(alice, commitment) == [3600, 0, 0]
    february = EvaluationWindow.objects.get(commitment=commitment, label="2026-02")
    assert (february.latest.good, february.latest.unmeasured) == (28 * 86400, 0)


def test_the_first_outage_of_all_begins_the_monitoring(alice: Actor, active: Bind) -> None:
    commitment = active(NOW)
    judged(alice, commitment)
    EvaluationWindow.objects.update(due_at=None)
    outage = {"indicator": "web", "starts_at": "2026-01-05T00:00Z", "ends_at": "2026-01-05T01:00Z"}
    ingest_outages(actor=alice, outages=[outage])

    assert due(commitment) == ["2026-01", "2026-02", "2026-03"]


def test_a_later_outage_makes_only_its_own_window_due(alice: Actor, active: Bind) -> None:
    commitment = settled(active, alice)
    outage = {"indicator": "web", "starts_at": "2026-02-05T00:00Z", "ends_at": "2026-02-05T01:00Z"}
    ingest_outages(actor=alice, outages=[outage])

    assert due(commitment) == ["2026-02"]
