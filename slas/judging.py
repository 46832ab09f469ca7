"""One window judged: telemetry and exclusions are read here, the engines compute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, reduce
from operator import add
from typing import Any

from django.urls import reverse

from clm.lib.canonical import plain_decimal
from clm.lib.intervals import Interval, total_seconds
from clm.lib.rounding import Number, round_to_places
from clm.lib.trace import Input, Step, Trace
from contracts.queries import clause_ref
from slas.adapters.histograms import from_stored
from slas.coverage import coverage_of, is_in_quantities, traced
from slas.engine.attainment import Attainment, Empty, Judgement, MissingData, judge
from slas.engine.conditions import Comparison
from slas.engine.latency import judge_mean, judge_percentile
from slas.engine.quantities import Quantities
from slas.engine.splits import Part, judge_parts, weighted_mean
from slas.engine.value import Measured, ValueAttainment, ValueTerms, aggregation_named, judge_measured
from slas.evidence import evidence_of, label_of
from slas.material import Material, merged
from slas.models import Commitment, EvaluationWindow, Indicator
from slas.models.telemetry import IndicatorKind
from slas.pieces import Piece, counting, counts_events, events_in, pieces_of, rule_steps
from slas.seen import Seen
from slas.states import ExclusionState, Light, Outcome

QUANTITIES = ("good", "bad", "excluded", "unmeasured")


@dataclass(frozen=True)
class Judged:
    """The figures of one window as they are stored; `inputs` and `evidence` are JSON types after `to_plain`. `down` are
    the stretches that count as such."""

    unit: str
    good: Decimal
    bad: Decimal
    excluded: Decimal
    unmeasured: Decimal
    attainment: Decimal | None
    coverage_percent: Decimal | None
    target: Decimal
    outcome: str
    light: str
    reason: str
    inputs: dict[str, Any]
    trace: Trace
    material: Material
    down: tuple[Interval, ...]
    policies: dict[str, Any]

    @cached_property
    def evidence(self) -> dict[str, Any]:
        """What a miss is shown with, read once somebody asks."""
        return evidence_of(self.material, self.down, self.inputs) | self.policies

    def figures(self) -> dict[str, Any]:
        """What tells two judgements apart."""
        names = (*QUANTITIES, "unit", "attainment", "coverage_percent", "target", "outcome", "light", "reason")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class _Verdict:
    quantities: Quantities
    attainment: Decimal | None
    coverage_percent: Decimal | None
    outcome: str
    light: str
    reason: str
    trace: Trace
    target: Decimal
    bad: tuple[Interval, ...] = ()
    parts: tuple[dict[str, Any], ...] = ()


def judge_window(window: EvaluationWindow, now: datetime, states: Sequence[str] = (ExclusionState.ACCEPTED,)) -> Judged:
    """As `judge_windows`, of one."""
    return judge_windows([window], now, states)[0]


def judge_windows(
    windows: Sequence[EvaluationWindow], now: datetime, states: Sequence[str] = (ExclusionState.ACCEPTED,)
) -> list[Judged]:
    """The verdict on the part of each window that has passed at `now`. Exclusions in other `states` do not count. What
    they rest on is read for all of them at once.

    A window that an amendment cut is judged as one: each stretch by the terms in force in it, weighted by its length
    or its events (`slas.engine.splits`). A window that is a part of such a one has its figures but no verdict.
    Fetch the windows with their commitment's indicator, version's contract, and passage's version, contract and clause.
    """
    pieces = pieces_of(windows, now, states)
    return [_judged(window, each, now) for window, each in zip(windows, pieces, strict=True)]


def _judged(window: EvaluationWindow, pieces: Sequence[Piece], now: datetime) -> Judged:
    material = merged([piece.material for piece in pieces])
    verdict = _in_surge(_with_coverage(_verdict(window, pieces, now), pieces), pieces)
    parts = {"parts": list(verdict.parts)} if verdict.parts else pieces[0].ruled
    inputs, kept = summary_of(material) | parts, {"policies": parameters_of(window.commitment)} | parts
    judged = Judged(
        unit=verdict.quantities.unit,
        **{name: round_to_places(getattr(verdict.quantities, name), 6) for name in QUANTITIES},
        attainment=verdict.attainment,
        coverage_percent=verdict.coverage_percent,
        target=verdict.target,
        outcome=str(verdict.outcome),
        light=str(verdict.light),
        reason=verdict.reason,
        inputs=inputs,
        trace=_trace(window, verdict, inputs, now, (*rule_steps(pieces), *allowance_steps(material))),
        material=material,
        down=verdict.bad,
        policies=kept,
    )
    return judged if window.whole_id is None else _as_part(judged)


def _as_part(judged: Judged) -> Judged:
    """The figures of a part; whether the window was met is said of the whole."""
    step = Step("Verdict", "a part of a window that an amendment cut", "judged with the whole window")
    trace = replace(judged.trace, steps=(*judged.trace.steps, step))
    outcome, light = str(Outcome.EXCLUDED), str(Light.GREY)
    return replace(judged, outcome=outcome, light=light, reason="part_of_split_window", trace=trace)


def _in_surge(verdict: _Verdict, pieces: Sequence[Piece]) -> _Verdict:
    """A window that is excused for its volume, and that counts no events which could leave, is left out as a whole."""
    if not any(piece.rule and piece.rule.is_excused and not counts_events(piece) for piece in pieces):
        return verdict
    return replace(verdict, outcome=Outcome.EXCLUDED, light=Light.GREY, reason="volume_above_threshold")


def _verdict(window: EvaluationWindow, pieces: Sequence[Piece], now: datetime) -> _Verdict:
    if window.commitment.indicator.is_quantity:
        return _quantity_verdict(window.commitment, pieces)
    seen = reduce(add, (piece.quantities for piece in pieces))
    begun = pieces[0].material.interval.start
    passed = Interval(begun, min(pieces[-1].material.interval.end, max(begun, now)))
    still = _still_to_come(window, seen, passed, now)
    if len(pieces) > 1:
        return _split_verdict(pieces, still)
    commitment = pieces[0].commitment
    return _stored(judge(seen, judgement_of(commitment), still_to_come=still), seen, commitment.target, pieces)


def _with_coverage(verdict: _Verdict, pieces: Sequence[Piece]) -> _Verdict:
    """Counts and values are covered where telemetry came when it was expected; too little leaves them undecided."""
    if is_in_quantities(pieces[-1].commitment):
        return verdict
    found = coverage_of([(piece.commitment, piece.material) for piece in pieces])
    told = replace(verdict, coverage_percent=found.percent if found else None, trace=traced(verdict.trace, found))
    if found is None or found.is_enough:
        return told
    return replace(told, outcome=Outcome.INCONCLUSIVE, light=Light.GREY, reason="coverage_below_threshold")


def _stored(
    found: Attainment,
    seen: Quantities,
    target: Decimal,
    pieces: Sequence[Piece],
    parts: tuple[dict[str, Any], ...] = (),
) -> _Verdict:
    return _Verdict(
        quantities=seen,
        attainment=found.percent,
        coverage_percent=found.coverage_percent,
        outcome=found.outcome,
        light=found.light,
        reason=found.reason,
        trace=found.trace,
        target=target,
        bad=tuple(item for piece in pieces for item in piece.bad),
        parts=parts,
    )


def _split_verdict(pieces: Sequence[Piece], still: Decimal) -> _Verdict:
    found = judge_parts([Part(each.quantities, judgement_of(each.commitment), each.label) for each in pieces], still)
    parts = tuple(
        _part(piece, weight, share) | {"attainment": alone.percent, "outcome": alone.outcome}
        for piece, weight, share, alone in zip(pieces, found.weights, found.shares, found.alone, strict=True)
    )
    return _stored(found.attainment, found.quantities, round_to_places(found.exact_target, 6), pieces, parts)


def _part(piece: Piece, weight: Fraction, share: Fraction) -> dict[str, Any]:
    """A part as the evaluation keeps it. `weight`: seconds or events to judge, whose share of all is its share of the
    verdict and of the remedy."""
    return {
        "commitment_id": piece.commitment.pk,
        "commitment": piece.commitment.name,
        "version_id": piece.commitment.version_id,
        "version": piece.commitment.version.number,
        "starts_at": piece.material.interval.start,
        "ends_at": piece.material.interval.end,
        **{name: round_to_places(getattr(piece.quantities, name), 6) for name in QUANTITIES},
        "target": piece.commitment.target,
        "weight": round_to_places(weight, 6),
        "share_percent": round_to_places(share * 100, 6),
        **piece.ruled,
    }


def _still_to_come(window: EvaluationWindow, seen: Quantities, passed: Interval, now: datetime) -> Decimal:
    """Valid seconds, or events at the rate so far, that an open window may yet bring."""
    if now >= window.ends_at:
        return Decimal(0)
    left = Interval(max(now, window.starts_at), window.ends_at).seconds
    if seen.unit == "seconds":
        return left
    return max(seen.measured * left / passed.seconds, Decimal(1)) if passed.seconds else Decimal(1)


def _quantity_verdict(commitment: Commitment, pieces: Sequence[Piece]) -> _Verdict:
    """All samples of the window as one figure; it counts its samples, or its events, as good or bad by its verdict. The
    target of a window that an amendment or a rule cut is the mean of its parts' by their samples."""
    indicator = commitment.indicator
    target = weighted_mean([each.commitment.target for each in pieces], [each.quantities.good for each in pieces])
    terms = value_terms(commitment, pieces[0].commitment.target if len(pieces) == 1 else target)
    found = figure_of(indicator, [row for piece in pieces for row in counting(piece.commitment, piece.material)], terms)
    seen = reduce(add, (piece.quantities for piece in pieces))
    whole = sum((piece.quantities.good for piece in pieces), Decimal(0))
    shares = [Fraction(each.quantities.good) / Fraction(whole) if whole else Fraction(0) for each in pieces]
    missed = found.outcome == "missed"
    return _Verdict(
        quantities=replace(seen, good=Decimal(0), bad=seen.good) if missed else seen,
        attainment=found.value,
        coverage_percent=found.coverage_percent,
        outcome=found.outcome,
        light=found.light,
        reason=found.reason,
        trace=found.trace,
        target=round_to_places(target, 6),
        parts=tuple(
            _part(each, Fraction(each.quantities.good), share) for each, share in zip(pieces, shares, strict=True)
        )
        if len(pieces) > 1
        else (),
    )


