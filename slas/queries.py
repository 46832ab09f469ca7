"""Reads about service levels: querysets and frozen values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.urls import reverse

from clm.access.permissions import can, visible
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.canonical import to_plain
from clm.lib.intervals import MICROSECOND
from clm.lib.months import add_months
from clm.lib.trace import Step, Trace
from contracts.models import Contract
from slas.burning import burns_of, figures_of
from slas.engine.attainment import judge
from slas.engine.quantities import Quantities
from slas.engine.windows import place
from slas.judging import RELATED, judge_window, judgement_of
from slas.models import (
    Alert,
    Breach,
    Commitment,
    Evaluation,
    EvaluationWindow,
    Exclusion,
    Indicator,
    Service,
    TelemetryBatch,
)
from slas.models.commitment import WindowKind
from slas.splits import stretches_of
from slas.states import AlertState, BreachState, CommitmentState, ExclusionState, WindowState

TREND_MONTHS = 12
UNSETTLED = (BreachState.OPEN, BreachState.ACKNOWLEDGED)


@dataclass(frozen=True)
class Figures:
    """A window's figures as they stand: interim ones of an open window, else those of its newest evaluation.

    `unit` is that of the four quantities; `attainment` is in percent (or the indicator's unit). `budget` and `spent`
    are in `unit`, null where the target is no share that must be reached. Nothing is measured where `outcome` is empty.
    """

    unit: str = ""
    good: Decimal | None = None
    bad: Decimal | None = None
    excluded: Decimal | None = None
    unmeasured: Decimal | None = None
    attainment: Decimal | None = None
    coverage_percent: Decimal | None = None
    target: Decimal | None = None
    outcome: str = ""
    light: str = "grey"
    reason: str = ""
    is_interim: bool = False
    revision: int = 0
    evaluated_at: datetime | None = None
    budget: Decimal | None = None
    spent: Decimal | None = None
    trace_url: str = ""

    @property
    def is_measured(self) -> bool:
        return bool(self.outcome)


_NUMBERS = ("good", "bad", "excluded", "unmeasured", "attainment", "coverage_percent", "target")


def figures(window: EvaluationWindow) -> Figures:
    """The figures of a window fetched with `latest` and its commitment; no query."""
    if window.latest is not None:
        return _of_evaluation(window, window.latest)
    if not window.interim:
        return Figures(target=window.commitment.target)
    stored = window.interim
    numbers = {name: _decimal(stored.get(name)) for name in _NUMBERS}
    return _with_budget(
        window,
        numbers,
        unit=str(stored["unit"]),
        outcome=str(stored["outcome"]),
        light=str(stored["light"]),
        reason=str(stored["reason"]),
        is_interim=True,
        evaluated_at=datetime.fromisoformat(str(stored["evaluated_at"])),
        trace_url=reverse("window-trace", args=[window.pk]),
    )


def _of_evaluation(window: EvaluationWindow, evaluation: Evaluation) -> Figures:
    return _with_budget(
        window,
        {name: getattr(evaluation, name) for name in _NUMBERS},
        unit=evaluation.unit,
        outcome=evaluation.outcome,
        light=evaluation.light,
        reason=evaluation.reason,
        revision=evaluation.revision,
        evaluated_at=evaluation.evaluated_at,
        trace_url=reverse("evaluation-trace", args=[evaluation.pk]),
    )


def _with_budget(window: EvaluationWindow, numbers: Mapping[str, Any], **facts: Any) -> Figures:
    """The error budget of the whole window: (1 - target) x valid, what is still to come included."""
    quantities = quantities_of(numbers, facts["unit"])
    budget = None
    if quantities is not None and window.commitment.comparison == ">=" and quantities.unit != "samples":
        seconds = Decimal(0)
        if facts.get("is_interim") and quantities.unit == "seconds":
            seconds = Decimal(str((window.ends_at - facts["evaluated_at"]).total_seconds()))
        terms = judgement_of(window.commitment)
        if numbers["target"] is not None:
            terms = replace(terms, target_percent=numbers["target"])
        budget = judge(quantities, terms, still_to_come=max(seconds, Decimal(0))).budget
    if budget is None:
        return Figures(**numbers, **facts)
    total, spent = (round(Decimal(part.numerator) / part.denominator, 3) for part in (budget.total, budget.consumed))
    return Figures(**numbers, **facts, budget=total, spent=spent)


def quantities_of(numbers: Mapping[str, Any], unit: str) -> Quantities | None:
    """The four quantities; None where one is not known."""
    good, bad, excluded, unmeasured = (numbers.get(name) for name in ("good", "bad", "excluded", "unmeasured"))
    if good is None or bad is None or excluded is None or unmeasured is None:
        return None
    return Quantities(good, bad, excluded, unmeasured, unit)


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def with_disputed(window: EvaluationWindow, now: datetime) -> dict[str, Any] | None:
    """What the window would be if the disputed and proposed exclusions counted too; None where there are none."""
    open_words = (ExclusionState.PROPOSED, ExclusionState.DISPUTED)
    judged_by = [stretch.commitment.pk for stretch in stretches_of(window)]
    found = Exclusion.objects.filter(commitment_id__in=judged_by, state__in=open_words)
    if not found.filter(starts_at__lt=window.ends_at, ends_at__gt=window.starts_at).exists():
        return None
    states = (ExclusionState.ACCEPTED, *open_words)
    found_figures: dict[str, Any] = to_plain(judge_window(window, now, states).figures())
    return found_figures


def parts_of(window: EvaluationWindow) -> list[dict[str, Any]]:
    """The parts of a window that an amendment cut, as its newest figures keep them; none where it was not cut."""
    inputs = window.latest.inputs if window.latest else window.interim.get("inputs", {})
    return [
        part | {name: datetime.fromisoformat(part[name]) for name in ("starts_at", "ends_at")}
        for part in inputs.get("parts", ())
    ]


def commitments(actor: Actor) -> QuerySet[Commitment]:
    """Commitments with contract, indicator and service, and what their newest window shows."""
    newest = EvaluationWindow.objects.filter(commitment=OuterRef("pk")).order_by("-ends_at")
    rows = Commitment.objects.select_related("contract", "indicator__service").annotate(
        window_id=Subquery(newest.values("pk")[:1]),
        light=Subquery(newest.values("light")[:1]),
    )
    return visible(actor, rows)


def commitment_in_full(actor: Actor) -> QuerySet[Commitment]:
    """With the clause it rests on and its tiers."""
    rows = commitments(actor).select_related("passage__clause", "passage__version__contract", "version", "created_by")
    return rows.prefetch_related("tiers")


def windows(actor: Actor) -> QuerySet[EvaluationWindow]:
    """Windows with all that a judgement or a page needs."""
    return visible(actor, EvaluationWindow.objects.select_related(*RELATED))


def current_windows(actor: Actor, rows: Iterable[Commitment]) -> dict[Any, EvaluationWindow]:
    """Commitment id -> its newest window, for commitments annotated with `window_id`: one query."""
    ids = [row.window_id for row in rows if row.window_id]  # type: ignore[attr-defined]
    return {found.commitment_id: found for found in windows(actor).filter(pk__in=ids)}


def evaluations(actor: Actor) -> QuerySet[Evaluation]:
    return visible(actor, Evaluation.objects.select_related("window__commitment__contract", "version", "previous"))


def breaches(actor: Actor) -> QuerySet[Breach]:
    rows = Breach.objects.select_related("contract", "commitment__indicator__service", "window", "evaluation")
    return visible(actor, rows)


def open_breaches(actor: Actor) -> QuerySet[Breach]:
    return breaches(actor).filter(state__in=UNSETTLED).order_by("-window__ends_at", "-pk")


def alerts(actor: Actor) -> QuerySet[Alert]:
    return visible(actor, Alert.objects.select_related("contract", "commitment__indicator__service"))


def firing_alerts(actor: Actor) -> QuerySet[Alert]:
    return alerts(actor).exclude(state=AlertState.CLEARED).order_by("-id")


def burning(commitment: Commitment, now: datetime) -> dict[str, Any] | None:
    """How fast the error budget burns, by pairs of windows; None where there is no budget, or nothing measures it."""
    burns = burns_of([commitment], now).get(commitment.pk) if commitment.state == CommitmentState.ACTIVE else None
    if burns is None:
        return None
    return {"at": burns.at, "pairs": [figures_of(each, burns.target) for each in burns.pairs]}


def exclusions(actor: Actor) -> QuerySet[Exclusion]:
    return visible(actor, Exclusion.objects.select_related("commitment__contract", "proposed_by"))


def indicators(actor: Actor) -> QuerySet[Indicator]:
    return visible(actor, Indicator.objects.select_related("service__contract"))


def services(actor: Actor) -> QuerySet[Service]:
    return visible(actor, Service.objects.select_related("contract"))


def batches(actor: Actor) -> QuerySet[TelemetryBatch]:
    return visible(actor, TelemetryBatch.objects.all())


def contract_levels(actor: Actor, contract: Contract) -> dict[str, Any]:
    """What the contract page's tab shows."""
    rows = list(commitments(actor).filter(contract=contract).order_by("name", "pk"))
    current = current_windows(actor, rows)
    measured = Indicator.objects.annotate(commitment_count=Count("commitments")).order_by("name")
    found = services(actor).filter(contract=contract).order_by("name")
    return {
        "levels": [(row, current.get(row.pk), shown(current.get(row.pk))) for row in rows],
        "services": list(found.prefetch_related(Prefetch("indicators", queryset=measured))),
        "breaches": list(open_breaches(actor).filter(contract=contract)[:10]),
        "can_bind": can(actor, "slas.bind_commitment", contract),
        "can_report": can(actor, "slas.file_service_report", contract),
        "can_add_service": can(actor, "slas.add_service", contract),
        "can_add_indicator": can(actor, "slas.add_indicator", contract),
    }


def shown(window: EvaluationWindow | None) -> Figures | None:
    return None if window is None else figures(window)


def trend(actor: Actor, months: Sequence[date]) -> list[dict[str, Any]]:
    """For each month (its first day): how many judged windows ended in it by the calendar of their commitment's zone,
    and the share of them that met. A window's end is no longer within it: that of January counts under January."""
    since = months[0] - timedelta(days=1)
    rows = windows(actor).exclude(state=WindowState.OPEN).filter(is_rolling=False, ends_at__date__gte=since)
    judged = rows.exclude(commitment__window_kind__in=(WindowKind.HOUR, WindowKind.DAY))
    counted: dict[str, dict[str, int]] = {f"{month:%Y-%m}": {"met": 0, "missed": 0} for month in months}
    for end, zone, outcome in judged.values_list("ends_at", "commitment__time_zone", "latest__outcome"):
        month = counted.get(f"{(end - MICROSECOND).astimezone(place(zone)):%Y-%m}")
        if month is not None and outcome in month:
            month[outcome] += 1
    return [{"month": name, **counts, "percent": _share(counts)} for name, counts in counted.items()]


def trend_months() -> list[date]:
    """The first days of the present month and the eleven before it."""
    first = clock.today().replace(day=1)
    return [add_months(first, offset) for offset in range(1 - TREND_MONTHS, 1)]


def trend_trace(rows: Sequence[Mapping[str, Any]]) -> Trace:
    """How the shares of the trend came about, month by month."""
    steps = tuple(
        Step(row["month"], f"100 × {row['met']} met / {row['met'] + row['missed']} judged", row["percent"], "%")
        for row in rows
    )
    return Trace(
        title="Share of windows that met their target, by month",
        value=rows[-1]["percent"] if rows else None,
        unit="%",
        formula="share = 100 × windows that met / (windows that met + windows that missed)",
        parameters={
            "month": "that in which a window ends, in the zone of its commitment",
            "windows": "weeks and longer, not rolling, judged; inconclusive ones and those left out are in neither",
        },
        steps=steps,
    )


def _share(counts: Mapping[str, int]) -> Decimal | None:
    total = counts["met"] + counts["missed"]
    return round(Decimal(counts["met"]) * 100 / total, 2) if total else None
