"""From the four quantities to a verdict: attainment, coverage, outcome, error budget, burn rate and light.

Decimal policy: every comparison (target, coverage threshold, warning band, budget) is on exact rational values, never
on a rounded percentage, so that 99.89999999 % does not pass for 99.9 %. `percent` is rounded half up to nine places
for storage, `shown` to six for people; neither is ever compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from clm.lib.errors import Invalid
from clm.lib.rounding import Number, round_to_places
from clm.lib.trace import Input, Step, Trace
from slas.engine.conditions import Comparison
from slas.engine.quantities import Quantities

STORED_PLACES = 9
SHOWN_PLACES = 6
HUNDRED = Fraction(100)
NONE = Fraction(0)


class MissingData(StrEnum):
    """What unmeasured seconds or events count as, once coverage is enough to judge at all.

    `EXCLUDED` and `INCONCLUSIVE` judge by what was measured; they differ where nothing at all was.
    """

    GOOD = "good"
    BAD = "bad"
    EXCLUDED = "excluded"
    INCONCLUSIVE = "inconclusive"


class Empty(StrEnum):
    """What a window is in which nothing is left to judge (all excluded, no events): published agreements differ.

    `MET` counts as 100 %, `NOTHING` as 0 % (the other way round where attainment must stay under its target);
    `EXCLUDED` leaves the window out and `INCONCLUSIVE` leaves it undecided, both without a figure.
    """

    INCONCLUSIVE = "inconclusive"
    MET = "met"
    NOTHING = "nothing"
    EXCLUDED = "excluded"


class Outcome(StrEnum):
    """`EXCLUDED`: left out, neither met nor missed, and nobody needs to decide."""

    MET = "met"
    MISSED = "missed"
    INCONCLUSIVE = "inconclusive"
    EXCLUDED = "excluded"


class Light(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"


@dataclass(frozen=True)
class Judgement:
    """The terms to judge by. Percentages are 0 to 100.

    Coverage below the threshold is inconclusive under every missing-data policy; a threshold of 0 turns that off.
    `warning_band` is in points beside the target, on its good side. `empty` speaks of a window that is over.
    """

    target_percent: Number
    comparison: Comparison = Comparison.AT_LEAST
    missing: MissingData = MissingData.INCONCLUSIVE
    coverage_threshold_percent: Number = Decimal(95)
    empty: Empty = Empty.INCONCLUSIVE
    warning_band: Number = Decimal(0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "comparison", Comparison(self.comparison))
        object.__setattr__(self, "missing", MissingData(self.missing))
        object.__setattr__(self, "empty", Empty(self.empty))
        if not 0 <= self.target_percent <= 100:
            raise Invalid("target_out_of_range", "A target is between 0 and 100 percent.")


@dataclass(frozen=True)
class ErrorBudget:
    """(1 - target) x valid, in the quantities' unit. `remaining` is negative once overspent.

    `burn_rate` is error rate / (1 - target): 1 spends the budget exactly by the window's end. None where the target
    allows no error or nothing was valid.
    """

    total: Fraction
    consumed: Fraction
    burn_rate: Fraction | None

    @property
    def remaining(self) -> Fraction:
        return self.total - self.consumed


@dataclass(frozen=True)
class Attainment:
    """A verdict. `exact_percent` is what remedies are computed from; None where there is nothing to judge."""

    exact_percent: Fraction | None
    exact_coverage: Fraction
    outcome: Outcome
    light: Light
    budget: ErrorBudget | None
    reason: str
    trace: Trace

    @property
    def percent(self) -> Decimal | None:
        return None if self.exact_percent is None else round_to_places(self.exact_percent, STORED_PLACES)

    @property
    def coverage_percent(self) -> Decimal:
        return round_to_places(self.exact_coverage, STORED_PLACES)


def shown(percent: Fraction | None, places: int = SHOWN_PLACES) -> Decimal | None:
    """A percentage for people, half up."""
    return None if percent is None else round_to_places(percent, places)


def judge(quantities: Quantities, terms: Judgement, still_to_come: Number = 0) -> Attainment:
    """The verdict on the quantities.

    `still_to_come`: valid seconds or events that an open window may yet bring. They enlarge the budget, and the light
    is red only once the window can no longer be met; the outcome is that of what was measured so far.
    """
    return judge_counted(quantities, counted(quantities, terms.missing), terms, still_to_come)


def judge_counted(
    quantities: Quantities, counts: tuple[Fraction, Fraction], terms: Judgement, still_to_come: Number = 0
) -> Attainment:
    """The verdict on quantities of which (good, valid) were counted already."""
    good, valid = counts
    percent = attained_percent(good, valid, quantities, terms, is_open=still_to_come > 0)
    coverage = coverage_percent(quantities)
    outcome, reason = _outcome(quantities, percent, coverage, terms, is_open=still_to_come > 0)
    budget = error_budget(terms, bad=valid - good, valid=valid, still_to_come=Fraction(still_to_come))
    return Attainment(
        exact_percent=percent,
        exact_coverage=coverage,
        outcome=outcome,
        light=_light(outcome, percent, budget, terms, is_open=still_to_come > 0),
        budget=budget,
        reason=reason,
        trace=_trace(quantities, terms, good, valid, percent, coverage),
    )


def counted(quantities: Quantities, missing: MissingData) -> tuple[Fraction, Fraction]:
    """Good and valid, with the unmeasured where the missing-data policy puts them."""
    good, valid = Fraction(quantities.good), Fraction(quantities.measured)
    unmeasured = Fraction(quantities.unmeasured)
    if missing is MissingData.GOOD:
        return good + unmeasured, valid + unmeasured
    return (good, valid + unmeasured) if missing is MissingData.BAD else (good, valid)


def attained_percent(
    good: Fraction, valid: Fraction, quantities: Quantities, terms: Judgement, is_open: bool = False
) -> Fraction | None:
    """100 x good / valid; of nothing valid in a window that is over what the agreement says, else None.

    Where everything is unmeasured and missing data is inconclusive, there is no figure either way.
    """
    if valid:
        return HUNDRED * good / valid
    if is_open or _is_unknown(quantities, terms) or terms.empty not in (Empty.MET, Empty.NOTHING):
        return None
    best, worst = (HUNDRED, NONE) if _is_floor(terms) else (NONE, HUNDRED)
    return best if terms.empty is Empty.MET else worst


def _is_unknown(quantities: Quantities, terms: Judgement) -> bool:
    return bool(quantities.unmeasured) and terms.missing is MissingData.INCONCLUSIVE


def _is_floor(terms: Judgement) -> bool:
    """Whether attainment must reach the target, and not stay under it."""
    return terms.comparison in (Comparison.AT_LEAST, Comparison.ABOVE)


def coverage_percent(quantities: Quantities) -> Fraction:
    """The measured share of what should have been; 100 where nothing should have been."""
    if not quantities.expected:
        return HUNDRED
    return HUNDRED * Fraction(quantities.measured) / Fraction(quantities.expected)


def _outcome(
    quantities: Quantities, percent: Fraction | None, coverage: Fraction, terms: Judgement, is_open: bool
) -> tuple[Outcome, str]:
    """The outcome and the code of its reason."""
    if coverage < Fraction(terms.coverage_threshold_percent):
        return Outcome.INCONCLUSIVE, "coverage_below_threshold"
    if percent is None:
        return _without_figure(quantities, terms, is_open)
    if terms.comparison.holds(percent, Fraction(terms.target_percent)):
        return Outcome.MET, "target_met"
    return Outcome.MISSED, "target_missed"


def _without_figure(quantities: Quantities, terms: Judgement, is_open: bool) -> tuple[Outcome, str]:
    if _is_unknown(quantities, terms):
        return Outcome.INCONCLUSIVE, "nothing_measured"
    if terms.empty is Empty.EXCLUDED and not is_open:
        return Outcome.EXCLUDED, "nothing_to_judge"
    return Outcome.INCONCLUSIVE, "nothing_measured" if quantities.unmeasured else "nothing_to_judge"


def error_budget(
    terms: Judgement, bad: Fraction, valid: Fraction, still_to_come: Fraction = Fraction(0)
) -> ErrorBudget | None:
    """The budget of a target that good shares must reach; None for a target they must stay under."""
    if not _is_floor(terms):
        return None
    allowed = 1 - Fraction(terms.target_percent) / 100
    burn_rate = bad / valid / allowed if valid and allowed else None
    return ErrorBudget(total=allowed * (valid + still_to_come), consumed=bad, burn_rate=burn_rate)


def _light(
    outcome: Outcome, percent: Fraction | None, budget: ErrorBudget | None, terms: Judgement, is_open: bool
) -> Light:
    """Red: missed, or the budget overspent. Yellow: inside the warning band, or not a second of budget left."""
    if outcome in (Outcome.INCONCLUSIVE, Outcome.EXCLUDED) or percent is None:
        return Light.GREY
    overspent = budget is not None and budget.remaining < 0
    if overspent or (outcome is Outcome.MISSED and not (is_open and budget is not None)):
        return Light.RED
    if outcome is Outcome.MISSED or _is_near(percent, terms) or _is_just_spent(budget):
        return Light.YELLOW
    return Light.GREEN


def _is_near(percent: Fraction, terms: Judgement) -> bool:
    return abs(percent - Fraction(terms.target_percent)) < Fraction(terms.warning_band)


def _is_just_spent(budget: ErrorBudget | None) -> bool:
    return budget is not None and budget.total > 0 and budget.remaining == 0


def _trace(
    quantities: Quantities,
    terms: Judgement,
    good: Fraction,
    valid: Fraction,
    percent: Fraction | None,
    coverage: Fraction,
) -> Trace:
    unit = quantities.unit
    names = ("good", "bad", "excluded", "unmeasured")
    steps = (
        Step("Coverage", _share("measured", quantities.measured, quantities.expected), shown(coverage), "%"),
        Step("Good, unmeasured counted as agreed", f"missing data: {terms.missing}", _plain(good), unit),
        Step("Valid, unmeasured counted as agreed", f"missing data: {terms.missing}", _plain(valid), unit),
        Step("Attainment", f"100 × {_plain(good)} / {_plain(valid)}", shown(percent), "%"),
        Step("Verdict", _verdict(percent, terms), _keeps(percent, terms)),
    )
    return Trace(
        title="Attainment",
        value=shown(percent),
        unit="%",
        formula="attainment = 100 × good / (good + bad); excluded time or events in neither",
        inputs=tuple(Input(name.capitalize(), getattr(quantities, name), unit) for name in names),
        parameters={
            "target_percent": in_short(terms.target_percent),
            "comparison": terms.comparison,
            "missing_data": terms.missing,
            "coverage_threshold_percent": in_short(terms.coverage_threshold_percent),
            "empty_window": terms.empty,
            "warning_band": in_short(terms.warning_band),
            "exact_attainment": None if percent is None else str(percent),
        },
        steps=steps,
    )


def _share(name: str, part: Decimal, whole: Decimal) -> str:
    return f"100 × {part} {name} / {whole} expected" if whole else "nothing was expected"


def _verdict(percent: Fraction | None, terms: Judgement) -> str:
    return f"{shown(percent)} {terms.comparison} {in_short(terms.target_percent)}, on unrounded values"


def _keeps(percent: Fraction | None, terms: Judgement) -> str | None:
    if percent is None:
        return None
    return "met" if terms.comparison.holds(percent, Fraction(terms.target_percent)) else "missed"


def _plain(value: Fraction) -> Decimal:
    return round_to_places(value, SHOWN_PLACES)


def in_short(value: Number) -> Decimal:
    """A term as it was agreed; the mean of several, which has no end, to six places."""
    return round_to_places(value, SHOWN_PLACES) if isinstance(value, Fraction) else Decimal(value)