def value_terms(commitment: Commitment, target: Number) -> ValueTerms:
    """The terms to judge a quantity by."""
    return ValueTerms(
        target=target,
        comparison=Comparison(commitment.comparison),
        coverage_threshold_percent=commitment.coverage_threshold_percent,
        warning_band=commitment.warning_band,
        unit=commitment.indicator.unit,
        empty=Empty(commitment.empty_policy),
    )


def figure_of(indicator: Indicator, rows: Sequence[Seen], terms: ValueTerms) -> ValueAttainment:
    """One figure of the rows, by the indicator's kind."""
    if indicator.kind == IndicatorKind.PERCENTILE:
        histograms = [each for row in rows for each in from_stored(row.histogram)]
        return judge_percentile(histograms, indicator.percentile or Decimal(100), terms)
    if indicator.kind == IndicatorKind.MEAN:
        total = sum((row.total if row.total is not None else row.value or Decimal(0) for row in rows), Decimal(0))
        return judge_mean(total, events_in(rows), terms)
    return judge_measured([_measured(row) for row in rows], aggregation_named(indicator.aggregation or "avg"), terms)


def _measured(row: Seen) -> Measured:
    if row.value is not None:
        return Measured(1, row.value, row.value, row.value)
    return Measured(row.samples, row.total or Decimal(0), row.lowest or Decimal(0), row.highest or Decimal(0))


