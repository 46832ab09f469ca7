"""What a miss is shown with: the stretches, samples, outages and exclusions behind a judgement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from clm.lib.intervals import Interval
from slas.models import Exclusion, Indicator, Outage
from slas.models.telemetry import IndicatorKind, SampleStatus

if TYPE_CHECKING:
    from slas.judging import Material, Seen

KEPT_ROWS = 500


def evidence_of(
    indicator: Indicator, material: Material, down: Iterable[Interval], inputs: dict[str, Any]
) -> dict[str, Any]:
    """At most 500 stretches or samples, `cut` says whether there were more."""
    bad = [[item.start, item.end] for item in down]
    samples = sorted(_failing(indicator, material), key=lambda row: row["at"])
    return {
        "summary": inputs,
        "down": bad[:KEPT_ROWS],
        "outages": [_outage(row) for row in material.outages[:KEPT_ROWS]],
        "samples": samples[:KEPT_ROWS],
        "cut": max(len(bad), len(material.outages), len(samples)) > KEPT_ROWS,
        "exclusions": [_exclusion(row) for row in material.exclusions[:KEPT_ROWS]],
    }


def _failing(indicator: Indicator, material: Material) -> Iterable[dict[str, Any]]:
    if indicator.kind == IndicatorKind.RATIO:
        failing = [row for row in material.samples if row.good != row.valid]
        worst = sorted(failing, key=lambda row: (row.valid or 0) - (row.good or 0), reverse=True)
        return [{"at": row.at, "good": row.good, "valid": row.valid} for row in worst[: KEPT_ROWS + 1]]
    if indicator.kind == IndicatorKind.UPTIME:
        return [{"at": row.at, "status": label_of(row)} for row in material.samples if row.status != SampleStatus.UP]
    return [{"at": row.at, "value": row.value} for row in material.samples]


def _outage(row: Outage) -> dict[str, Any]:
    return {"external_id": row.external_id, "starts_at": row.starts_at, "ends_at": row.ends_at, "title": row.title}


def _exclusion(row: Exclusion) -> dict[str, Any]:
    return {"id": row.pk, "kind": row.kind, "starts_at": row.starts_at, "ends_at": row.ends_at, "reason": row.reason}


def label_of(sample: Seen | None) -> str | None:
    """The status a sample reports."""
    return None if sample is None or sample.status is None else SampleStatus(sample.status).label
