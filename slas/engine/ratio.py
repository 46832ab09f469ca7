"""Good events of valid events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter

from clm.lib.errors import Invalid
from clm.lib.intervals import Interval, in_utc, intersect, total_seconds
from clm.lib.rounding import round_to_places
from slas.engine.attainment import Empty
from slas.engine.quantities import EVENTS, INTERVALS, Exclusion, Excuses, MaintenancePolicy, Quantities, excuses

ZERO = Decimal(0)
INTERVAL_PLACES = 12
EMPTY_INTERVALS = {
    Empty.MET: "good",
    Empty.NOTHING: "bad",
    Empty.EXCLUDED: "excluded",
    Empty.INCONCLUSIVE: "unmeasured",
}


@dataclass(frozen=True)
class EventCount:
    """Events counted at one instant: `good` of `valid`. More good than valid is `good_exceeds_valid`."""

    at: datetime
    good: Decimal
    valid: Decimal

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", in_utc(self.at))
        if self.good < 0 or self.valid < 0:
            raise Invalid("quantity_negative", "Event counts are never negative.")
        if self.good > self.valid:
            raise Invalid("good_exceeds_valid", "There are more good events than valid ones.")


def ratio_quantities(
    window: Interval,
    counts: Iterable[EventCount],
    exclusions: Iterable[Exclusion] = (),
    maintenance: MaintenancePolicy = MaintenancePolicy.LEAVES_DENOMINATOR,
    expected_valid: Decimal | None = None,
) -> Quantities:
    """Good, bad, excluded and unmeasured events of the window.

    `expected_valid` is how many events should have been counted, where that is known; what lacks is unmeasured.
    """
    excused = excuses(exclusions, maintenance)
    good = bad = excluded = ZERO
    left_out, made_good = _Walk(excused.left_out), _Walk(excused.made_good)
    for count in sorted(counts, key=attrgetter("at")):
        if not window.start <= count.at < window.end:
            continue
        if left_out.covers(count.at):
            excluded += count.valid
        elif made_good.covers(count.at):
            good += count.valid
        else:
            good, bad = good + count.good, bad + count.valid - count.good
    lacking = ZERO if expected_valid is None else max(expected_valid - good - bad - excluded, ZERO)
    return Quantities(good, bad, excluded, lacking, EVENTS)


def interval_quantities(
    window: Interval,
    counts: Iterable[EventCount],
    length: timedelta,
    empty: Empty = Empty.INCONCLUSIVE,
    exclusions: Iterable[Exclusion] = (),
    maintenance: MaintenancePolicy = MaintenancePolicy.LEAVES_DENOMINATOR,
) -> Quantities:
    """The window's intervals, of which each weighs the same however many events it had ("the average of the hourly
    error rates"): an interval is good by its share of good events and bad by the rest.

    Intervals begin with the window; the last one may be cut. One without a valid event is good (`MET`), bad
    (`NOTHING`), excluded or unmeasured (`INCONCLUSIVE`); one excused throughout is excluded. A sum that has no end is
    kept to twelve places, half up. An interval without length is `interval_empty`.
    """
    if length <= timedelta():
        raise Invalid("interval_empty", "An interval has a length.")
    excused = excuses(exclusions, maintenance)
    seen = _by_interval(window, counts, length, excused)
    tally = dict.fromkeys(("good", "bad", "excluded", "unmeasured"), 0)
    failing = Fraction(0)
    for index in range(-(-window.length // length)):
        valid, kept = seen.get(index, (ZERO, ZERO))
        if valid:
            failing += 1 - Fraction(kept) / Fraction(valid)
        start = window.start + index * length
        interval = Interval(start, min(start + length, window.end))
        tally["good" if valid else _without_events(interval, excused, empty)] += 1
    lost = round_to_places(failing, INTERVAL_PLACES)
    good, bad, excluded, unmeasured = (Decimal(number) for number in tally.values())
    return Quantities(good - lost, bad + lost, excluded, unmeasured, INTERVALS)


def _without_events(interval: Interval, excused: Excuses, empty: Empty) -> str:
    """Which of the four an interval is that had no valid event."""
    if _is_within(interval, excused.left_out):
        return "excluded"
    return "good" if _is_within(interval, excused.made_good) else EMPTY_INTERVALS[empty]


def _is_within(interval: Interval, stretches: tuple[Interval, ...]) -> bool:
    return bool(stretches) and total_seconds(intersect((interval,), stretches)) == interval.seconds


def _by_interval(
    window: Interval, counts: Iterable[EventCount], length: timedelta, excused: Excuses
) -> dict[int, tuple[Decimal, Decimal]]:
    """Interval number -> valid and good events, without excluded ones."""
    found: dict[int, tuple[Decimal, Decimal]] = {}
    left_out, made_good = _Walk(excused.left_out), _Walk(excused.made_good)
    for count in sorted(counts, key=attrgetter("at")):
        if not window.start <= count.at < window.end or left_out.covers(count.at):
            continue
        index = (count.at - window.start) // length
        valid, good = found.get(index, (ZERO, ZERO))
        found[index] = (valid + count.valid, good + (count.valid if made_good.covers(count.at) else count.good))
    return found


class _Walk:
    """Asks, for ever later instants, whether sorted disjoint intervals cover them: one pass over both."""

    def __init__(self, intervals: tuple[Interval, ...]) -> None:
        self._intervals = intervals
        self._position = 0

    def covers(self, instant: datetime) -> bool:
        while self._position < len(self._intervals) and self._intervals[self._position].end <= instant:
            self._position += 1
        return self._position < len(self._intervals) and self._intervals[self._position].start <= instant
