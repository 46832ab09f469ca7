"""One window judged: telemetry and exclusions are read here, the engines compute."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.urls import reverse

from clm.lib.canonical import plain_decimal
from clm.lib.rounding import round_to_places
from clm.lib.trace import Input, Step, Trace
from contracts.queries import clause_ref
from slas.engine.attainment import Empty, Judgement, MissingData, judge
from slas.engine.conditions import Comparison
from slas.engine.intervals import Interval
from slas.engine.quantities import Division, MaintenancePolicy, Quantities, excuses
from slas.engine.quantities import Exclusion as Excused
from slas.engine.ratio import EventCount, ratio_quantities
from slas.engine.time_slice import Reading, SliceRule, divide_slices
from slas.engine.uptime import Outage as Down
from slas.engine.uptime import StateChange, Status, Telemetry, UptimePolicy, divide_uptime
from slas.engine.value import ValueTerms, aggregation_named, judge_value
from slas.models import Commitment, EvaluationWindow, Exclusion, Indicator, Outage, Sample
from slas.models.telemetry import IndicatorKind, SampleStatus
from slas.states import ExclusionState

KEPT_ROWS = 500
STATUS = {value: Status(value.label) for value in SampleStatus}
QUANTITIES = ("good", "bad", "excluded", "unmeasured")


@dataclass(frozen=True)
class Judged:
    """The figures of one window as they are stored; `inputs` and `evidence` are JSON types after `to_plain`."""

    unit: str
    good: Decimal
    bad: Decimal
    excluded: Decimal
    unmeasured: Decimal
    attainment: Decimal | None
    coverage_percent: Decimal
    target: Decimal
    outcome: str
    light: str
    reason: str
    inputs: dict[str, Any]
    evidence: dict[str, Any]
    trace: Trace

    def figures(self) -> dict[str, Any]:
        """What tells two judgements apart."""
        names = (*QUANTITIES, "unit", "attainment", "coverage_percent", "target", "outcome", "light", "reason")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Material:
    """Everything a judgement rests on."""

    interval: Interval
    samples: Sequence[Sample]
    before: Sample | None
    outages: Sequence[Outage]
    exclusions: Sequence[Exclusion]

    @property
    def excused(self) -> list[Excused]:
        return [
            Excused(Interval(row.starts_at, row.ends_at), is_maintenance=row.kind == Exclusion.Kind.MAINTENANCE)
            for row in self.exclusions
        ]


@dataclass(frozen=True)
class _Verdict:
    quantities: Quantities
    attainment: Decimal | None
    coverage_percent: Decimal
    outcome: str
    light: str
    reason: str
    trace: Trace
    division: Division | None = None


def judge_window(window: EvaluationWindow, now: datetime, states: Sequence[str] = (ExclusionState.ACCEPTED,)) -> Judged:
    """The verdict on the part of the window that has passed at `now`. Exclusions in other `states` do not count.

    Fetch the window with its commitment's indicator, version's contract, and passage's version, contract and clause.
    """
    material = gather(window, now, states)
    verdict = _verdict(window, material, now)
    inputs = summary_of(material)
    return Judged(
        unit=verdict.quantities.unit,
        **{name: round_to_places(getattr(verdict.quantities, name), 6) for name in QUANTITIES},
        attainment=verdict.attainment,
        coverage_percent=verdict.coverage_percent,
        target=window.commitment.target,
        outcome=str(verdict.outcome),
        light=str(verdict.light),
        reason=verdict.reason,
        inputs=inputs,
        evidence=_evidence(window.commitment, material, verdict, inputs),
        trace=_trace(window, verdict, inputs, now),
    )


def gather(window: EvaluationWindow, now: datetime, states: Sequence[str] = (ExclusionState.ACCEPTED,)) -> Material:
    """Telemetry and exclusions that bear on [start, min(end, now)); the last status before it and outages whole."""
    commitment = window.commitment
    indicator = commitment.indicator
    interval = Interval(window.starts_at, max(window.starts_at, min(window.ends_at, now)))
    samples = Sample.objects.filter(indicator=indicator)
    is_uptime = indicator.kind == IndicatorKind.UPTIME
    before = samples.filter(at__lt=interval.start).order_by("-at").first() if is_uptime else None
    within = samples.filter(at__gte=interval.start, at__lt=interval.end).order_by("at")
    outages = Outage.objects.filter(indicator=indicator, starts_at__lt=interval.end).order_by("starts_at", "pk")
    exclusions = Exclusion.objects.filter(commitment=commitment, state__in=states, starts_at__lt=interval.end)
    return Material(
        interval=interval,
        samples=list(within),
        before=before,
        outages=list(outages.filter(Q(ends_at=None) | Q(ends_at__gt=interval.start))) if is_uptime else [],
        exclusions=list(exclusions.filter(ends_at__gt=interval.start).order_by("starts_at", "pk")),
    )


def _verdict(window: EvaluationWindow, material: Material, now: datetime) -> _Verdict:
    indicator = window.commitment.indicator
    if indicator.kind == IndicatorKind.VALUE:
        return _value_verdict(window.commitment, material)
    division: Division | None = None
    if indicator.kind == IndicatorKind.RATIO:
        quantities = _ratio(window.commitment, material)
    else:
        division = divided(window.commitment, material)
        quantities = division.quantities
    still = _still_to_come(window, quantities, material.interval, now)
    found = judge(quantities, judgement_of(window.commitment), still_to_come=still)
    return _Verdict(
        quantities=quantities,
        attainment=found.percent,
        coverage_percent=found.coverage_percent,
        outcome=found.outcome,
        light=found.light,
        reason=found.reason,
        trace=found.trace,
        division=division,
    )


def _still_to_come(window: EvaluationWindow, seen: Quantities, passed: Interval, now: datetime) -> Decimal:
    """Valid seconds, or events at the rate so far, that an open window may yet bring."""
    if now >= window.ends_at:
        return Decimal(0)
    left = Interval(max(now, window.starts_at), window.ends_at).seconds
    if seen.unit == "seconds":
        return left
    return seen.measured * left / passed.seconds if passed.seconds else Decimal(1)


def divided(commitment: Commitment, material: Material) -> Division:
    """The instants of the window as good, bad, excluded and unmeasured, for uptime and time slices."""
    indicator = commitment.indicator
    maintenance = MaintenancePolicy(commitment.maintenance_policy)
    if indicator.kind == IndicatorKind.TIME_SLICE:
        readings = [Reading(row.at, row.value) for row in material.samples if row.value is not None]
        return divide_slices(material.interval, readings, slice_rule(indicator), material.excused, maintenance)
    policy = UptimePolicy(
        is_degraded_up=indicator.is_degraded_up,
        maintenance=maintenance,
        minimum_outage=timedelta(seconds=commitment.minimum_outage_seconds),
        whole_minutes=commitment.whole_minutes,
    )
    return divide_uptime(material.interval, telemetry_of(indicator, material), material.excused, policy)


def slice_rule(indicator: Indicator) -> SliceRule:
    return SliceRule(
        comparison=Comparison(indicator.condition_operator),
        threshold=indicator.condition_threshold or Decimal(0),
        length=timedelta(minutes=indicator.slice_minutes),
    )


def telemetry_of(indicator: Indicator, material: Material) -> Telemetry:
    """Status changes and outages; a status that nothing confirmed for `silence_minutes` becomes unknown."""
    rows = ([material.before] if material.before else []) + list(material.samples)
    changes = list(_changes(rows, indicator.silence_minutes))
    outages = [Down(row.starts_at, row.ends_at) for row in material.outages]
    return Telemetry(changes=changes, outages=outages, known_from=indicator.first_sample_at)


def _changes(rows: Sequence[Sample], silence: int | None) -> Iterable[StateChange]:
    for position, row in enumerate(rows):
        yield StateChange(row.at, STATUS[SampleStatus(row.status or 0)])
        if silence is None:
            continue
        heard_until = row.at + timedelta(minutes=silence)
        if position + 1 == len(rows) or rows[position + 1].at > heard_until:
            yield StateChange(heard_until, Status.UNKNOWN)


def _ratio(commitment: Commitment, material: Material) -> Quantities:
    counts = [EventCount(row.at, row.good or Decimal(0), row.valid or Decimal(0)) for row in material.samples]
    return ratio_quantities(
        material.interval, counts, material.excused, MaintenancePolicy(commitment.maintenance_policy)
    )


def _value_verdict(commitment: Commitment, material: Material) -> _Verdict:
    """Samples inside excused time are left out; a value counts its samples as good or bad by its verdict."""
    indicator = commitment.indicator
    left_out = excuses(material.excused, MaintenancePolicy(commitment.maintenance_policy)).left_out
    values = [row.value for row in material.samples if row.value is not None and not _covers(left_out, row.at)]
    terms = ValueTerms(
        target=commitment.target,
        comparison=Comparison(commitment.comparison),
        coverage_threshold_percent=commitment.coverage_threshold_percent,
        warning_band=commitment.warning_band,
        unit=indicator.unit,
    )
    found = judge_value(values, aggregation_named(indicator.aggregation or "avg"), terms)
    count = Decimal(len(values))
    missed = found.outcome == "missed"
    quantities = Quantities(
        good=Decimal(0) if missed else count,
        bad=count if missed else Decimal(0),
        excluded=Decimal(len(material.samples)) - count,
        unit="samples",
    )
    return _Verdict(
        quantities=quantities,
        attainment=found.value,
        coverage_percent=found.coverage_percent,
        outcome=found.outcome,
        light=found.light,
        reason=found.reason,
        trace=found.trace,
    )


def _covers(intervals: Iterable[Interval], instant: datetime) -> bool:
    return any(interval.contains(instant) for interval in intervals)


def judgement_of(commitment: Commitment) -> Judgement:
    """The terms to judge by. Where missing data counts as good, so does a window in which nothing happened at all."""
    missing = MissingData(commitment.missing_data_policy)
    return Judgement(
        target_percent=commitment.target,
        comparison=Comparison(commitment.comparison),
        missing=missing,
        coverage_threshold_percent=commitment.coverage_threshold_percent,
        empty=Empty.MET if missing is MissingData.GOOD else Empty.INCONCLUSIVE,
        warning_band=commitment.warning_band,
    )


def summary_of(material: Material) -> dict[str, Any]:
    """Counts and edges of the telemetry that was read."""
    samples = material.samples
    return {
        "starts_at": material.interval.start,
        "ends_at": material.interval.end,
        "samples": len(samples),
        "first_sample_at": samples[0].at if samples else None,
        "last_sample_at": samples[-1].at if samples else None,
        "status_before": _label(material.before),
        "outages": len(material.outages),
        "exclusions": len(material.exclusions),
    }


def _label(sample: Sample | None) -> str | None:
    return None if sample is None or sample.status is None else SampleStatus(sample.status).label


def _evidence(commitment: Commitment, material: Material, verdict: _Verdict, inputs: dict[str, Any]) -> dict[str, Any]:
    """What a miss is shown with: at most 500 stretches or samples, `cut` says whether there were more."""
    bad = [[item.start, item.end] for item in verdict.division.bad] if verdict.division else []
    samples = sorted(_failing(commitment.indicator, material), key=lambda row: row["at"])
    return {
        "summary": inputs,
        "down": bad[:KEPT_ROWS],
        "outages": [_outage(row) for row in material.outages[:KEPT_ROWS]],
        "samples": samples[:KEPT_ROWS],
        "cut": max(len(bad), len(material.outages), len(samples)) > KEPT_ROWS,
        "exclusions": [_exclusion(row) for row in material.exclusions[:KEPT_ROWS]],
        "policies": parameters_of(commitment),
    }


def _failing(indicator: Indicator, material: Material) -> Iterable[dict[str, Any]]:
    if indicator.kind == IndicatorKind.RATIO:
        failing = [row for row in material.samples if row.good != row.valid]
        worst = sorted(failing, key=lambda row: (row.valid or 0) - (row.good or 0), reverse=True)
        return [{"at": row.at, "good": row.good, "valid": row.valid} for row in worst[: KEPT_ROWS + 1]]
    if indicator.kind == IndicatorKind.UPTIME:
        return [{"at": row.at, "status": _label(row)} for row in material.samples if row.status != SampleStatus.UP]
    return [{"at": row.at, "value": row.value} for row in material.samples]


def _outage(row: Outage) -> dict[str, Any]:
    return {"external_id": row.external_id, "starts_at": row.starts_at, "ends_at": row.ends_at, "title": row.title}


def _exclusion(row: Exclusion) -> dict[str, Any]:
    return {"id": row.pk, "kind": row.kind, "starts_at": row.starts_at, "ends_at": row.ends_at, "reason": row.reason}


def parameters_of(commitment: Commitment) -> dict[str, Any]:
    """Every setting that bears on the figure."""
    indicator = commitment.indicator
    names = (
        "target", "comparison", "window_kind", "window_days", "time_zone", "maintenance_policy", "missing_data_policy",
        "coverage_threshold_percent", "warning_band", "minimum_outage_seconds", "whole_minutes", "grace_hours",
    )  # fmt: skip
    measured = (
        "kind", "is_degraded_up", "silence_minutes", "slice_minutes", "condition_operator", "condition_threshold",
        "aggregation",
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
        if value is not None and name not in ("starts_at", "ends_at")
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
