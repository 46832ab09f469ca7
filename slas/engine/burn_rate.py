"""How fast an error budget is spent, and when that is fast enough to tell somebody: multi-window burn rates.

A burn rate is the error rate divided by what the target allows: 1 spends the budget exactly by the end of its period,
14.4 spends 2 % of a budget of thirty days in an hour. A pair of windows tells: the long one that it matters, the short
one that it still goes on. Source of the method and of the default pairs: Google, The Site Reliability Workbook (2018),
chapter 5, "Alerting on SLOs". Comparisons are strict and on exact values; no rate is rounded before it is compared.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate

from clm.lib.errors import Invalid
from clm.lib.intervals import Interval, in_utc
from clm.lib.rounding import Number

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Urgency(StrEnum):
    """Whether somebody is called, or finds it among the work of the day."""

    PAGE = "page"
    TICKET = "ticket"


@dataclass(frozen=True)
class BurnPair:
    """Fires while the burn rates over both windows are above `rate`. A short window that is not shorter than the long
    one is `burn_windows`, a rate that is not above zero `burn_rate_not_positive`."""

    long: timedelta
    short: timedelta
    rate: Number
    urgency: Urgency = Urgency.TICKET

    def __post_init__(self) -> None:
        object.__setattr__(self, "urgency", Urgency(self.urgency))
        if not timedelta() < self.short < self.long:
            raise Invalid("burn_windows", "The short window is shorter than the long one, and neither is empty.")
        if self.rate <= 0:
            raise Invalid("burn_rate_not_positive", "A burn rate is above zero.")


DEFAULT_PAIRS = (
    BurnPair(HOUR, timedelta(minutes=5), Decimal("14.4"), Urgency.PAGE),
    BurnPair(6 * HOUR, timedelta(minutes=30), Decimal(6), Urgency.PAGE),
    BurnPair(DAY, 2 * HOUR, Decimal(3), Urgency.TICKET),
    BurnPair(3 * DAY, 6 * HOUR, Decimal(1), Urgency.TICKET),
)


@dataclass(frozen=True)
class Counted:
    """Bad of valid seconds or events of a stretch of time. Other than 0 <= bad <= valid is `counts_not_fitting`."""

    bad: Fraction
    valid: Fraction

    def __post_init__(self) -> None:
        object.__setattr__(self, "bad", Fraction(self.bad))
        object.__setattr__(self, "valid", Fraction(self.valid))
        if not 0 <= self.bad <= self.valid:
            raise Invalid("counts_not_fitting", "Bad events are among the valid ones, and never negative.")

    def error_rate(self, minimum: Number = 0) -> Fraction | None:
        """The bad share of what was valid; None where nothing was, or less than `minimum`: one failure of ten says
        little about a service."""
        return self.bad / self.valid if self.valid and self.valid >= minimum else None


def allowed_share(target_percent: Number) -> Fraction:
    """1 - target, as a share. A target beyond 0 to 100 is `target_out_of_range`."""
    if not 0 <= target_percent <= 100:
        raise Invalid("target_out_of_range", "A target is between 0 and 100 percent.")
    return 1 - Fraction(target_percent) / 100


def burn_rate(counted: Counted, target_percent: Number, minimum: Number = 0) -> Fraction | None:
    """Error rate / (1 - target); None where there is no error rate, and where the target allows no error at all."""
    errors, allowed = counted.error_rate(minimum), allowed_share(target_percent)
    return errors / allowed if errors is not None and allowed else None


def is_above(counted: Counted, target_percent: Number, rate: Number, minimum: Number = 0) -> bool:
    """Whether the budget burns faster than `rate`. Where the target allows no error, any error does."""
    errors = counted.error_rate(minimum)
    return errors is not None and errors > Fraction(rate) * allowed_share(target_percent)


def budget_spent(counted: Counted, target_percent: Number, expected_valid: Number) -> Fraction | None:
    """The share of the whole period's budget that the errors took, where so much will have been valid in it; None where
    there is no budget to spend."""
    budget = allowed_share(target_percent) * Fraction(expected_valid)
    return counted.bad / budget if budget else None


def rate_that_spends(budget_percent: Number, period: timedelta, window: timedelta) -> Fraction:
    """The burn rate that spends so much of a period's budget within the window: 2 % of thirty days' in an hour is
    14.4."""
    return Fraction(budget_percent) / 100 * _ratio(period, window)


def spent_within(rate: Number, period: timedelta) -> timedelta:
    """How long a period's whole budget lasts at this burn rate, to the microsecond. A rate that is not above zero never
    spends it and is `burn_rate_not_positive`."""
    if rate <= 0:
        raise Invalid("burn_rate_not_positive", "A burn rate is above zero.")
    return timedelta(microseconds=round(_seconds(period) * 1_000_000 / Fraction(rate)))


def _ratio(one: timedelta, other: timedelta) -> Fraction:
    if other <= timedelta():
        raise Invalid("burn_windows", "A window is not empty.")
    return _seconds(one) / _seconds(other)


def _seconds(length: timedelta) -> Fraction:
    return Fraction(length // timedelta(microseconds=1), 1_000_000)


@dataclass(frozen=True)
class Burning:
    """A pair of windows at an instant: what was counted in both, and whether it fires."""

    pair: BurnPair
    long: Counted
    short: Counted
    fires: bool


def look(pair: BurnPair, long: Counted, short: Counted, target_percent: Number, minimum: Number = 0) -> Burning:
    """Fires where both windows burn faster than the pair's rate. `minimum` valid events are asked of the long window
    alone: a few minutes may have few."""
    fires = is_above(long, target_percent, pair.rate, minimum) and is_above(short, target_percent, pair.rate)
    return Burning(pair, long, short, fires)


@dataclass(frozen=True)
class Bucket:
    """What was counted in [at, at + length of the series)."""

    at: datetime
    counted: Counted


class Series:
    """Counts by buckets of one length, summed up so that any window is two look-ups. Buckets come in any order, each
    instant once; a window counts those that lie in it whole."""

    def __init__(self, buckets: Iterable[Bucket], length: timedelta) -> None:
        rows = sorted(buckets, key=lambda bucket: in_utc(bucket.at))
        self.length = length
        self._starts = [in_utc(row.at) for row in rows]
        self._bad = [Fraction(0), *accumulate(row.counted.bad for row in rows)]
        self._valid = [Fraction(0), *accumulate(row.counted.valid for row in rows)]

    def counted(self, interval: Interval) -> Counted:
        first = bisect_left(self._starts, interval.start)
        last = max(first, bisect_left(self._starts, interval.end - self.length + timedelta(microseconds=1)))
        return Counted(self._bad[last] - self._bad[first], self._valid[last] - self._valid[first])

    def look(self, pair: BurnPair, at: datetime, target_percent: Number, minimum: Number = 0) -> Burning:
        """The pair as of an instant, over what came before it."""
        long, short = self.counted(Interval(at - pair.long, at)), self.counted(Interval(at - pair.short, at))
        return look(pair, long, short, target_percent, minimum)

    def is_burning(self, window: timedelta, at: datetime, target_percent: Number, rate: Number) -> bool:
        """Whether one window alone is above the rate."""
        return is_above(self.counted(Interval(at - window, at)), target_percent, rate)