def judgement_of(commitment: Commitment) -> Judgement:
    """The terms to judge by."""
    return Judgement(
        target_percent=commitment.target,
        comparison=Comparison(commitment.comparison),
        missing=MissingData(commitment.missing_data_policy),
        coverage_threshold_percent=commitment.coverage_threshold_percent,
        empty=Empty(commitment.empty_policy),
        warning_band=commitment.warning_band,
    )


def summary_of(material: Material) -> dict[str, Any]:
    """Counts and edges of the telemetry that was read."""
    samples = material.samples
    return {
        "starts_at": material.interval.start,
        "ends_at": material.interval.end,
        "samples": material.count,
        "first_sample_at": samples[0].at if samples else None,
        "last_sample_at": samples[-1].last if samples else None,
        "status_before": label_of(material.before),
        "outages": len(material.outages),
        "exclusions": len(material.exclusions),
    }


def allowance_steps(material: Material) -> tuple[Step, ...]:
    """Maintenance that was accepted and does not count all the same, and why; it counts as it was measured."""
    told = (
        ("Maintenance without its notice", "announced later than agreed: it is not excused", material.allowed.late),
        ("Maintenance beyond the cap", "the earliest of a window is excused first", material.allowed.beyond),
    )
    return tuple(Step(label, text, total_seconds(found), "seconds") for label, text, found in told if found)


