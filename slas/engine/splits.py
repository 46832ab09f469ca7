"""One verdict on a window that an amendment cut into parts, each with terms of its own.

Each part brings what its own terms make of its own time: its exclusions, its missing-data policy, its target. The
window's attainment is the mean of the parts' attainments, and what it must reach is the mean of the parts' targets,
both weighted by the length of each part (or its events) that is there to judge. That is the same as adding up the
parts' error budgets: the window is missed when more was lost than all parts together allow. So an amendment that
leaves a term as it was leaves the figure and the verdict as they were (decision record 5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from operator import add

from clm.lib.errors import Invalid
from clm.lib.rounding import Number, round_to_places
from clm.lib.trace import Step, Trace
from slas.engine.attainment import SHOWN_PLACES, Attainment, Judgement, counted, judge, judge_counted, shown
from slas.engine.quantities import Quantities


@dataclass(frozen=True)
class Part:
    """A part of a window: what was measured in it, and the terms that were in force in it. `name` is for the trace."""

    quantities: Quantities
    terms: Judgement
    name: str = ""


@dataclass(frozen=True)
class Combined:
    """The verdict on the whole window. `weights` are seconds or events to judge, `shares` add up to 1 (all nothing
    where nothing is to judge); a part's remedy counts by its share. `alone`: each part judged by itself."""

    attainment: Attainment
    quantities: Quantities
    exact_target: Fraction
    weights: tuple[Fraction, ...]
    shares: tuple[Fraction, ...]
    alone: tuple[Attainment, ...]


def judge_parts(parts: Sequence[Part], still_to_come: Number = 0) -> Combined:
    """The one verdict on a split window, its parts in order.

    Means: attainment and target by what there is to judge, the coverage needed by what should have been measured, the
    warning band as the target. The direction, and what an empty window counts as, are the last part's: the terms in
    force when the window ends. `still_to_come` (see `judge`) falls to the last part. No part is `parts_empty`.
    """
    if not parts:
        raise Invalid("parts_empty", "A split window has parts.")
    counts = [counted(part.quantities, part.terms.missing) for part in parts]
    weights = tuple(valid for _good, valid in counts)
    terms = _mean_terms(parts, weights, Fraction(still_to_come))
    together = reduce(add, (part.quantities for part in parts))
    good = sum((good for good, _valid in counts), Fraction(0))
    verdict = judge_counted(together, (good, sum(weights, Fraction(0))), terms, still_to_come)
    shares = _shares(weights)
    alone = tuple(judge(part.quantities, part.terms) for part in parts)
    steps = _steps(parts, counts, shares, alone)
    return Combined(
        attainment=replace(verdict, trace=_explained(verdict, steps, shown(Fraction(terms.target_percent)))),
        quantities=together,
        exact_target=Fraction(terms.target_percent),
        weights=weights,
        shares=shares,
        alone=alone,
    )


def _shares(weights: Sequence[Fraction]) -> tuple[Fraction, ...]:
    whole = sum(weights, Fraction(0))
    return tuple(weight / whole if whole else Fraction(0) for weight in weights)


def _mean_terms(parts: Sequence[Part], weights: Sequence[Fraction], still_to_come: Fraction) -> Judgement:
    last = parts[-1].terms
    coming = [*weights[:-1], weights[-1] + still_to_come]
    expected = [Fraction(part.quantities.expected) for part in parts]
    return replace(
        last,
        target_percent=weighted_mean([part.terms.target_percent for part in parts], coming),
        warning_band=weighted_mean([part.terms.warning_band for part in parts], coming),
        coverage_threshold_percent=weighted_mean([part.terms.coverage_threshold_percent for part in parts], expected),
    )


def weighted_mean(values: Sequence[Number], weights: Sequence[Number]) -> Fraction:
    """The exact mean; the last value where nothing has any weight."""
    whole = sum((Fraction(weight) for weight in weights), Fraction(0))
    if not whole:
        return Fraction(values[-1])
    return sum((Fraction(v) * Fraction(w) for v, w in zip(values, weights, strict=True)), Fraction(0)) / whole


def _steps(
    parts: Sequence[Part],
    counts: Sequence[tuple[Fraction, Fraction]],
    shares: Sequence[Fraction],
    alone: Sequence[Attainment],
) -> tuple[Step, ...]:
    return tuple(
        Step(
            part.name or f"Part {number}",
            f"100 × {_plain(good)} / {_plain(valid)} {part.quantities.unit}, share {_plain(share)}, "
            f"target {_plain(Fraction(part.terms.target_percent))} %, by itself {verdict.outcome}",
            shown(verdict.exact_percent),
            "%",
        )
        for number, (part, (good, valid), share, verdict) in enumerate(
            zip(parts, counts, shares, alone, strict=True), start=1
        )
    )


def _explained(verdict: Attainment, steps: tuple[Step, ...], target: object) -> Trace:
    target_step = Step("Target of the whole window", "Σ share × target of the part", target, "%")
    return replace(
        verdict.trace,
        title="Attainment of a split window",
        formula="Σ share × attainment of the part, against Σ share × its target; shares of all that is judged",
        steps=(*steps, target_step, *verdict.trace.steps),
    )


def _plain(value: Fraction) -> str:
    rounded = round_to_places(value, SHOWN_PLACES).normalize()
    return f"{rounded:f}"
