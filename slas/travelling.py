"""Which rows of this app leave with their organization: all of them."""

from __future__ import annotations

from clm.transfer.registry import register_travelling
from slas import models as rows


def register() -> None:
    register_travelling(
        rows.Alert, rows.Breach, rows.Commitment, rows.CreditTier, rows.Evaluation, rows.EvaluationWindow,
        rows.EvidenceBundle, rows.Exclusion, rows.Indicator, rows.Outage, rows.Rollup, rows.Sample, rows.Service,
        rows.ServiceReport, rows.StaleHour, rows.TargetRule, rows.TelemetryBatch,
    )  # fmt: skip
