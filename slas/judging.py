"""One window judged: telemetry and exclusions are read here, the engines compute."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, reduce
from operator import add
from typing import Any

from django.urls import reverse

from clm.lib.canonical import plain_decimal
from clm.lib.intervals import Interval
from clm.lib.rounding import round_to_places
from clm.lib.trace import Input, Step, Trace
from contracts.queries import clause_ref
from slas.coverage import coverage_of, is_in_quantities, traced
from slas.engine.attainment import Attainment, Empty, Judgement, MissingData, judge
from slas.engine.conditions import Comparison
from slas.engine.quantities import Division, MaintenancePolicy, Quantities, excuses
from slas.engine.ratio import EventCount, interval_quantities, ratio_quantities
from slas.engine.resolution import EPOCH
from slas.engine.splits import Part, judge_parts, weighted_mean
from slas.engine.time_slice import Reading, SliceRule, Slices, divide_slices
from slas.engine.uptime import Outage as Down
from slas.engine.uptime import StateChange, Status, Telemetry, UptimePolicy, divide_uptime
from slas.engine.value import Measured, ValueTerms, aggregation_named, judge_measured
from slas.evidence import evidence_of, label_of
from slas.material import Material, gather_all, merged
from slas.models import Commitment, EvaluationWindow, Indicator
from slas.models.telemetry import IndicatorKind, SampleStatus
from slas.seen import Seen
from slas.splits import stretches_of
from slas.states import ExclusionState, Light, Outcome

STATUS = {int(value): Status(value.label) for value in SampleStatus}
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


@dataclass(frozen=True)
class _Piece:
    """A stretch of the window with what was read for it, and its quantities by its own terms."""

    commitment: Commitment
    material: Material
    quantities: Quantities
    bad: tuple[Interval, ...] = ()

    @property
    def label(self) -> str:
        start, end = self.material.interval.start, self.material.interval.end
        return f"{self.commitment.name} (version {self.commitment.version.number}), {start} – {end}"


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
    stretches = [stretches_of(window) for window in windows]
    read = iter(gather_all([stretch for each in stretches for stretch in each], now, states))
    return [
        _judged(window, [_piece(stretch.commitment, next(read)) for stretch in each], now)
        for window, each in zip(windows, stretches, strict=True)
    ]


def _judged(window: EvaluationWindow, pieces: Sequence[_Piece], now: datetime) -> Judged:
    material = merged([piece.material for piece in pieces])
    verdict = _with_coverage(_verdict(window, pieces, now), pieces)
    parts = {"parts": list(verdict.parts)} if verdict.parts else {}
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
        trace=_trace(window, verdict, inputs, now),
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


def _piece(commitment: Commitment, material: Material) -> _Piece:
    """What a stretch comes to by its own terms; a window that nothing cut is one stretch."""
    kind = commitment.indicator.kind
    if kind == IndicatorKind.VALUE:
        return _Piece(commitment, material, _samples(commitment, material))
    if kind == IndicatorKind.RATIO:
        return _Piece(commitment, material, _ratio(commitment, material))
    division = divided(commitment, material)
    return _Piece(commitment, material, division.quantities, division.bad)


def _verdict(window: EvaluationWindow, pieces: Sequence[_Piece], now: datetime) -> _Verdict:
    if window.commitment.indicator.kind == IndicatorKind.VALUE:
        return _value_verdict(window.commitment, pieces)
    seen = reduce(add, (piece.quantities for piece in pieces))
    passed = Interval(pieces[0].material.interval.start, pieces[-1].material.interval.end)
    still = _still_to_come(window, seen, passed, now)
    if len(pieces) > 1:
        return _split_verdict(pieces, still)
    found = judge(seen, judgement_of(window.commitment), still_to_come=still)
    return _stored(found, seen, window.commitment.target, pieces)


def _with_coverage(verdict: _Verdict, pieces: Sequence[_Piece]) -> _Verdict:
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
    pieces: Sequence[_Piece],
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


def _split_verdict(pieces: Sequence[_Piece], still: Decimal) -> _Verdict:
    found = judge_parts([Part(each.quantities, judgement_of(each.commitment), each.label) for each in pieces], still)
    parts = tuple(
        _part(piece, weight, share) | {"attainment": alone.percent, "outcome": alone.outcome}
        for piece, weight, share, alone in zip(pieces, found.weights, found.shares, found.alone, strict=True)
    )
    return _stored(found.attainment, found.quantities, round_to_places(found.exact_target, 6), pieces, parts)


def _part(piece: _Piece, weight: Fraction, share: Fraction) -> dict[str, Any]:
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
    }


def _still_to_come(window: EvaluationWindow, seen: Quantities, passed: Interval, now: datetime) -> Decimal:
    """Valid seconds, or events at the rate so far, that an open window may yet bring."""
    if now >= window.ends_at:
        return Decimal(0)
    left = Interval(max(now, window.starts_at), window.ends_at).seconds
    if seen.unit == "seconds":
        return left
    return max(seen.measured * left / passed.seconds, Decimal(1)) if passed.seconds else Decimal(1)


def divided(commitment: Commitment, material: Material) -> Division:
    """The instants of the window as good, bad, excluded and unmeasured, for uptime and time slices."""
    indicator = commitment.indicator
    maintenance = MaintenancePolicy(commitment.maintenance_policy)
    if indicator.kind == IndicatorKind.TIME_SLICE:
        readings = [Reading(row.at, row.value) for row in material.samples if row.value is not None]
        rule = slice_rule(indicator)
        told = [
            Slices(
                Interval(_slice_of(row.at, rule), _slice_of(row.last, rule) + rule.length),
                row.status == SampleStatus.UP,
            )
            for row in material.samples
            if row.status is not None
        ]
        return divide_slices(material.interval, readings, rule, material.excused, maintenance, told)
    policy = UptimePolicy(
        is_degraded_up=indicator.is_degraded_up,
        maintenance=maintenance,
        minimum_outage=timedelta(seconds=commitment.minimum_outage_seconds),
        whole_minutes=commitment.whole_minutes,
    )
    return divide_uptime(material.interval, telemetry_of(indicator, material), material.excused, policy)


def _slice_of(instant: datetime, rule: SliceRule) -> datetime:
    """Where the slice begins that an instant lies in."""
    return instant - (instant - EPOCH) % rule.length


def slice_rule(indicator: Indicator) -> SliceRule:
    return SliceRule(
        comparison=Comparison(indicator.condition_operator),
        threshold=indicator.condition_threshold or Decimal(0),
        length=timedelta(minutes=indicator.slice_minutes),
    )


def telemetry_of(indicator: Indicator, material: Material) -> Telemetry:
    """Status changes and outages; a status that nothing confirmed for `silence_minutes` becomes unknown."""
    before = material.leading or ([material.before] if material.before else [])
    rows = [*before, *material.samples, *material.trailing]
    changes = list(_changes(rows, indicator.silence_minutes))
    outages = [Down(row.starts_at, row.ends_at) for row in material.outages]
    return Telemetry(changes=changes, outages=outages, known_from=indicator.first_sample_at)


def _changes(rows: Sequence[Seen], silence: int | None) -> Iterable[StateChange]:
    """Each row that says another status than the one before, and where it became unknown."""
    known: Status | None = None
    patience = None if silence is None else timedelta(minutes=silence)
    for position, row in enumerate(rows):
        status = STATUS[row.status or 0]
        if status is not known:
            yield StateChange(row.at, status)
            known = status
        if patience is None:
            continue
        heard_until = row.last + patience
        if position + 1 == len(rows) or rows[position + 1].at > heard_until:
            yield StateChange(heard_until, Status.UNKNOWN)
            known = Status.UNKNOWN


def _ratio(commitment: Commitment, material: Material) -> Quantities:
    counts = [EventCount(row.last, row.good or Decimal(0), row.valid or Decimal(0)) for row in material.samples]
    maintenance = MaintenancePolicy(commitment.maintenance_policy)
    if commitment.interval_minutes is None:
        return ratio_quantities(material.interval, counts, material.excused, maintenance)
    length, empty = timedelta(minutes=commitment.interval_minutes), Empty(commitment.empty_policy)
    return interval_quantities(material.interval, counts, length, empty, material.excused, maintenance)


def _value_verdict(commitment: Commitment, pieces: Sequence[_Piece]) -> _Verdict:
    """All samples of the window as one value; a value counts its samples as good or bad by its verdict. The target of
    a window that an amendment cut is the mean of its parts' by their samples."""
    indicator = commitment.indicator
    values = [value for piece in pieces for value in _values(piece.commitment, piece.material)]
    target = weighted_mean([each.commitment.target for each in pieces], [each.quantities.good for each in pieces])
    terms = ValueTerms(
        target=commitment.target if len(pieces) == 1 else target,
        comparison=Comparison(commitment.comparison),
        coverage_threshold_percent=commitment.coverage_threshold_percent,
        warning_band=commitment.warning_band,
        unit=indicator.unit,
        empty=Empty(commitment.empty_policy),
    )
    found = judge_measured(values, aggregation_named(indicator.aggregation or "avg"), terms)
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


