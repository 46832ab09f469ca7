"""What the charts of a window and of a commitment draw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import accumulate, groupby
from typing import Any

from django.utils.translation import gettext as _

from clm.lib.intervals import Interval, union
from slas.judging import figure_of, value_terms
from slas.material import Material, gather
from slas.models import Commitment, EvaluationWindow, Exclusion
from slas.models.telemetry import DISTRIBUTIONS, IndicatorKind
from slas.pieces import counting, divided
from slas.queries import Figures, figures
from slas.states import ExclusionState

SPANS = 300
POINTS = 240
TONES = {
    ExclusionState.ACCEPTED: "good",
    ExclusionState.PROPOSED: "warn",
    ExclusionState.DISPUTED: "warn",
    ExclusionState.WITHDRAWN: "idle",
}


def charts_of(window: EvaluationWindow, shown: Figures, now: datetime) -> dict[str, Any]:
    """`burndown`, `axis` and `days` of one window; None where its indicator has none. Reads its telemetry once."""
    material = gather(window, now)
    spent = list(_spent(window.commitment, material))
    return {
        "burndown": _burndown(material.interval, spent, shown),
        "axis": _axis(window, material),
        "days": _days(window.commitment, material),
    }


def _spent(commitment: Commitment, material: Material) -> Iterable[tuple[datetime, Decimal]]:
    """Instants at which the budget was spent, and how much, in order; bad time at its end."""
    kind = commitment.indicator.kind
    if kind == IndicatorKind.RATIO:
        for row in material.samples:
            lost = (row.valid or Decimal(0)) - (row.good or Decimal(0))
            if lost:
                yield row.last, lost
    elif kind in (IndicatorKind.UPTIME, IndicatorKind.TIME_SLICE):
        for piece in divided(commitment, material).bad:
            yield piece.start, Decimal(0)
            yield piece.end, piece.seconds


def _burndown(interval: Interval, spent: Sequence[tuple[datetime, Decimal]], shown: Figures) -> dict[str, Any] | None:
    """The budget left, thinned to a few hundred points, the last one kept."""
    if shown.budget is None or interval.start == interval.end:
        return None
    size, unit = _unit_of(shown)
    budget = round(shown.budget / size, 2)
    left = [round((shown.budget - part) / size, 2) for part in accumulate(amount for _at, amount in spent)]
    points = [[at.isoformat(), str(rest)] for (at, _amount), rest in zip(spent, left, strict=True)]
    step = max(1, len(points) // POINTS)
    thinned = points[::step] + (points[-1:] if points else [])
    last = str(left[-1]) if left else str(budget)
    ends = [[interval.start.isoformat(), str(budget)], [interval.end.isoformat(), last]]
    return {"kind": "burndown", "points": [ends[0], *thinned, ends[1]], "budget": str(budget), "unit": unit}


def _unit_of(shown: Figures) -> tuple[Decimal, str]:
    """The unit that the budget is drawn in, and how many of its own make one: time in the largest that fits twice."""
    if shown.unit != "seconds":
        return Decimal(1), _("events")
    budget = shown.budget or Decimal(0)
    units = ((Decimal(86400), _("d")), (Decimal(3600), _("h")), (Decimal(60), _("min")))
    return next(((size, unit) for size, unit in units if budget >= 2 * size), (Decimal(1), _("s")))


def _axis(window: EvaluationWindow, material: Material) -> dict[str, Any]:
    """Downtime, outages, exclusions of every state and samples of the window, on one time axis."""
    commitment = window.commitment
    down, outages, exclusions, samples = _("Counted as down"), _("Outages"), _("Exclusions"), _("Samples")
    spans: list[dict[str, Any]] = []
    if commitment.indicator.kind in (IndicatorKind.UPTIME, IndicatorKind.TIME_SLICE):
        division = divided(commitment, material)
        spans += [_span(down, piece.start, piece.end, "bad", down) for piece in division.bad[:SPANS]]
        unmeasured = _("Unmeasured")
        spans += [_span(samples, piece.start, piece.end, "idle", unmeasured) for piece in division.unmeasured[:SPANS]]
    for row in material.outages[:SPANS]:
        spans.append(_span(outages, row.starts_at, row.ends_at or material.interval.end, "bad", str(row)))
    for exclusion in _exclusions(window):
        label = f"{exclusion.get_kind_display()}: {exclusion.get_state_display()}"
        spans.append(_span(exclusions, exclusion.starts_at, exclusion.ends_at, _tone(exclusion), label))
    spans += [_span(samples, piece.start, piece.end, "good", samples) for piece in _covered(material)]
    return {
        "kind": "intervals",
        "lanes": [down, outages, exclusions, samples],
        "spans": spans,
        "start": window.starts_at.isoformat(),
        "end": window.ends_at.isoformat(),
    }


def _exclusions(window: EvaluationWindow) -> Iterable[Exclusion]:
    rows = Exclusion.objects.filter(commitment_id=window.commitment_id)
    return rows.filter(starts_at__lt=window.ends_at, ends_at__gt=window.starts_at).order_by("starts_at")[:SPANS]


def _tone(exclusion: Exclusion) -> str:
    return TONES[ExclusionState(exclusion.state)]


def _covered(material: Material) -> Sequence[Interval]:
    """Where samples came: stretches between neighbours that are at most a hundredth of the window apart."""
    longest = material.interval.length / 100
    pieces = []
    for row, following in zip(material.samples, material.samples[1:], strict=False):
        pieces.append(Interval(row.at, max(row.last, min(following.at, row.last + longest))))
    pieces += [Interval(row.at, row.last) for row in material.samples[-1:]]
    return union(pieces)[:SPANS]


def _span(lane: str, start: datetime, end: datetime, tone: str, label: str) -> dict[str, Any]:
    return {"lane": lane, "start": start.isoformat(), "end": end.isoformat(), "tone": tone, "label": label}


def _days(commitment: Commitment, material: Material) -> dict[str, Any] | None:
    """The percentile or the mean of each day (UTC) for itself. The window's is that of all its events, and no mean of
    these."""
    if commitment.indicator.kind not in DISTRIBUTIONS:
        return None
    terms, bars = value_terms(commitment, commitment.target), []
    for day, rows in groupby(counting(commitment, material), key=lambda row: row.at.astimezone(UTC).date()):
        found = figure_of(commitment.indicator, list(rows), terms)
        if found.value is not None:
            bars.append({"label": f"{day:%m-%d}", "value": str(found.value), "light": str(found.light)})
    unit = commitment.indicator.unit
    return {"kind": "bars", "bars": bars, "target": str(commitment.target), "unit": unit} if bars else None


def past_bars(commitment: Commitment, windows: Sequence[EvaluationWindow]) -> dict[str, Any]:
    """One bar a judged window, oldest first, with its light."""
    bars = []
    for window in reversed(windows):
        shown = figures(window)
        if shown.attainment is not None:
            bars.append({"label": window.label, "value": str(shown.attainment), "light": shown.light})
    unit = commitment.indicator.unit if commitment.indicator.is_quantity else "%"
    return {"kind": "bars", "bars": bars, "target": str(commitment.target), "unit": unit}
