"""The share of slices (1 or 5 minutes) whose condition holds, for example an error rate below 5 %."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from clm.lib.errors import Invalid
from clm.lib.intervals import Interval, in_utc
from clm.lib.rounding import Number
from slas.engine.conditions import Comparison
from slas.engine.quantities import Division, Exclusion, MaintenancePolicy, Quantities, divide, excuses
from slas.engine.value import Aggregation, aggregate


@dataclass(frozen=True)
class Reading:
    """A value measured at an instant."""

    at: datetime
    value: Decimal

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", in_utc(self.at))


@dataclass(frozen=True)
class Slices:
    """Whole slices of the window, one after another, whose verdict is known: all are good, or all are bad."""

    interval: Interval
    is_good: bool


@dataclass(frozen=True)
class SliceRule:
    """A slice is good when the aggregate of its readings keeps the condition. Slices begin with the window."""

    comparison: Comparison
    threshold: Number
    length: timedelta = timedelta(minutes=5)
    aggregation: Aggregation = Aggregation.AVERAGE

    def __post_init__(self) -> None:
        object.__setattr__(self, "comparison", Comparison(self.comparison))
        if self.length <= timedelta():
            raise Invalid("slice_empty", "A slice has a length.")


def slice_quantities(
    window: Interval,
    readings: Iterable[Reading],
    rule: SliceRule,
    exclusions: Iterable[Exclusion] = (),
    maintenance: MaintenancePolicy = MaintenancePolicy.LEAVES_DENOMINATOR,
) -> Quantities:
    """Seconds of good and bad slices; a slice without a reading is unmeasured, excused seconds leave their slice."""
    return divide_slices(window, readings, rule, exclusions, maintenance).quantities


def divide_slices(
    window: Interval,
    readings: Iterable[Reading],
    rule: SliceRule,
    exclusions: Iterable[Exclusion] = (),
    maintenance: MaintenancePolicy = MaintenancePolicy.LEAVES_DENOMINATOR,
    judged: Iterable[Slices] = (),
) -> Division:
    """The window's instants divided by their slice's verdict. A last slice that the window cuts counts what is left.
    `judged` are slices of which no reading is given."""
    measured: list[Interval] = []
    bad: list[Interval] = []
    for interval, figure in _slices(window, readings, rule):
        measured.append(interval)
        if not rule.comparison.holds(figure, rule.threshold):
            bad.append(interval)
    for each in judged:
        measured.append(each.interval)
        if not each.is_good:
            bad.append(each.interval)
    return divide(window, bad, measured, excuses(exclusions, maintenance))


def _slices(window: Interval, readings: Iterable[Reading], rule: SliceRule) -> Iterator[tuple[Interval, Number]]:
    """Each slice that has a reading, with the aggregate of its readings."""
    grouped: defaultdict[int, list[Decimal]] = defaultdict(list)
    for reading in readings:
        if window.start <= reading.at < window.end:
            grouped[(reading.at - window.start) // rule.length].append(reading.value)
    for index, values in grouped.items():
        start = window.start + index * rule.length
        figure = aggregate(values, rule.aggregation)
        if figure is not None:
            yield Interval(start, min(start + rule.length, window.end)), figure
