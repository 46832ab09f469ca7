"""What a miss is shown with: the stretches, samples, outages and exclusions behind a judgement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import F

from clm.lib.intervals import Interval
from slas.models import Exclusion, Outage, Sample
from slas.models.telemetry import DISTRIBUTIONS, IndicatorKind, SampleStatus

if TYPE_CHECKING:
    from slas.material import Material
    from slas.seen import Seen

KEPT_ROWS = 500


def evidence_of(material: Material, down: Iterable[Interval], inputs: dict[str, Any]) -> dict[str, Any]:
    """At most 500 stretches or samples, `cut` says whether there were more."""
    bad = [[item.start, item.end] for item in down]
    samples = sorted(_failing(material), key=lambda row: row["at"])
    return {
        "summary": inputs,
        "down": bad[:KEPT_ROWS],
        "outages": [_outage(row) for row in material.outages[:KEPT_ROWS]],
        "samples": samples[:KEPT_ROWS],
        "cut": max(len(bad), len(material.outages), len(samples)) > KEPT_ROWS,
        "exclusions": [_exclusion(row) for row in material.exclusions[:KEPT_ROWS]],
    }


def _failing(material: Material) -> Iterable[dict[str, Any]]:
    """The samples themselves, which a judgement may have read summed up; the worst of a ratio, else the first."""
    span = material.interval
    rows = Sample.objects.filter(indicator=material.indicator, at__gte=span.start, at__lt=span.end)
    kind = material.indicator.kind
    if kind == IndicatorKind.RATIO:
        names: tuple[str, ...] = ("at", "good", "valid")
        found = rows.filter(good__lt=F("valid")).order_by(F("good") - F("valid"), "at")
    elif kind == IndicatorKind.UPTIME:
        names, found = ("at", "status"), rows.exclude(status=SampleStatus.UP).order_by("at")
    else:
        told = ("valid",) if kind in DISTRIBUTIONS else ()
        names, found = ("at", "value", *told), rows.order_by("at")
    for row in found.values(*names)[: KEPT_ROWS + 1]:
        yield row | ({"status": SampleStatus(row["status"]).label} if "status" in row else {})


def _outage(row: Outage) -> dict[str, Any]:
    return {"external_id": row.external_id, "starts_at": row.starts_at, "ends_at": row.ends_at, "title": row.title}


def _exclusion(row: Exclusion) -> dict[str, Any]:
    return {"id": row.pk, "kind": row.kind, "starts_at": row.starts_at, "ends_at": row.ends_at, "reason": row.reason}


def label_of(sample: Seen | None) -> str | None:
    """The status a sample reports."""
    return None if sample is None or sample.status is None else SampleStatus(sample.status).label
