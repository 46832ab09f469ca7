"""Interval algebra against brute force over minutes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.lib.errors import Invalid
from clm.lib.intervals import Interval, intersect, seconds_of, subtract, total_seconds, union

ORIGIN = datetime(2026, 1, 1, tzinfo=UTC)


def at(minute: int) -> datetime:
    return ORIGIN + timedelta(minutes=minute)


def stretch(start: int, end: int) -> Interval:
    return Interval(at(start), at(end))


stretches = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda pair: stretch(pair[0], pair[0] + pair[1])), max_size=8
)


def minutes(intervals: Iterable[Interval]) -> set[int]:
    return {minute for item in intervals for minute in range(60) if item.contains(at(minute))}


def is_tidy(intervals: tuple[Interval, ...]) -> bool:
    """Sorted, disjoint, not touching, not empty."""
    ordered = all(before.end < after.start for before, after in itertools.pairwise(intervals))
    return ordered and all(item.start < item.end for item in intervals)


@given(stretches)
def test_union_covers_the_same_minutes(items: list[Interval]) -> None:
    merged = union(items)
    assert minutes(merged) == minutes(items)
    assert is_tidy(merged)
    assert total_seconds(items) == 60 * len(minutes(items))


@given(stretches, stretches)
def test_intersection_covers_what_both_do(left: list[Interval], right: list[Interval]) -> None:
    both = intersect(left, right)
    assert minutes(both) == minutes(left) & minutes(right)
    assert all(before.end <= after.start for before, after in itertools.pairwise(both))


@given(stretches, stretches)
def test_difference_covers_what_only_the_left_does(left: list[Interval], right: list[Interval]) -> None:
    rest = subtract(left, right)
    assert minutes(rest) == minutes(left) - minutes(right)
    assert is_tidy(rest)


def test_lengths_are_real_time_across_a_clock_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    day = Interval(datetime(2026, 10, 25, tzinfo=berlin), datetime(2026, 10, 26, tzinfo=berlin))
    assert day.seconds == 25 * 3600


def test_seconds_are_exact() -> None:
    assert seconds_of(timedelta(days=36500, microseconds=1)) == Decimal("3153600000.000001")
    assert str(seconds_of(timedelta(seconds=100))) == "100"


def test_reversed_and_naive_are_refused() -> None:
    with pytest.raises(Invalid) as backwards:
        stretch(5, 4)
    assert backwards.value.code == "interval_reversed"
    with pytest.raises(Invalid) as naive:
        Interval(datetime(2026, 1, 1), at(1))  # noqa: DTZ001
    assert naive.value.code == "instant_without_zone"
