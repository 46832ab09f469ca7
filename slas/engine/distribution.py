"""How long things took: histograms merged, and the percentile, mean and share they tell.

A histogram counts events by buckets (lower, upper]; the first one begins at 0, or without a lower end where its bound
is not above 0, and the last one has no upper end. Percentiles are read as Prometheus documents `histogram_quantile` for
classic histograms: the rank falls into a bucket, and inside it events are taken to lie evenly. A percentile is never
an average of percentiles: buckets are added up first.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from clm.lib.canonical import plain_decimal
from clm.lib.errors import Invalid
from clm.lib.rounding import Number, round_to_places

# Durations that come one by one are counted in buckets that end at three significant digits: (0.122, 0.123]. A bucket
# is at most a hundredth of what it holds wide. They are kept with six decimals, so a millionth is one.
DIGITS = 3
SCALE = 10**6
SHOWN_PLACES = 6
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Histogram:
    """Events by bucket. `bounds`: the finite upper ends, ascending; None for single durations to three digits.

    `counts` has the events of each bucket that has some, by its upper end; None is the end of the last bucket.
    """

    bounds: tuple[Decimal, ...] | None
    counts: Mapping[Decimal | None, Decimal]

    def __post_init__(self) -> None:
        if self.bounds is not None and any(a >= b for a, b in zip(self.bounds, self.bounds[1:], strict=False)):
            raise Invalid("bounds_not_ascending", "The bounds of buckets ascend.")
        if any(count < 0 for count in self.counts.values()):
            raise Invalid("count_negative", "No bucket holds fewer than no events.")
        strange = set() if self.bounds is None else set(self.counts) - {None, *self.bounds}
        if strange:
            raise Invalid("bucket_unknown", "Events are counted in a bucket that is none.")

    @property
    def events(self) -> Decimal:
        return sum(self.counts.values(), NOTHING)

    def ends_a_bucket(self, bound: Decimal) -> bool:
        return ceiling_of(bound) == bound if self.bounds is None else bound in self.bounds


@dataclass(frozen=True)
class Reached:
    """A percentile: `value` is interpolated within the bucket (low, high]; None is no end. The true one lies in it."""

    value: Fraction
    low: Fraction | None
    high: Fraction | None
    rank: Fraction
    below: Fraction
    inside: Fraction

    @property
    def width(self) -> Fraction | None:
        """How far the true percentile may lie from the value at most; None where nothing bounds it."""
        return None if self.low is None or self.high is None else self.high - self.low


@dataclass(frozen=True)
class Share:
    """The share of events at or below a threshold; the true one lies between `least` and `most`, which are equal where
    a bucket ends at the threshold."""

    value: Fraction
    least: Fraction
    most: Fraction


def ceiling_of(value: Number) -> Decimal:
    """The upper end of the bucket that a single duration falls into."""
    units = math.ceil(Fraction(value) * SCALE)
    step = _step(units)
    return _plain(-(-units // step) * step)


def floor_of(bound: Decimal) -> Decimal:
    """The lower end of the bucket of single durations that ends at the bound."""
    units = int(bound * SCALE)
    return _plain(max(units - _step(units), 0))


def _step(units: int) -> int:
    """How wide the bucket of single durations is that reaches up to so many millionths, or over them."""
    return int(10 ** max(len(str(max(units - 1, 0))) - DIGITS, 0))


def _plain(units: int) -> Decimal:
    return Decimal(plain_decimal(Decimal(units).scaleb(-6)))


def of_durations(durations: Iterable[Decimal]) -> Histogram:
    """Single durations, counted to three significant digits. A negative one is `duration_negative`."""
    counts: dict[Decimal | None, Decimal] = {}
    for duration in durations:
        if duration < 0:
            raise Invalid("duration_negative", "Nothing takes less than no time.")
        bound = ceiling_of(duration)
        counts[bound] = counts.get(bound, NOTHING) + 1
    return Histogram(None, counts)


def merge(histograms: Sequence[Histogram]) -> Histogram:
    """All events in the buckets of the coarsest histogram that has any; none at all is a histogram without bounds.

    Exact: every other histogram has that one's bounds too. Where bounds do not nest like that, nobody can say how
    many events lie in a bucket: Invalid `bounds_differ`.
    """
    telling = [each for each in histograms if each.counts]
    if not telling:
        return next((each for each in histograms if each.bounds is not None), Histogram(None, {}))
    coarsest = min(telling, key=lambda each: (each.bounds is None, len(each.bounds or ())))
    counts: dict[Decimal | None, Decimal] = {}
    for each in telling:
        _check_nested(each, coarsest)
        for bound, count in each.counts.items():
            found = bound if each.bounds == coarsest.bounds else _bucket_over(coarsest, bound)
            counts[found] = counts.get(found, NOTHING) + count
    return Histogram(coarsest.bounds, counts)


def _check_nested(finer: Histogram, coarser: Histogram) -> None:
    if finer.bounds == coarser.bounds:
        return
    foreign = [bound for bound in coarser.bounds or () if not finer.ends_a_bucket(bound)]
    if foreign:
        text = (
            f"No bucket of some histograms ends at {plain_decimal(foreign[0])}, where one of others does: "
            "their buckets do not nest, so their events cannot be added up exactly."
        )
        raise Invalid("bounds_differ", text)


def _bucket_over(histogram: Histogram, bound: Decimal | None) -> Decimal | None:
    """The bucket in which a finer one that ends at the bound lies."""
    bounds = histogram.bounds or ()
    if bound is None:
        return None
    index = bisect_left(bounds, bound)
    return bounds[index] if index < len(bounds) else None


@dataclass(frozen=True)
class _Bucket:
    low: Fraction | None
    high: Fraction | None
    below: Fraction
    events: Fraction


def _buckets(histogram: Histogram) -> list[_Bucket]:
    """The buckets with events, ascending, each with how many events lie below it."""
    found, below = [], Fraction(0)
    for bound, count in sorted(histogram.counts.items(), key=_last_without_end):
        if count:
            found.append(_Bucket(_low(histogram, bound), _exact(bound), below, Fraction(count)))
            below += Fraction(count)
    return found


def _last_without_end(item: tuple[Decimal | None, Decimal]) -> tuple[bool, Decimal]:
    return (item[0] is None, item[0] or NOTHING)


def _low(histogram: Histogram, bound: Decimal | None) -> Fraction | None:
    if histogram.bounds is None:
        return None if bound is None else Fraction(floor_of(bound))
    index = len(histogram.bounds) if bound is None else histogram.bounds.index(bound)
    if index:
        return Fraction(histogram.bounds[index - 1])
    return Fraction(0) if bound is not None and bound > 0 else None


def _exact(bound: Decimal | None) -> Fraction | None:
    return None if bound is None else Fraction(bound)


def percentile_of(histogram: Histogram, percent: Number) -> Reached | None:
    """The value that so many percent of the events do not exceed; None of no events, and where there is one bucket
    only, which has no end.

    In the last bucket it is the highest bound, and nothing bounds the true one; in a first bucket that ends at or below
    0 it is that bound. A percentile outside (0, 100] is `percentile_out_of_range`.
    """
    if not 0 < percent <= 100:
        raise Invalid("percentile_out_of_range", "A percentile is above 0 and at most 100.")
    buckets = _buckets(histogram)
    if not buckets:
        return None
    rank = Fraction(percent) / 100 * (buckets[-1].below + buckets[-1].events)
    bucket = next(each for each in buckets if each.below + each.events >= rank)
    if bucket.high is None:
        if bucket.low is None:
            return None
        return Reached(bucket.low, bucket.low, None, rank, bucket.below, bucket.events)
    if bucket.low is None:
        return Reached(bucket.high, None, bucket.high, rank, bucket.below, bucket.events)
    value = bucket.low + (bucket.high - bucket.low) * (rank - bucket.below) / bucket.events
    return Reached(value, bucket.low, bucket.high, rank, bucket.below, bucket.events)


def share_within(histogram: Histogram, threshold: Number) -> Share | None:
    """The share of events at or below the threshold; None of no events. Exact where a bucket ends there, else events
    are taken to lie evenly in the bucket it falls into; of those in the last bucket none is known to keep it."""
    buckets = _buckets(histogram)
    if not buckets:
        return None
    limit, total = Fraction(threshold), buckets[-1].below + buckets[-1].events
    least = most = value = Fraction(0)
    for bucket in buckets:
        if bucket.high is not None and bucket.high <= limit:
            least = most = value = bucket.below + bucket.events
        elif bucket.low is None or bucket.low < limit:
            most = bucket.below + bucket.events
            value = bucket.below
            if bucket.high is not None and bucket.low is not None:
                value += bucket.events * (limit - bucket.low) / (bucket.high - bucket.low)
    return Share(value / total, least / total, most / total)


def events_within(histogram: Histogram, threshold: Decimal) -> Decimal:
    """How many events are at or below the threshold. Raises `threshold_no_bound` where no bucket ends there: a count
    is never guessed."""
    if histogram.counts and not histogram.ends_a_bucket(threshold):
        raise Invalid("threshold_no_bound", f"No bucket ends at the threshold {plain_decimal(threshold)}.")
    return sum((n for bound, n in histogram.counts.items() if bound is not None and bound <= threshold), NOTHING)


def mean_of(total: Number, events: Number) -> Fraction | None:
    """The sum of all durations by their number; None of no events."""
    return Fraction(total) / Fraction(events) if events else None


def in_words(value: Fraction | None) -> str:
    """A bound for people; no end as ∞."""
    return "∞" if value is None else f"{round_to_places(value, SHOWN_PLACES).normalize():f}"
