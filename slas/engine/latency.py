"""A percentile or a mean of how long events took, judged against its target: one figure from all events of a window."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from clm.lib.errors import Invalid
from clm.lib.rounding import Number, round_to_places
from clm.lib.trace import Input, Step, Trace
from slas.engine.attainment import STORED_PLACES, Light, Outcome, in_short
from slas.engine.distribution import Histogram, Reached, Share, in_words, mean_of, merge, percentile_of, share_within
from slas.engine.value import ValueAttainment, ValueTerms, coverage_of, value_light, value_outcome

Verdict = tuple[Outcome, str]


def judge_percentile(histograms: Sequence[Histogram], percent: Number, terms: ValueTerms) -> ValueAttainment:
    """The percentile of all events together against its target.

    Where it falls into the bucket without an end, only that it is above the highest bound is known: the verdict is
    left open (`above_highest_bucket`) unless that decides it. Histograms that do not add up leave it open too
    (`bounds_differ`).
    """
    try:
        merged = merge(histograms)
    except Invalid as refusal:
        steps: tuple[Step, ...] = (Step("Histograms added up", refusal.message, None),)
        found = (Outcome.INCONCLUSIVE, refusal.code)
        return _judged(None, found, terms, _percentile_trace(Histogram(None, {}), percent, None, steps, terms, found))
    reached = percentile_of(merged, percent)
    figure = reached.value if reached else None
    found = _percentile_outcome(reached, terms)
    steps = _percentile_steps(merged, reached, percent, terms, found)
    return _judged(figure, found, terms, _percentile_trace(merged, percent, figure, steps, terms, found))


def judge_mean(total: Number, events: Number, terms: ValueTerms) -> ValueAttainment:
    """The sum of all durations by the number of events, against its target; a mean of means is never taken."""
    figure = mean_of(total, events)
    found = value_outcome(figure, coverage_of(0, None), terms)
    shown = _rounded(figure)
    trace = Trace(
        title="Mean duration",
        value=shown,
        unit=terms.unit,
        formula=f"sum of the durations / events {terms.comparison} target, on the unrounded value",
        inputs=(
            Input("Events", events),
            Input("Sum of the durations", total, terms.unit),
            Input("Target", in_short(terms.target), terms.unit),
        ),
        parameters=_parameters(figure, terms),
        steps=(
            Step("Coverage", "", None),
            Step("Mean", f"{in_short(total)} / {in_short(events)}", shown, terms.unit),
            Step("Verdict", f"{shown} {terms.comparison} {in_short(terms.target)}", found[0]),
        ),
    )
    return _judged(figure, found, terms, trace)


def _judged(figure: Fraction | None, found: Verdict, terms: ValueTerms, trace: Trace) -> ValueAttainment:
    outcome, reason = found
    return ValueAttainment(
        exact_value=figure,
        coverage_percent=coverage_of(0, None),
        outcome=outcome,
        light=value_light(outcome, figure, terms) if outcome is not Outcome.EXCLUDED else Light.GREY,
        reason=reason,
        trace=trace,
    )


def _percentile_outcome(reached: Reached | None, terms: ValueTerms) -> Verdict:
    if reached is None or reached.high is not None:
        return value_outcome(reached.value if reached else None, coverage_of(0, None), terms)
    is_above = reached.value >= Fraction(terms.target)
    if not is_above:
        return Outcome.INCONCLUSIVE, "above_highest_bucket"
    # It is above the highest bound, and that is not below the target: no less than the target would be kept.
    return (Outcome.MET, "target_met") if terms.keeps_above else (Outcome.MISSED, "target_missed")


def _percentile_steps(
    merged: Histogram, reached: Reached | None, percent: Number, terms: ValueTerms, found: Verdict
) -> tuple[Step, ...]:
    shown = _rounded(reached.value) if reached else None
    verdict = Step("Verdict", f"{shown} {terms.comparison} {in_short(terms.target)}", found[0])
    if reached is None:
        return (Step("Coverage", "", None), verdict)
    within = share_within(merged, terms.target)
    return (
        Step("Coverage", "", None),
        Step("Rank", f"{in_short(percent)} % × {in_short(merged.events)} events", in_words(reached.rank), "events"),
        Step(
            "Bucket",
            f"{in_words(reached.below)} events below it, {in_words(reached.inside)} in it",
            f"({'−∞' if reached.low is None else in_words(reached.low)}, {in_words(reached.high)}]",
            terms.unit,
        ),
        _interpolation(reached, terms, shown),
        Step("Error bound", "width of the bucket: the true percentile lies in it", in_words(reached.width), terms.unit),
        Step("Events within the target", *_told_share(within)),
        *_close_call(reached, terms),
        verdict,
    )


def _interpolation(reached: Reached, terms: ValueTerms, shown: object) -> Step:
    if reached.high is None:
        return Step("Percentile", "in the bucket without an end: its lower bound", shown, terms.unit)
    if reached.low is None:
        return Step("Percentile", "in the first bucket, which has no lower end: its bound", shown, terms.unit)
    low, high = in_words(reached.low), in_words(reached.high)
    into = f"({in_words(reached.rank)} − {in_words(reached.below)}) / {in_words(reached.inside)}"
    return Step("Percentile", f"{low} + ({high} − {low}) × {into}", shown, terms.unit)


def _told_share(within: Share | None) -> tuple[str, object, str]:
    if within is None:
        return "of no events there is none", None, "%"
    least, most = in_words(within.least * 100), in_words(within.most * 100)
    between = "exact: a bucket ends there" if least == most else f"between {least} and {most} %"
    return between, round_to_places(within.value * 100, 6), "%"


def _close_call(reached: Reached, terms: ValueTerms) -> tuple[Step, ...]:
    """Said where the target lies in the percentile's own bucket: finer buckets could turn the verdict."""
    target = Fraction(terms.target)
    low = reached.low if reached.low is not None else target
    if reached.high is None or not low < target < reached.high:
        return ()
    return (Step("Note", "the target lies in this bucket: the verdict rests on interpolation", None),)


def _percentile_trace(
    merged: Histogram,
    percent: Number,
    figure: Fraction | None,
    steps: tuple[Step, ...],
    terms: ValueTerms,
    found: Verdict,
) -> Trace:
    return Trace(
        title=f"{in_short(percent).normalize():f}th percentile",
        value=_rounded(figure),
        unit=terms.unit,
        formula=(
            "lower bound + width × (rank − events below) / events in the bucket, of the bucket in which the rank "
            f"(percentile × events) falls; all histograms of the window added up first; {terms.comparison} target"
        ),
        inputs=(
            Input("Events", merged.events),
            Input("Percentile", in_short(percent), "%"),
            Input("Target", in_short(terms.target), terms.unit),
        ),
        parameters=_parameters(figure, terms) | {"outcome_reason": found[1]},
        steps=steps,
    )


def _parameters(figure: Fraction | None, terms: ValueTerms) -> dict[str, object]:
    return {
        "coverage_threshold_percent": in_short(terms.coverage_threshold_percent),
        "warning_band": in_short(terms.warning_band),
        "exact_attainment": None if figure is None else str(figure),
    }


def _rounded(figure: Fraction | None) -> object:
    return None if figure is None else round_to_places(figure, STORED_PLACES)
