"""Uptime quantities: each policy on exact seconds, and agreement with counting minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.lib.intervals import Interval
from slas.engine.quantities import Exclusion, MaintenancePolicy, Quantities
from slas.engine.uptime import Outage, StateChange, Status, Telemetry, UptimePolicy, divide_uptime, uptime_quantities

ORIGIN = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = 60


def at(minute: float) -> datetime:
    return ORIGIN + timedelta(minutes=minute)


WINDOW = Interval(at(0), at(HOUR))


def seen(*rows: tuple[float, str]) -> Telemetry:
    return Telemetry(changes=[StateChange(at(minute), Status(status)) for minute, status in rows])


def out(start: float, end: float | None) -> Telemetry:
    return Telemetry(outages=[Outage(at(start), None if end is None else at(end))], known_from=at(-HOUR))


def excused(start: float, end: float, is_maintenance: bool = False) -> Exclusion:
    return Exclusion(Interval(at(start), at(end)), is_maintenance)


def minutes(quantities: Quantities) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Good, bad, excluded and unmeasured minutes."""
    four = (quantities.good, quantities.bad, quantities.excluded, quantities.unmeasured)
    return tuple(seconds / 60 for seconds in four)  # type: ignore[return-value]


def test_a_state_lasts_until_the_next_row() -> None:
    assert minutes(uptime_quantities(WINDOW, seen((-10, "up"), (20, "down"), (25, "up")))) == (55, 5, 0, 0)
    assert minutes(uptime_quantities(WINDOW, seen((-10, "down")))) == (0, 60, 0, 0)


def test_before_the_first_row_nothing_was_measured() -> None:
    assert minutes(uptime_quantities(WINDOW, seen((20, "up"), (30, "down")))) == (10, 30, 0, 20)
    assert minutes(uptime_quantities(WINDOW, Telemetry())) == (0, 0, 0, 60)
    assert minutes(uptime_quantities(WINDOW, seen((90, "up")))) == (0, 0, 0, 60)


def test_unknown_is_unmeasured() -> None:
    telemetry = seen((0, "up"), (10, "unknown"), (25, "down"), (30, "up"))
    assert minutes(uptime_quantities(WINDOW, telemetry)) == (40, 5, 0, 15)


def test_degraded_counts_as_agreed() -> None:
    telemetry = seen((0, "up"), (10, "degraded"), (40, "up"))
    assert minutes(uptime_quantities(WINDOW, telemetry)) == (60, 0, 0, 0)
    strict = UptimePolicy(is_degraded_up=False)
    assert minutes(uptime_quantities(WINDOW, telemetry, policy=strict)) == (30, 30, 0, 0)


def test_rows_come_in_any_order_and_the_later_of_two_counts() -> None:
    telemetry = seen((25, "up"), (0, "up"), (20, "up"), (20, "down"))
    assert minutes(uptime_quantities(WINDOW, telemetry)) == (55, 5, 0, 0)


def test_outages_overlap_and_stay_open() -> None:
    both = Telemetry(outages=[Outage(at(10), at(20)), Outage(at(15), at(25))], known_from=at(0))
    assert minutes(uptime_quantities(WINDOW, both)) == (45, 15, 0, 0)
    assert minutes(uptime_quantities(WINDOW, out(50, None))) == (50, 10, 0, 0)
    assert minutes(uptime_quantities(WINDOW, out(-50, None))) == (0, 60, 0, 0)


def test_monitoring_has_a_beginning_and_an_end() -> None:
    telemetry = Telemetry(outages=[Outage(at(20), at(25))], known_from=at(10), known_until=at(40))
    assert minutes(uptime_quantities(WINDOW, telemetry)) == (25, 5, 0, 30)
    first_outage = Telemetry(outages=[Outage(at(20), at(25))])
    assert minutes(uptime_quantities(WINDOW, first_outage)) == (35, 5, 0, 20)


def test_an_outage_within_unknown_time_was_seen() -> None:
    telemetry = Telemetry([StateChange(at(0), Status.UNKNOWN)], [Outage(at(10), at(15))])
    assert minutes(uptime_quantities(WINDOW, telemetry)) == (0, 5, 0, 55)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (MaintenancePolicy.LEAVES_DENOMINATOR, (40, 10, 10, 0)),
        (MaintenancePolicy.COUNTS_AS_UP, (50, 10, 0, 0)),
        (MaintenancePolicy.NOT_EXCUSED, (40, 20, 0, 0)),
    ],
)
def test_maintenance_counts_as_agreed(policy: MaintenancePolicy, expected: tuple[int, ...]) -> None:
    settings = UptimePolicy(maintenance=policy)
    got = uptime_quantities(WINDOW, out(10, 30), [excused(20, 30, is_maintenance=True)], settings)
    assert minutes(got) == expected