def parameters_of(commitment: Commitment) -> dict[str, Any]:
    """Every setting that bears on the figure."""
    indicator = commitment.indicator
    names = (
        "target", "comparison", "window_kind", "window_days", "time_zone", "anchor_on", "maintenance_policy",
        "maintenance_notice_hours",
        "maintenance_cap_hours",
        "missing_data_policy", "empty_policy", "interval_minutes", "coverage_threshold_percent", "warning_band",
        "minimum_outage_seconds", "whole_minutes", "grace_hours",
    )  # fmt: skip
    measured = (
        "kind", "is_degraded_up", "silence_minutes", "expected_every_minutes", "slice_minutes", "condition_operator",
        "condition_threshold", "aggregation", "percentile",
    )  # fmt: skip
    values = {name: getattr(commitment, name) for name in names}
    values |= {f"indicator_{name}": getattr(indicator, name) for name in measured}
    return {name: value for name, value in values.items() if value not in (None, "")}


def _trace(
    window: EvaluationWindow, verdict: _Verdict, inputs: dict[str, Any], now: datetime, rules: tuple[Step, ...]
) -> Trace:
    """The engine's trace with the clause, the telemetry read, the rules of the target and every policy."""
    commitment = window.commitment
    indicator = commitment.indicator
    source = f"telemetry of {indicator.key}"
    url = reverse("window-telemetry", args=[window.pk]) if not window._state.adding else ""
    telemetry = tuple(
        Input(name.replace("_", " ").capitalize(), value, "", source, url)
        for name, value in inputs.items()
        if value is not None and name not in ("starts_at", "ends_at", "parts", "rule")
    )
    span = Step("Window", f"{window.label}, {commitment.time_zone}", f"{inputs['starts_at']} – {inputs['ends_at']}")
    return replace(
        verdict.trace,
        title=f"{commitment.name}, {window.label}",
        inputs=(*telemetry, *verdict.trace.inputs),
        parameters=parameters_of(commitment) | dict(verdict.trace.parameters),
        steps=(span, *rules, *verdict.trace.steps),
        clause=clause_ref(commitment.passage),
        computed_at=now,
    )


def exact(value: Decimal | None) -> str:
    """A figure as people write it, without trailing zeros."""
    return "" if value is None else plain_decimal(value)


RELATED = (
    "commitment__indicator__service",
    "commitment__contract",
    "commitment__version",
    "commitment__passage__version__contract",
    "commitment__passage__clause",
    "latest",
)
