"""What share of the base a miss is worth: bands of attainment, in proportion to the outage, or for each step below.

Attainment is compared exactly, never rounded. A boundary belongs to the better band: a band is [at_or_above, below).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from clm.lib.canonical import plain_decimal
from clm.lib.errors import Invalid
from clm.lib.rounding import Number, round_to_places
from clm.lib.trace import Input, Step, Trace

SHOWN_PLACES = 6
NOTHING = Fraction(0)


@dataclass(frozen=True)
class Band:
    """Attainment in [at_or_above, below) percent gives `credit_percent` of the base; None is no lower bound."""

    below: Decimal
    at_or_above: Decimal | None
    credit_percent: Decimal

    @property
    def lower(self) -> Decimal:
        return Decimal(0) if self.at_or_above is None else self.at_or_above

    def __str__(self) -> str:
        lower = "" if self.at_or_above is None else f"{self.at_or_above} ≤ "
        return f"{lower}attainment < {self.below}"


@dataclass(frozen=True)
class BandProblem:
    """A drafting fault: `code`, the attainments it concerns, and a sentence. Gap and overlap are [low, high)."""

    code: str
    message: str
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class CreditShare:
    """Percent of the base, exact and not capped; `band` is the one that gave it."""

    exact_percent: Fraction
    trace: Trace
    band: Band | None = None

    @property
    def percent(self) -> Decimal:
        return round_to_places(self.exact_percent, SHOWN_PLACES)


def credit_by_bands(attainment_percent: Number, bands: Iterable[Band]) -> CreditShare:
    """The credit of the band that covers the attainment; none at or above the best band.

    Bands are read by their lower bounds: attainment in a gap that the drafting left belongs to the worse band, as if
    that reached up to the next better one. Outside 0 to 100 is `attainment_out_of_range`.
    """
    attained = checked_attainment(attainment_percent)
    ordered = best_first(bands)
    band = _band_at(attained, ordered)
    credit = Fraction(band.credit_percent) if band else NOTHING
    return CreditShare(credit, _band_trace(attained, ordered, band), band)


def checked_attainment(attainment_percent: Number) -> Fraction:
    """The attainment as an exact value, refused outside 0 to 100."""
    attained = Fraction(attainment_percent)
    if not 0 <= attained <= 100:
        raise Invalid("attainment_out_of_range", "An attainment is between 0 and 100 percent.")
    return attained


def best_first(bands: Iterable[Band]) -> tuple[Band, ...]:
    return tuple(sorted(bands, key=lambda band: (band.below, band.lower), reverse=True))


def _band_at(attained: Fraction, ordered: Sequence[Band]) -> Band | None:
    if not ordered or attained >= Fraction(ordered[0].below):
        return None
    return next((band for band in ordered if attained >= Fraction(band.lower)), None)


def _band_trace(attained: Fraction, ordered: Sequence[Band], band: Band | None) -> Trace:
    steps = tuple(
        Step(f"Band {number}", str(item), f"{item.credit_percent} %" + (" (this one)" if item is band else ""))
        for number, item in enumerate(ordered, start=1)
    )
    return Trace(
        title="Credit band",
        value=band.credit_percent if band else Decimal(0),
        unit="% of the base",
        formula=str(band) if band else "no band covers this attainment",
        inputs=(Input("Attainment", _shown(attained), "%"),),
        parameters={"boundary": "belongs to the better band", "exact_attainment": str(attained)},
        steps=steps,
    )


def validate_bands(bands: Iterable[Band], target_percent: Number | None = None) -> tuple[BandProblem, ...]:
    """Every drafting fault of a table of bands, best band first; none for a sound table.

    Codes: `band_empty`, `band_out_of_range`, `credit_out_of_range`, `band_gap`, `band_overlap`, `credit_decreases`,
    `no_lowest_band`, `target_above_first_band` (a miss without credit), `target_below_first_band` (a credit without
    a miss).
    """
    ordered = best_first(bands)
    problems = [problem for band in ordered for problem in _band_faults(band)]
    for better, worse in pairwise(ordered):
        problems.extend(_neighbour_faults(better, worse))
    return (*problems, *_edge_faults(ordered, target_percent))


def _band_faults(band: Band) -> Iterable[BandProblem]:
    if band.below <= band.lower and band.below != 0:
        yield BandProblem("band_empty", f"The band {band} covers nothing.", band.lower, band.below)
    if not (0 <= band.lower <= 100 and 0 < band.below <= 100):
        yield BandProblem("band_out_of_range", f"The band {band} leaves 0 to 100.", band.lower, band.below)
    if band.credit_percent < 0:
        yield BandProblem("credit_out_of_range", f"The band {band} has a negative credit.", band.lower, band.below)


def _neighbour_faults(better: Band, worse: Band) -> Iterable[BandProblem]:
    low, high = sorted((worse.below, better.lower))
    stretch = f"from {plain_decimal(low)} up to {plain_decimal(high)} %"
    if worse.below < better.lower:
        message = f"No tier covers attainment {stretch}. {_mended(better, worse)}"
        yield BandProblem("band_gap", message, low, high)
    if worse.below > better.lower:
        message = f"Two tiers cover attainment {stretch}. {_mended(better, worse)}"
        yield BandProblem("band_overlap", message, low, high)
    if worse.credit_percent < better.credit_percent:
        message = f"The credit falls from {better.credit_percent} to {worse.credit_percent} as attainment worsens."
        yield BandProblem("credit_decreases", message, worse.lower, better.below)


def _mended(better: Band, worse: Band) -> str:
    """What to type so that both tiers meet."""
    upper, lower = plain_decimal(better.lower), plain_decimal(worse.below)
    return (
        f"A tier begins where the one below it ends: type “below” {upper} for the tier that credits "
        f"{plain_decimal(worse.credit_percent)} %, or “at or above” {lower} for the one that credits "
        f"{plain_decimal(better.credit_percent)} %."
    )


def _edge_faults(ordered: Sequence[Band], target_percent: Number | None) -> Iterable[BandProblem]:
    if not ordered:
        return
    best, lowest = ordered[0], min(ordered, key=lambda band: band.lower)
    if lowest.lower > 0:
        yield BandProblem("no_lowest_band", f"Below {lowest.lower} no band gives a credit.", Decimal(0), lowest.lower)
    if target_percent is None:
        return
    target = round_to_places(target_percent, SHOWN_PLACES)
    if Fraction(target_percent) > best.below:
        message = f"A miss from {best.below} up to {target} falls in no band."
        yield BandProblem("target_above_first_band", message, best.below, target)
    if Fraction(target_percent) < best.below:
        message = f"Attainment from {target} up to {best.below} meets the target and has a credit."
        yield BandProblem("target_below_first_band", message, target, best.below)


@dataclass(frozen=True)
class Proportion:
    """fee x (outage minutes x affected ratio) / scheduled minutes, times a multiplier (Cloudflare Business SLA)."""

    outage_minutes: Number
    scheduled_minutes: Number
    affected_ratio: Number = 1
    multiplier: Number = 1


def credit_in_proportion(terms: Proportion) -> CreditShare:
    """The affected share of the scheduled time, in percent of the fee.

    Nothing scheduled is `scheduled_not_positive`, a longer or negative outage `outage_out_of_range`, a ratio outside
    0 to 1 `ratio_out_of_range`.
    """
    outage, scheduled = Fraction(terms.outage_minutes), Fraction(terms.scheduled_minutes)
    if scheduled <= 0:
        raise Invalid("scheduled_not_positive", "There must be scheduled time to be a share of.")
    if not 0 <= outage <= scheduled:
        raise Invalid("outage_out_of_range", "An outage lies within the scheduled time.")
    if not 0 <= terms.affected_ratio <= 1:
        raise Invalid("ratio_out_of_range", "The affected ratio is between 0 and 1.")
    affected = outage * Fraction(terms.affected_ratio)
    share = affected / scheduled * Fraction(terms.multiplier)
    return CreditShare(share * 100, _proportion_trace(terms, affected, share))


def _proportion_trace(terms: Proportion, affected: Fraction, share: Fraction) -> Trace:
    outage, scheduled = _shown(Fraction(terms.outage_minutes)), _shown(Fraction(terms.scheduled_minutes))
    return Trace(
        title="Credit in proportion to the outage",
        value=_shown(share * 100),
        unit="% of the base",
        formula="100 × outage minutes × affected ratio / scheduled minutes × multiplier",
        inputs=(
            Input("Outage", outage, "minutes"),
            Input("Scheduled", scheduled, "minutes"),
            Input("Affected ratio", terms.affected_ratio),
        ),
        parameters={"multiplier": terms.multiplier},
        steps=(
            Step("Affected", f"{outage} × {terms.affected_ratio}", _shown(affected), "minutes"),
            Step("Share", f"{_shown(affected)} / {scheduled} × {terms.multiplier}", round_to_places(share, 9)),
        ),
    )


class PartSteps(StrEnum):
    """What a part of a step below the target counts as: the clause says."""

    COUNTED = "counted"
    DROPPED = "dropped"
    PRO_RATA = "pro_rata"


@dataclass(frozen=True)
class Steps:
    """`credit_percent` of the base for each `step_percent` that attainment lies below the target, capped if stated."""

    target_percent: Number
    step_percent: Number
    credit_percent: Number
    part_steps: PartSteps = PartSteps.COUNTED
    cap_percent: Number | None = None


def credit_by_steps(attainment_percent: Number, terms: Steps) -> CreditShare:
    """The credit for the steps missed, none at the target. A step without size is `step_not_positive`."""
    attained = checked_attainment(attainment_percent)
    if terms.step_percent <= 0 or terms.credit_percent < 0:
        raise Invalid("step_not_positive", "A step has a size, and its credit is not negative.")
    shortfall = max(Fraction(terms.target_percent) - attained, NOTHING)
    steps = _steps_in(shortfall, terms)
    uncapped = steps * Fraction(terms.credit_percent)
    credit = uncapped if terms.cap_percent is None else min(uncapped, Fraction(terms.cap_percent))
    return CreditShare(credit, _steps_trace(attained, terms, shortfall, steps, credit))


def _steps_in(shortfall: Fraction, terms: Steps) -> Fraction:
    exact = shortfall / Fraction(terms.step_percent)
    if terms.part_steps is PartSteps.PRO_RATA:
        return exact
    whole = exact.numerator // exact.denominator
    counts_part = terms.part_steps is PartSteps.COUNTED and exact != whole
    return Fraction(whole + 1 if counts_part else whole)


def _steps_trace(attained: Fraction, terms: Steps, shortfall: Fraction, steps: Fraction, credit: Fraction) -> Trace:
    return Trace(
        title="Credit for each step below the target",
        value=_shown(credit),
        unit="% of the base",
        formula="steps below the target × credit for each step, up to the cap",
        inputs=(Input("Attainment", _shown(attained), "%"), Input("Target", terms.target_percent, "%")),
        parameters={
            "step_percent": terms.step_percent,
            "credit_percent": terms.credit_percent,
            "part_steps": terms.part_steps,
            "cap_percent": terms.cap_percent,
        },
        steps=(
            Step("Below the target", f"{terms.target_percent} − {_shown(attained)}", _shown(shortfall), "points"),
            Step("Steps", f"{_shown(shortfall)} / {terms.step_percent}, part steps {terms.part_steps}", _shown(steps)),
            Step("Credit", f"{_shown(steps)} × {terms.credit_percent}", _shown(credit), "% of the base"),
        ),
    )


def lightened(share: CreditShare, percent: Number, reason: str) -> CreditShare:
    """So many percent of a credit, where a rule of the target makes the remedy lighter."""
    due = share.exact_percent * Fraction(percent) / 100
    step = Step(
        "Lighter remedy", f"{_shown(share.exact_percent)} × {percent} %: {reason}", _shown(due), "% of the base"
    )
    trace = replace(share.trace, value=_shown(due), steps=(*share.trace.steps, step))
    return replace(share, exact_percent=due, trace=trace)


@dataclass(frozen=True)
class PartCredit:
    """What the terms of one part of a split window give for the window's attainment; None where they grant nothing.
    `weight`: the seconds or events of the part that were there to judge."""

    name: str
    weight: Number
    share: CreditShare | None


def credit_of_parts(parts: Sequence[PartCredit]) -> CreditShare:
    """The parts' credits by their shares of the window (decision record 5). Without any weight the last part's."""
    whole = sum((Fraction(part.weight) for part in parts), NOTHING)
    shares = [Fraction(part.weight) / whole if whole else NOTHING for part in parts]
    if not whole:
        shares[-1] = Fraction(1)
    credits = [part.share.exact_percent if part.share else NOTHING for part in parts]
    total = sum((credit * share for credit, share in zip(credits, shares, strict=True)), NOTHING)
    steps = tuple(
        Step(part.name, f"{_shown(credit)} % × {_shown(share)}", _shown(credit * share), "% of the base")
        for part, credit, share in zip(parts, credits, shares, strict=True)
    )
    own = tuple(step for part in parts if part.share for step in part.share.trace.steps)
    return CreditShare(
        total,
        Trace(
            title="Credit of a split window",
            value=_shown(total),
            unit="% of the base",
            formula="Σ share of the part × credit of the part's own terms for the window's attainment",
            steps=(*own, *steps),
        ),
    )


def _shown(value: Fraction) -> Decimal:
    return round_to_places(value, SHOWN_PLACES)
