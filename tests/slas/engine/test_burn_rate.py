"""How fast a budget burns, and when that fires."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.lib.errors import Invalid
from clm.lib.intervals import Interval
from slas.engine.burn_rate import (
    DEFAULT_PAIRS,
    Bucket,
    BurnPair,
    Counted,
    Series,
    budget_spent,
    burn_rate,
    is_above,
    look,
    rate_that_spends,
    spent_within,
)

START = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PAIR = BurnPair(HOUR, 5 * MINUTE, Decimal("14.4"))
ALL, NOTHING = Counted(Fraction(60), Fraction(60)), Counted(Fraction(0), Fraction(0))


def test_the_default_pairs_spend_what_the_workbook_says_of_thirty_days() -> None:
    spent = [2, 5, 10, 10]
    for pair, percent in zip(DEFAULT_PAIRS, spent, strict=True):
        assert rate_that_spends(percent, 30 * DAY, pair.long) == Fraction(pair.rate)
    assert [pair.long / pair.short for pair in DEFAULT_PAIRS] == [12] * 4
    assert spent_within(Decimal("14.4"), 30 * DAY) == timedelta(days=2, hours=2)


def test_a_burn_rate_is_the_error_rate_by_what_is_allowed() -> None:
    counted = Counted(Fraction(1), Fraction(10))
    assert burn_rate(counted, Decimal("99.9")) == 100
    assert budget_spent(counted, Decimal("99.9"), 7200) == Fraction(10, 72)
    assert burn_rate(counted, Decimal("99.9"), minimum=11) is None
    assert burn_rate(NOTHING, Decimal("99.9")) is None
    assert (burn_rate(counted, 100), budget_spent(counted, 100, 7200)) == (None, None)


def test_above_is_strict_and_exact() -> None:
    exactly = Counted(Fraction(144, 10), Fraction(1000))
    assert not is_above(exactly, Decimal("99.9"), Decimal("14.4"))
    assert is_above(Counted(exactly.bad + Fraction(1, 10**12), exactly.valid), Decimal("99.9"), Decimal("14.4"))


def test_where_no_error_is_allowed_any_error_is_too_many() -> None:
    assert is_above(Counted(Fraction(1), Fraction(10**9)), 100, 1000)
    assert not is_above(Counted(Fraction(0), Fraction(10)), 100, Decimal("0.1"))


def test_a_pair_fires_while_both_windows_burn() -> None:
    calm = Counted(Fraction(0), Fraction(60))
    fired = [look(PAIR, long, short, Decimal("99.9")).fires for long in (ALL, calm) for short in (ALL, calm, NOTHING)]
    assert fired == [True, False, False, False, False, False]


def test_few_events_of_the_long_window_do_not_fire() -> None:
    few = Counted(Fraction(1), Fraction(10))
    assert not look(PAIR, few, few, Decimal("99.9"), minimum=100).fires
    assert look(PAIR, few, few, Decimal("99.9"), minimum=10).fires


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("burn_windows", lambda: BurnPair(HOUR, HOUR, 1)),
        ("burn_windows", lambda: BurnPair(HOUR, timedelta(), 1)),
        ("burn_rate_not_positive", lambda: BurnPair(HOUR, MINUTE, 0)),
        ("burn_rate_not_positive", lambda: spent_within(0, DAY)),
        ("burn_windows", lambda: rate_that_spends(2, DAY, timedelta())),
        ("counts_not_fitting", lambda: Counted(Fraction(2), Fraction(1))),
        ("counts_not_fitting", lambda: Counted(Fraction(-1), Fraction(1))),
        ("target_out_of_range", lambda: burn_rate(ALL, 101)),
    ],
)
def test_what_makes_no_sense_is_refused(code: str, make: object) -> None:
    assert callable(make)
    with pytest.raises(Invalid) as refusal:
        make()
    assert refusal.value.code == code


counts = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 50), st.integers(0, 50)), max_size=60)


@given(counts, st.integers(0, 320), st.integers(0, 320))
def test_a_series_counts_as_one_would_by_hand(rows: list[tuple[int, int, int]], first: int, more: int) -> None:
    by_minute = {minute: Counted(Fraction(bad), Fraction(bad + good)) for minute, bad, good in rows}
    series = Series((Bucket(START + minute * MINUTE, each) for minute, each in by_minute.items()), MINUTE)
    interval = Interval(START + first * MINUTE, START + (first + more) * MINUTE)
    inside = [each for minute, each in by_minute.items() if first <= minute < first + more]
    expected = Counted(
        sum((each.bad for each in inside), Fraction(0)), sum((each.valid for each in inside), Fraction(0))
    )
    assert series.counted(interval) == expected


def test_a_bucket_that_the_window_cuts_does_not_count() -> None:
    series = Series([Bucket(START, ALL)], MINUTE)
    assert series.counted(Interval(START, START + 59 * timedelta(seconds=1))) == NOTHING
    assert series.counted(Interval(START + timedelta(seconds=1), START + HOUR)) == NOTHING
    assert series.counted(Interval(START, START + MINUTE)) == ALL


def test_an_outage_fires_in_a_minute_and_clears_with_the_short_window() -> None:
    """Ten minutes of errors alone: the hour remembers them for an hour, the pair for five minutes."""
    series = Series(
        (
            Bucket(START + n * MINUTE, Counted(Fraction(1000 if 120 <= n < 130 else 0), Fraction(1000)))
            for n in range(300)
        ),
        MINUTE,
    )
    at = [START + n * MINUTE for n in range(300)]
    both = [n for n in range(300) if series.look(PAIR, at[n], Decimal("99.9")).fires]
    alone = [n for n in range(300) if series.is_burning(HOUR, at[n], Decimal("99.9"), PAIR.rate)]
    assert both == list(range(121, 135))
    assert alone == list(range(121, 190))
