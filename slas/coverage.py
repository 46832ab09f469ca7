"""How much of the expected telemetry came, for counts and values: they say nothing of the time between them.

Uptime and time slices leave what was not measured in their quantities, and so does a ratio that is averaged over
intervals. Other counts and values are expected once an interval of their indicator; where it names none, nobody can
say what lacks: coverage is not told, and no threshold applies.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from clm.lib.intervals import Interval, union
from clm.lib.rounding import round_to_places
from clm.lib.trace import Step, Trace
from slas.engine.attainment import STORED_PLACES
from slas.engine.quantities import MaintenancePolicy, excuses
from slas.models import Commitment
from slas.models.telemetry import IndicatorKind

if TYPE_CHECKING:
    from slas.material import Material

LABEL = "Coverage"


@dataclass(frozen=True)
class Coverage:
    """`covered` of the `expected` intervals of so many minutes had telemetry; `needed` in percent."""

    covered: int
    expected: int
    needed: Fraction
    minutes: int

    @property
    def exact(self) -> Fraction:
        return Fraction(100 * self.covered, self.expected) if self.expected else Fraction(100)

    @property
    def percent(self) -> Decimal:
        return round_to_places(self.exact, STORED_PLACES)

    @property
    def is_enough(self) -> bool:
        return self.exact >= self.needed

    @property
    def step(self) -> Step:
        share = f"100 × {self.covered} with telemetry / {self.expected} intervals of {self.minutes} min"
        return Step(LABEL, share if self.expected else "nothing was expected yet", self.percent, "%")


UNTOLD = Step(LABEL, "the indicator names no interval at which telemetry is expected", None)


def is_in_quantities(commitment: Commitment) -> bool:
    """Whether what lacks is among the quantities already."""
    kind = commitment.indicator.kind
    return kind in (IndicatorKind.UPTIME, IndicatorKind.TIME_SLICE) or (
        kind == IndicatorKind.RATIO and commitment.interval_minutes is not None
    )


def coverage_of(pieces: Sequence[tuple[Commitment, Material]]) -> Coverage | None:
    """Over all stretches of a window, which share their indicator; None where it names no interval. The coverage that
    is needed is the mean by what was expected."""
    minutes = pieces[0][0].indicator.expected_every_minutes
    if minutes is None:
        return None
    counts = [_count(commitment, material, timedelta(minutes=minutes)) for commitment, material in pieces]
    expected = sum(each for _covered, each in counts)
    thresholds = [Fraction(commitment.coverage_threshold_percent) for commitment, _material in pieces]
    weighted = sum((share * each for share, (_c, each) in zip(thresholds, counts, strict=True)), Fraction(0))
    needed = weighted / expected if expected else Fraction(0)
    return Coverage(sum(covered for covered, _expected in counts), expected, needed, minutes)


def _count(commitment: Commitment, material: Material, length: timedelta) -> tuple[int, int]:
    """(covered, expected) whole intervals, counted from the start; one that is excused throughout is not expected."""
    start = material.interval.start
    whole = material.interval.length // length
    excused = excuses(material.excused, MaintenancePolicy(commitment.maintenance_policy))
    left_out = _within(union((*excused.left_out, *excused.made_good)), start, length, whole)
    seen = [row for row in material.samples if row.at < start + whole * length]
    told = sum(row.covered for row in seen if row.covered is not None and (row.at - start) // length not in left_out)
    covered = {(row.at - start) // length for row in seen if row.covered is None}
    return told + len(covered - left_out), whole - len(left_out)


def _within(stretches: Iterable[Interval], start: datetime, length: timedelta, whole: int) -> set[int]:
    """The numbers of the intervals that lie in one of the stretches throughout."""
    found: set[int] = set()
    for stretch in stretches:
        first, last = -((start - stretch.start) // length), (stretch.end - start) // length
        found.update(range(max(first, 0), min(last, whole)))
    return found


def traced(trace: Trace, coverage: Coverage | None) -> Trace:
    """The trace with the coverage that was counted, and what follows where it is not enough."""
    step = coverage.step if coverage else UNTOLD
    steps = [step if each.label == LABEL else each for each in trace.steps]
    if coverage is not None and not coverage.is_enough:
        needed = round_to_places(coverage.needed, 3)
        steps.append(Step("Outcome", f"coverage is below the {needed} % that are needed", "inconclusive"))
    return replace(trace, steps=tuple(steps))
