"""A measured quantity (throughput, backlog, satisfaction): its sum, average, minimum or maximum over a window."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from clm.lib.rounding import Number, round_to_places
from clm.lib.trace import Input, Step, Trace
from slas.engine.attainment import STORED_PLACES, Empty, Light, Outcome, in_short
from slas.engine.conditions import Comparison


class Aggregation(StrEnum):
    SUM = "sum"
    AVERAGE = "average"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"


SHORT_NAMES = {"avg": "average", "mean": "average", "min": "minimum", "max": "maximum"}


def aggregation_named(name: str) -> Aggregation:
    """The aggregation by its name or its usual short form."""
    return Aggregation(SHORT_NAMES.get(name, name))


@dataclass(frozen=True)
class Measured:
    """So many values: what they add up to, the lowest and the highest of them."""

    number: int
    total: Number
    lowest: Number
    highest: Number


def aggregate(values: Iterable[Number], aggregation: Aggregation) -> Fraction | None:
    """The exact figure; None of no values at all. An average weighs every value alike."""
    return aggregate_measured([Measured(1, value, value, value) for value in values], aggregation)


def aggregate_measured(parts: Sequence[Measured], aggregation: Aggregation) -> Fraction | None:
    """The same of values that were summed up in parts."""
    if not parts:
        return None
    if aggregation is Aggregation.MINIMUM:
        return Fraction(min(part.lowest for part in parts))
    if aggregation is Aggregation.MAXIMUM:
        return Fraction(max(part.highest for part in parts))
    total = _sum([Fraction(part.total) for part in parts])
    return total / sum(part.number for part in parts) if aggregation is Aggregation.AVERAGE else total


def _sum(values: list[Fraction]) -> Fraction:
    """Fractions over one common denominator add as integers, which keeps a hundred thousand samples quick."""
    denominator = math.lcm(*(value.denominator for value in values))
    return Fraction(sum(value.numerator * (denominator // value.denominator) for value in values), denominator)


def coverage_of(measured: int, expected: int | None) -> Decimal:
    """The percentage of expected samples that came, 100 at most; 100 where no number is expected."""
    if not expected:
        return Decimal(100)
    return min(Decimal(100), Decimal(measured) * 100 / Decimal(expected))


@dataclass(frozen=True)
class ValueTerms:
    """What a measured quantity is judged by; target and `warning_band` are in the indicator's unit.

    Of no sample there is no value: `empty` leaves such a window out (`EXCLUDED`) or undecided.
    """

    target: Number
    comparison: Comparison = Comparison.AT_LEAST
    coverage_threshold_percent: Number = Decimal(95)
    warning_band: Number = Decimal(0)
    unit: str = ""
    empty: Empty = Empty.INCONCLUSIVE

    def __post_init__(self) -> None:
        object.__setattr__(self, "comparison", Comparison(self.comparison))

    @property
    def keeps_above(self) -> bool:
        """Whether the figure must reach its target, and not stay under it."""
        return self.comparison in (Comparison.AT_LEAST, Comparison.ABOVE)


@dataclass(frozen=True)
class ValueAttainment:
    """The verdict on a value indicator; compared exactly, rounded (half up, nine places) only for storage."""

    exact_value: Fraction | None
    coverage_percent: Decimal
    outcome: Outcome
    light: Light
    reason: str
    trace: Trace

    @property
    def value(self) -> Decimal | None:
        return None if self.exact_value is None else round_to_places(self.exact_value, STORED_PLACES)


def judge_value(
    values: Sequence[Number], aggregation: Aggregation, terms: ValueTerms, expected: int | None = None
) -> ValueAttainment:
    """The aggregate against its target. `expected` is how many samples should have come; None: whatever came."""
    return judge_measured([Measured(1, value, value, value) for value in values], aggregation, terms, expected)


def judge_measured(
    parts: Sequence[Measured], aggregation: Aggregation, terms: ValueTerms, expected: int | None = None
) -> ValueAttainment:
    """The same of values that were summed up in parts."""
    figure = aggregate_measured(parts, aggregation)
    number = sum(part.number for part in parts)
    coverage = coverage_of(number, expected)
    outcome, reason = value_outcome(figure, coverage, terms)
    return ValueAttainment(
        exact_value=figure,
        coverage_percent=coverage,
        outcome=outcome,
        light=value_light(outcome, figure, terms),
        reason=reason,
        trace=_value_trace(number, aggregation, figure, coverage, terms),
    )


def value_outcome(figure: Fraction | None, coverage: Decimal, terms: ValueTerms) -> tuple[Outcome, str]:
    if Fraction(coverage) < Fraction(terms.coverage_threshold_percent):
        return Outcome.INCONCLUSIVE, "coverage_below_threshold"
    if figure is None:
        left_out = terms.empty is Empty.EXCLUDED
        return Outcome.EXCLUDED if left_out else Outcome.INCONCLUSIVE, "nothing_measured"
    kept = terms.comparison.holds(figure, Fraction(terms.target))
    return (Outcome.MET, "target_met") if kept else (Outcome.MISSED, "target_missed")


def value_light(outcome: Outcome, figure: Fraction | None, terms: ValueTerms) -> Light:
    if outcome is Outcome.INCONCLUSIVE or figure is None:
        return Light.GREY
    if outcome is Outcome.MISSED:
        return Light.RED
    is_near = abs(figure - Fraction(terms.target)) < Fraction(terms.warning_band)
    return Light.YELLOW if is_near else Light.GREEN


def _value_trace(
    count: int, aggregation: Aggregation, figure: Fraction | None, coverage: Decimal, terms: ValueTerms
) -> Trace:
    rounded = None if figure is None else round_to_places(figure, STORED_PLACES)
    return Trace(
        title="Measured value",
        value=rounded,
        unit=terms.unit,
        formula=f"{aggregation} of the samples {terms.comparison} target, on the unrounded value",
        inputs=(Input("Samples", count), Input("Target", in_short(terms.target), terms.unit)),
        parameters={
            "aggregation": aggregation,
            "coverage_threshold_percent": in_short(terms.coverage_threshold_percent),
            "warning_band": in_short(terms.warning_band),
            "exact_attainment": None if figure is None else str(figure),
        },
        steps=(
            Step("Coverage", "100 × samples / expected samples", coverage, "%"),
            Step(
                "Verdict",
                f"{rounded} {terms.comparison} {in_short(terms.target)}",
                value_outcome(figure, coverage, terms)[0],
            ),
        ),
    )