def _values(commitment: Commitment, material: Material) -> list[Measured]:
    """The measured values outside excused time."""
    left_out = excuses(material.excused, MaintenancePolicy(commitment.maintenance_policy)).left_out
    return [_measured(row) for row in material.samples if not _covers(left_out, row.at)]


def _measured(row: Seen) -> Measured:
    if row.value is not None:
        return Measured(1, row.value, row.value, row.value)
    return Measured(row.samples, row.total or Decimal(0), row.lowest or Decimal(0), row.highest or Decimal(0))


def _samples(commitment: Commitment, material: Material) -> Quantities:
    """Samples that count, good until the value they make is judged, and those that are left out."""
    count = Decimal(sum(each.number for each in _values(commitment, material)))
    return Quantities(good=count, bad=Decimal(0), excluded=Decimal(material.count) - count, unit="samples")


def _covers(intervals: Iterable[Interval], instant: datetime) -> bool:
    return any(interval.contains(instant) for interval in intervals)


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


def parameters_of(commitment: Commitment) -> dict[str, Any]:
    """Every setting that bears on the figure."""
    indicator = commitment.indicator
    names = (
        "target", "comparison", "window_kind", "window_days", "time_zone", "anchor_on", "maintenance_policy",
        "missing_data_policy", "empty_policy", "interval_minutes", "coverage_threshold_percent", "warning_band",
        "minimum_outage_seconds", "whole_minutes", "grace_hours",
    )  # fmt: skip
    measured = (
        "kind", "is_degraded_up", "silence_minutes", "expected_every_minutes", "slice_minutes", "condition_operator",
        "condition_threshold", "aggregation",
    )  # fmt: skip
    values = {name: getattr(commitment, name) for name in names}
    values |= {f"indicator_{name}": getattr(indicator, name) for name in measured}
    return {name: value for name, value in values.items() if value not in (None, "")}


def _trace(window: EvaluationWindow, verdict: _Verdict, inputs: dict[str, Any], now: datetime) -> Trace:
    """The engine's trace with the clause, the telemetry read and every policy."""
    commitment = window.commitment
    indicator = commitment.indicator
    source = f"telemetry of {indicator.key}"
    url = reverse("window-telemetry", args=[window.pk]) if window.pk else ""
    telemetry = tuple(
        Input(name.replace("_", " ").capitalize(), value, "", source, url)
        for name, value in inputs.items()
        if value is not None and name not in ("starts_at", "ends_at", "parts")
    )
    span = Step("Window", f"{window.label}, {commitment.time_zone}", f"{inputs['starts_at']} – {inputs['ends_at']}")
    return replace(
        verdict.trace,
        title=f"{commitment.name}, {window.label}",
        inputs=(*telemetry, *verdict.trace.inputs),
        parameters=parameters_of(commitment) | dict(verdict.trace.parameters),
        steps=(span, *verdict.trace.steps),
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
