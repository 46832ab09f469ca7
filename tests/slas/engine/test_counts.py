"""Event ratios, time slices and values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from clm.lib.errors import Invalid
from clm.lib.intervals import Interval
from slas.engine.attainment import Empty, Light, Outcome
from slas.engine.conditions import Comparison
from slas.engine.quantities import EVENTS, INTERVALS, Exclusion, MaintenancePolicy, Quantities
from slas.engine.ratio import EventCount, interval_quantities, ratio_quantities
from slas.engine.time_slice import Reading, SliceRule, slice_quantities
from slas.engine.value import Aggregation, ValueTerms, aggregate, aggregation_named, judge_value

ORIGIN = datetime(2026, 1, 1, tzinfo=UTC)


def at(minute: float) -> datetime:
    return ORIGIN + timedelta(minutes=minute)


WINDOW = Interval(at(0), at(60))
MAINTENANCE = Exclusion(Interval(at(20), at(30)), is_maintenance=True)


def counts(*rows: tuple[float, int, int]) -> list[EventCount]:
    return [EventCount(at(minute), Decimal(good), Decimal(valid)) for minute, good, valid in rows]


def events(good: int, bad: int, excluded: int = 0, unmeasured: int = 0) -> Quantities:
    return Quantities(Decimal(good), Decimal(bad), Decimal(excluded), Decimal(unmeasured), EVENTS)


def test_events_of_the_window_are_summed() -> None:
    got = ratio_quantities(WINDOW, counts((60, 5, 5), (0, 99, 100), (59.9, 7, 10), (-1, 0, 9)))
    assert got == events(106, 4)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (MaintenancePolicy.LEAVES_DENOMINATOR, events(9, 1, 10)),
        (MaintenancePolicy.COUNTS_AS_UP, events(19, 1)),
        (MaintenancePolicy.NOT_EXCUSED, events(12, 8)),
    ],
)
def test_events_in_maintenance_count_as_agreed(policy: MaintenancePolicy, expected: Quantities) -> None:
    assert ratio_quantities(WINDOW, counts((30, 9, 10), (20, 3, 10)), [MAINTENANCE], policy) == expected


def intervals(good: str, bad: str, excluded: int = 0, unmeasured: int = 0) -> Quantities:
    return Quantities(Decimal(good), Decimal(bad), Decimal(excluded), Decimal(unmeasured), INTERVALS)


@pytest.mark.parametrize(
    ("empty", "expected"),
    [
        (Empty.MET, intervals("4.9", "1.1")),
        (Empty.NOTHING, intervals("1.9", "4.1")),
        (Empty.EXCLUDED, intervals("1.9", "1.1", 3)),
        (Empty.INCONCLUSIVE, intervals("1.9", "1.1", 0, 3)),
    ],
)
def test_each_interval_weighs_the_same_and_an_empty_one_counts_as_agreed(empty: Empty, expected: Quantities) -> None:
    """Six intervals of ten minutes: 9 of 10, 1000 of 1000, 0 of 1, and three without an event."""
    rows = counts((0, 9, 10), (11, 500, 500), (19, 500, 500), (29, 0, 1), (30, 0, 0))
    assert interval_quantities(WINDOW, rows, timedelta(minutes=10), empty) == expected


def test_an_interval_excused_throughout_is_as_agreed_whatever_an_empty_one_is() -> None:
    rows = counts((0, 1, 1), (25, 0, 9), (35, 1, 2))
    length = timedelta(minutes=10)
    left = interval_quantities(WINDOW, rows, length, Empty.NOTHING, [MAINTENANCE])
    assert left == intervals("1.5", "3.5", 1)
    up = interval_quantities(WINDOW, rows, length, Empty.NOTHING, [MAINTENANCE], MaintenancePolicy.COUNTS_AS_UP)
    assert up == intervals("2.5", "3.5")


def test_the_windows_last_interval_may_be_cut_and_a_share_without_end_adds_up() -> None:
    got = interval_quantities(WINDOW, counts((59, 1, 3)), timedelta(minutes=50), Empty.MET)
    assert got == intervals("1.333333333333", "0.666666666667")


def test_an_interval_has_a_length() -> None:
    with pytest.raises(Invalid) as refusal:
        interval_quantities(WINDOW, [], timedelta())
    assert refusal.value.code == "interval_empty"


def test_a_value_of_no_sample_is_left_out_where_agreed() -> None:
    assert (
        judge_value([], Aggregation.AVERAGE, ValueTerms(Decimal(1), empty=Empty.EXCLUDED)).outcome is Outcome.EXCLUDED
    )


def test_events_that_lack_are_unmeasured() -> None:
    assert ratio_quantities(WINDOW, counts((1, 9, 10)), expected_valid=Decimal(25)) == events(9, 1, 0, 15)


@pytest.mark.parametrize(("good", "valid", "code"), [(2, 1, "good_exceeds_valid"), (-1, 1, "quantity_negative")])
def test_senseless_counts_are_refused(good: int, valid: int, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        counts((0, good, valid))
    assert refusal.value.code == code


def readings(*rows: tuple[float, str]) -> list[Reading]:
    return [Reading(at(minute), Decimal(value)) for minute, value in rows]


UNDER_FIVE = SliceRule(Comparison.BELOW, Decimal(5))


def test_slices_are_good_bad_or_unmeasured() -> None:
    got = slice_quantities(WINDOW, readings((0, "1"), (4, "8"), (5, "5"), (14.9, "4.99"), (60, "9")), UNDER_FIVE)
    assert got == Quantities(Decimal(600), Decimal(300), Decimal(0), Decimal(2700))


def test_the_aggregate_of_a_slice_is_a_setting() -> None:
    worst = SliceRule(Comparison.BELOW, Decimal(5), aggregation=Aggregation.MAXIMUM)
    assert slice_quantities(WINDOW, readings((0, "1"), (4, "8")), worst).bad == 300


def test_excused_seconds_leave_their_slice() -> None:
    exclusion = Exclusion(Interval(at(1), at(3)))
    got = slice_quantities(WINDOW, readings((0, "9")), UNDER_FIVE, [exclusion])
    assert (got.bad, got.excluded, got.unmeasured) == (180, 120, 3300)


def test_a_last_slice_is_as_long_as_what_is_left() -> None:
    short = Interval(at(0), at(7))
    assert slice_quantities(short, readings((6, "9")), UNDER_FIVE).bad == 120


def test_a_slice_needs_a_length() -> None:
    with pytest.raises(Invalid):
        SliceRule(Comparison.BELOW, Decimal(5), length=timedelta())


@pytest.mark.parametrize(
    ("name", "figure"), [("sum", 6), ("avg", 2), ("average", 2), ("min", Fraction(1, 2)), ("maximum", 4)]
)
def test_values_are_aggregated_exactly(name: str, figure: Fraction) -> None:
    values = [Decimal("0.5"), Decimal(4), Fraction(3, 2)]
    assert aggregate(values, aggregation_named(name)) == figure
    assert aggregate([], aggregation_named(name)) is None


def test_an_average_is_not_rounded_before_it_is_compared() -> None:
    third = judge_value([Decimal(0), Decimal(0), Decimal(1)], Aggregation.AVERAGE, ValueTerms(Decimal("0.333333334")))
    assert (third.exact_value, third.value) == (Fraction(1, 3), Decimal("0.333333333"))
    assert (third.outcome, third.light, third.reason) == (Outcome.MISSED, Light.RED, "target_missed")


def test_a_value_may_have_to_stay_under_its_target() -> None:
    backlog = ValueTerms(Decimal(10), Comparison.AT_MOST, warning_band=Decimal(2))
    assert judge_value([Decimal(9)], Aggregation.MAXIMUM, backlog).light is Light.YELLOW
    assert judge_value([Decimal(8)], Aggregation.MAXIMUM, backlog).light is Light.GREEN
    assert judge_value([Decimal(11)], Aggregation.MAXIMUM, backlog).outcome is Outcome.MISSED


def test_too_few_samples_are_inconclusive() -> None:
    few = judge_value([Decimal(9)] * 9, Aggregation.SUM, ValueTerms(Decimal(1)), expected=10)
    assert (few.outcome, few.coverage_percent, few.light) == (Outcome.INCONCLUSIVE, 90, Light.GREY)
    none = judge_value([], Aggregation.SUM, ValueTerms(Decimal(1)))
    assert (none.outcome, none.reason) == (Outcome.INCONCLUSIVE, "nothing_measured")


def test_a_value_is_told_exactly_so_that_credit_tiers_read_it() -> None:
    third = judge_value([Decimal(0), Decimal(0), Decimal(1)], Aggregation.AVERAGE, ValueTerms(Decimal("0.5")))
    nothing = judge_value([], Aggregation.AVERAGE, ValueTerms(Decimal("0.5")))

    told = [each.trace.as_json()["parameters"]["exact_attainment"] for each in (third, nothing)]
    assert told == ["1/3", None]