def test_other_exclusions_always_leave_the_window() -> None:
    settings = UptimePolicy(maintenance=MaintenancePolicy.COUNTS_AS_UP)
    got = uptime_quantities(WINDOW, out(10, 30), [excused(20, 90), excused(20, 90, True)], settings)
    assert minutes(got) == (10, 10, 40, 0)


def test_excluded_time_is_neither_unmeasured_nor_bad() -> None:
    assert minutes(uptime_quantities(WINDOW, Telemetry(), [excused(0, 15)])) == (0, 0, 15, 45)


@pytest.mark.parametrize(("length", "bad"), [(4.999, 0), (5, 5), (6, 6)])
def test_an_outage_as_long_as_the_minimum_counts(length: float, bad: float) -> None:
    settings = UptimePolicy(minimum_outage=timedelta(minutes=5))
    assert minutes(uptime_quantities(WINDOW, out(10, 10 + length), policy=settings))[1] == bad


def test_the_minimum_looks_across_the_windows_edge_and_around_excuses() -> None:
    settings = UptimePolicy(minimum_outage=timedelta(minutes=5))
    assert minutes(uptime_quantities(WINDOW, out(-3, 2), policy=settings)) == (58, 2, 0, 0)
    got = uptime_quantities(WINDOW, out(10, 20), [excused(14, 30)], settings)
    assert minutes(got) == (44, 0, 16, 0)


def test_whole_minutes_drop_the_rest_once_across_two_windows() -> None:
    settings = UptimePolicy(whole_minutes=True)
    outage = out(57.5, 62.25)
    first = uptime_quantities(WINDOW, outage, policy=settings)
    second = uptime_quantities(Interval(at(60), at(120)), outage, policy=settings)
    assert first.bad + second.bad == 4 * 60
    assert uptime_quantities(WINDOW, out(10, 10.9), policy=settings).bad == 0


def test_microseconds_are_exact() -> None:
    telemetry = Telemetry(outages=[Outage(at(0), at(0) + timedelta(microseconds=1))], known_from=at(0))
    assert uptime_quantities(WINDOW, telemetry).bad == Decimal("0.000001")


def test_the_division_names_the_stretches() -> None:
    division = divide_uptime(WINDOW, out(10, 15), [excused(12, 20)])
    assert division.bad == (Interval(at(10), at(12)),)
    assert division.excluded == (Interval(at(12), at(20)),)
    assert division.good == (Interval(at(0), at(10)), Interval(at(20), at(60)))


rows = st.lists(st.tuples(st.integers(-20, 70), st.sampled_from(list(Status))), max_size=8)
spans = st.lists(st.tuples(st.integers(-20, 70), st.integers(0, 20), st.booleans()), max_size=4)


@given(rows, spans, spans, st.sampled_from(list(MaintenancePolicy)))
def test_seconds_agree_with_counting_minutes(
    changes: list[tuple[int, Status]],
    outages: list[tuple[int, int, bool]],
    exclusions: list[tuple[int, int, bool]],
    policy: MaintenancePolicy,
) -> None:
    telemetry = Telemetry(
        changes=[StateChange(at(minute), status) for minute, status in changes],
        outages=[Outage(at(start), at(start + length)) for start, length, _ in outages],
    )
    excluded = [excused(start, start + length, kind) for start, length, kind in exclusions]
    got = uptime_quantities(WINDOW, telemetry, excluded, UptimePolicy(maintenance=policy))
    counted = [_kind_of(minute, changes, outages, exclusions, policy) for minute in range(HOUR)]
    assert minutes(got) == tuple(counted.count(kind) for kind in ("good", "bad", "excluded", "unmeasured"))
    assert got.total == 3600


def _kind_of(
    minute: int,
    changes: list[tuple[int, Status]],
    outages: list[tuple[int, int, bool]],
    exclusions: list[tuple[int, int, bool]],
    policy: MaintenancePolicy,
) -> str:
    covering = {kind for start, length, kind in exclusions if start <= minute < start + length}
    if False in covering or (True in covering and policy is MaintenancePolicy.LEAVES_DENOMINATOR):
        return "excluded"
    if True in covering and policy is MaintenancePolicy.COUNTS_AS_UP:
        return "good"
    if any(start <= minute < start + length for start, length, _ in outages):
        return "bad"
    began = min([start for start, _ in changes] + [start for start, _, _ in outages], default=HOUR)
    before = [(start, order) for order, (start, _) in enumerate(changes) if start <= minute]
    status = changes[max(before)[1]][1] if before else Status.UP
    if minute < began or status is Status.UNKNOWN:
        return "unmeasured"
    return "bad" if status is Status.DOWN else "good"
