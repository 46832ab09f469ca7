"""Good events of valid events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter

from clm.lib.errors import Invalid
from slas.engine.intervals import Interval, in_utc
from slas.engine.quantities import EVENTS, Exclusion, MaintenancePolicy, Quantities, excuses

ZERO = Decimal(0)


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


class _Walk:
    """Asks, for ever later instants, whether sorted disjoint intervals cover them: one pass over both."""

    def __init__(self, intervals: tuple[Interval, ...]) -> None:
        self._intervals = intervals
        self._position = 0

    def covers(self, instant: datetime) -> bool:
        while self._position < len(self._intervals) and self._intervals[self._position].end <= instant:
            self._position += 1
        return self._position < len(self._intervals) and self._intervals[self._position].start <= instant
