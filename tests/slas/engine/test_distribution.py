"""Histograms added up, and the percentile, mean and share they tell."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.lib.errors import Invalid
from slas.adapters.histograms import as_stored, from_stored, read_histogram
from slas.engine.conditions import Comparison
from slas.engine.distribution import (
    Histogram,
    ceiling_of,
    events_within,
    floor_of,
    mean_of,
    merge,
    of_durations,
    percentile_of,
    share_within,
)
from slas.engine.latency import judge_mean, judge_percentile
from slas.engine.value import ValueTerms

D = Decimal
DURATIONS = st.lists(st.decimals(0, 5000, places=6), min_size=1, max_size=60)
BOUNDS = st.lists(st.integers(1, 60), min_size=1, max_size=8, unique=True).map(
    lambda found: tuple(D(each) / 4 for each in sorted(found))
)


def histogram(bounds: str, *counts: int) -> Histogram:
    """Bounds as words, and the events of each bucket, that without an end last."""
    ends: list[D | None] = [*(D(each) for each in bounds.split()), None]
    return Histogram(tuple(D(each) for each in bounds.split()), dict(zip(ends, map(D, counts), strict=True)))


def counted(durations: list[D], bounds: tuple[D, ...]) -> Histogram:
    counts: dict[D | None, D] = {}
    for duration in durations:
        end = next((bound for bound in bounds if duration <= bound), None)
        counts[end] = counts.get(end, D(0)) + 1
    return Histogram(bounds, counts)


@pytest.mark.parametrize(
    ("buckets", "percent", "value", "low", "high"),
    [
        # 10 events: 5 up to 0.1, 3 up to 0.5, 2 up to 1.
        (histogram("0.1 0.5 1", 5, 3, 2, 0), 50, "0.1", "0", "0.1"),
        (histogram("0.1 0.5 1", 5, 3, 2, 0), 25, "0.05", "0", "0.1"),
        (histogram("0.1 0.5 1", 5, 3, 2, 0), 65, "0.3", "0.1", "0.5"),
        (histogram("0.1 0.5 1", 5, 3, 2, 0), 90, "0.75", "0.5", "1"),
        (histogram("0.1 0.5 1", 5, 3, 2, 0), 100, "1", "0.5", "1"),
        # In the bucket without an end it is the highest bound; a first bucket that ends below 0 gives its bound.
        (histogram("0.1 0.5", 1, 1, 8), 95, "0.5", "0.5", None),
        (histogram("-1 1", 8, 2, 0), 50, "-1", None, "-1"),
        (histogram("-1 1", 2, 8, 0), 60, "0", "-1", "1"),
        # An empty bucket before the rank is passed over.
        (histogram("1 2 3", 4, 0, 4, 0), 50, "1", "0", "1"),
        (histogram("1 2 3", 4, 0, 4, 0), 75, "2.5", "2", "3"),
    ],
)
def test_a_percentile_is_interpolated_as_prometheus_does(
    buckets: Histogram, percent: int, value: str, low: str | None, high: str | None
) -> None:
    found = percentile_of(buckets, percent)
    assert found is not None
    assert found.value == Fraction(value)
    assert (found.low, found.high) == (low and Fraction(low), high and Fraction(high))


def test_of_nothing_there_is_no_percentile() -> None:
    assert percentile_of(histogram("1", 0, 0), 95) is None
    assert percentile_of(Histogram((), {None: D(4)}), 95) is None  # one bucket, without an end
    assert share_within(Histogram(None, {}), 1) is None
    assert mean_of(0, 0) is None
    with pytest.raises(Invalid, match="at most 100"):
        percentile_of(histogram("1", 1, 0), 101)


@given(DURATIONS, st.integers(1, 100))
def test_single_durations_are_told_within_a_hundredth(durations: list[D], percent: int) -> None:
    """The nearest-rank percentile lies in the bucket, which is at most a hundredth of it wide."""
    ranked = sorted(durations)[math.ceil(Fraction(percent, 100) * len(durations)) - 1]
    found = percentile_of(of_durations(durations), percent)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low <= ranked <= found.high or ranked == 0
    assert found.high - found.low <= max(found.high / 100, Fraction(1, 10**6))
    assert ceiling_of(ranked) == found.high


@given(DURATIONS, BOUNDS, BOUNDS, st.integers(1, 99))
def test_nested_bounds_add_up_exactly_and_others_are_refused(
    durations: list[D], bounds: tuple[D, ...], others: tuple[D, ...], percent: int
) -> None:
    half = len(durations) // 2
    one, other = counted(durations[:half], bounds), counted(durations[half:], others)
    coarse, fine = sorted((set(bounds), set(others)), key=len)
    if not one.counts or coarse <= fine or (len(bounds) == len(others) and bounds == others):
        if one.counts and other.counts:
            whole = counted(durations, tuple(sorted(coarse)))
            assert merge([one, other]) == merge([other, one]) == whole
            assert percentile_of(merge([one, other]), percent) == percentile_of(whole, percent)
    elif one.counts and other.counts:
        with pytest.raises(Invalid) as refusal:
            merge([one, other])
        assert refusal.value.code == "bounds_differ"
    short = tuple(bound for bound in bounds if ceiling_of(bound) == bound)
    mixed = merge([of_durations(durations[:half]), counted(durations[half:], short)])
    assert mixed == (counted(durations, short) if half < len(durations) else mixed)


@given(DURATIONS, BOUNDS)
def test_a_share_is_exact_where_a_bucket_ends(durations: list[D], bounds: tuple[D, ...]) -> None:
    told = counted(durations, bounds)
    threshold = bounds[len(bounds) // 2]
    keep = sum(duration <= threshold for duration in durations)
    share = share_within(told, threshold)
    assert share is not None
    assert share.value == share.least == share.most == Fraction(keep, len(durations))
    assert events_within(told, threshold) == keep
    between = share_within(told, threshold + D("0.1"))
    truth = Fraction(sum(duration <= threshold + D("0.1") for duration in durations), len(durations))
    assert between is not None
    assert between.least <= truth <= between.most
    assert between.least <= between.value <= between.most
    with pytest.raises(Invalid, match="No bucket ends"):
        events_within(told, threshold + D("0.1"))


@given(st.decimals("0.000001", "99999999", places=6))
def test_buckets_of_single_durations_leave_no_gap(value: D) -> None:
    bound = ceiling_of(value)
    assert floor_of(bound) < value <= bound
    assert ceiling_of(floor_of(bound)) == floor_of(bound)


def terms(target: str, comparison: str = "<=") -> ValueTerms:
    return ValueTerms(target=D(target), comparison=Comparison(comparison), unit="s")


def test_the_verdict_states_its_error_and_does_not_guess_above_the_highest_bound() -> None:
    found = judge_percentile([histogram("0.1 0.5 1", 5, 3, 2, 0)], 90, terms("0.8"))
    steps = {step.label: (step.expression, step.value) for step in found.trace.steps}
    assert (found.value, found.outcome, found.light) == (D("0.75"), "met", "green")
    assert steps["Error bound"][1] == "0.5"
    assert steps["Events within the target"] == ("between 80 and 100 %", D("92.000000"))
    assert "rests on interpolation" in steps["Note"][0]
    high = [histogram("0.1 0.5", 1, 1, 8)]
    assert judge_percentile(high, 95, terms("0.4")).outcome == "missed"
    undecided = judge_percentile(high, 95, terms("0.8"))
    assert (undecided.value, undecided.outcome, undecided.reason) == (D("0.5"), "inconclusive", "above_highest_bucket")
    assert judge_percentile(high, 95, terms("0.5", ">=")).outcome == "met"
    apart = judge_percentile([histogram("1 3", 1, 1, 0), histogram("2 4", 1, 1, 0)], 50, terms("1"))
    assert (apart.value, apart.outcome, apart.reason) == (None, "inconclusive", "bounds_differ")
    mean = judge_mean(D("7.5"), D(4), terms("1.8"))
    assert (mean.value, mean.outcome) == (D("1.875"), "missed")
    assert judge_mean(D(0), D(0), terms("1")).outcome == "inconclusive"


def test_each_spelling_says_the_same() -> None:
    le = read_histogram({"le": {"0.1": 3, "0.5": "5", "+Inf": 6}, "sum": 1.25})
    assert le == read_histogram({"bounds": [0.1, "0.5"], "counts": [3, 2, 1], "sum": "1.25"})
    assert le == read_histogram("0.1:3; 0.5:5; +Inf:6", "1.25")
    assert le == read_histogram('{"le": {"0.10": 3, "0.5": 5, "+Inf": 6}, "sum": 1.25}')
    assert (le.histogram, le.total) == (histogram("0.1 0.5", 3, 2, 1), D("1.25"))
    assert from_stored(as_stored(le.histogram)) == [le.histogram]
    single = read_histogram({"durations": ["0.1234", 2]})
    assert (single.histogram.counts, single.total) == ({D("0.124"): 1, D(2): 1}, D("2.1234"))


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"le": {"0.1": 3}}, "the last bucket is +Inf"),
        ({"le": {"0.1": 3, "+Inf": 2}}, "cumulative"),
        ({"le": {"0.1": 3, "0.10": 3, "+Inf": 3}}, "end at the same bound"),
        ({"le": {"x": 3, "+Inf": 3}}, "a bound is not a number"),
        ({"le": {"+Inf": -1}}, "a count is not negative"),
        ({"bounds": [1, 2], "counts": [1, 2]}, "one count more than bounds"),
        ({"bounds": [2, 1], "counts": [1, 2, 0]}, "ascend"),
        ({"durations": [-1]}, "less than no time"),
        ({"durations": [1], "sum": 2}, "not what the durations add up to"),
        ({"buckets": []}, "a histogram has"),
        ("0.1=3", "pairs"),
        ("{", "not JSON"),
        (3, "an object"),
    ],
)
def test_what_is_no_histogram_is_refused_with_the_reason(told: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason.replace("+", r"\+")):
        read_histogram(told)
