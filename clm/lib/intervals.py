"""Half-open stretches of time and their algebra. Results are sorted, disjoint and never empty; all is O(n log n)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from clm.lib.errors import Invalid
from clm.lib.rounding import round_to_places

MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, order=True)
class Interval:
    """[start, end), kept in UTC: two instants in one local zone compare by wall time, which is wrong around DST.

    A naive instant is `instant_without_zone`, an end before the start `interval_reversed`.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", in_utc(self.start))
        object.__setattr__(self, "end", in_utc(self.end))
        if self.end < self.start:
            raise Invalid("interval_reversed", "An interval ends before it starts.")

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @property
    def seconds(self) -> Decimal:
        return seconds_of(self.length)

    def contains(self, instant: datetime) -> bool:
        return self.start <= in_utc(instant) < self.end


def in_utc(instant: datetime) -> datetime:
    """The instant in UTC; a naive one is refused."""
    if instant.tzinfo is UTC:
        return instant
    if instant.tzinfo is None:
        raise Invalid("instant_without_zone", "An instant carries its zone.")
    return instant.astimezone(UTC)


def seconds_of(length: timedelta) -> Decimal:
    """Exact seconds, to the microsecond."""
    return round_to_places(length // MICROSECOND, 0).scaleb(-6).normalize() + 0


def union(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """What any of them covers; touching ones become one."""
    merged: list[Interval] = []
    for interval in sorted(item for item in intervals if item.start < item.end):
        if merged and interval.start <= merged[-1].end:
            if interval.end > merged[-1].end:
                merged[-1] = Interval(merged[-1].start, interval.end)
        else:
            merged.append(interval)
    return tuple(merged)


def intersect(left: Iterable[Interval], right: Iterable[Interval]) -> tuple[Interval, ...]:
    """What both cover."""
    return tuple(_overlaps(union(left), union(right)))


def _overlaps(left: tuple[Interval, ...], right: tuple[Interval, ...]) -> Iterator[Interval]:
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i].start, right[j].start), min(left[i].end, right[j].end)
        if start < end:
            yield Interval(start, end)
        if left[i].end < right[j].end:
            i += 1
        else:
            j += 1


def subtract(left: Iterable[Interval], right: Iterable[Interval]) -> tuple[Interval, ...]:
    """What the left ones cover and no right one does."""
    pieces: list[Interval] = []
    holes = union(right)
    first = 0
    for interval in union(left):
        while first < len(holes) and holes[first].end <= interval.start:
            first += 1
        pieces.extend(_around(interval, holes, first))
    return tuple(pieces)


def _around(interval: Interval, holes: tuple[Interval, ...], first: int) -> Iterator[Interval]:
    start = interval.start
    for position in range(first, len(holes)):
        hole = holes[position]
        if hole.start >= interval.end:
            break
        if start < hole.start:
            yield Interval(start, hole.start)
        start = hole.end
    if start < interval.end:
        yield Interval(start, interval.end)


def total_length(intervals: Iterable[Interval]) -> timedelta:
    """The length covered, overlaps counted once."""
    return sum((interval.length for interval in union(intervals)), timedelta())


def total_seconds(intervals: Iterable[Interval]) -> Decimal:
    """The seconds covered, exact to the microsecond, overlaps counted once."""
    return seconds_of(total_length(intervals))
