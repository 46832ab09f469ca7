"""Facts about service levels: one function per fact, which builds its payload."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from clm.events.record import Event
from slas.models import (
    Alert,
    Breach,
    Commitment,
    Evaluation,
    EvaluationWindow,
    EvidenceBundle,
    Exclusion,
    Indicator,
    Service,
    ServiceReport,
    TelemetryBatch,
)
from slas.terms import facts_of, terms_of


def service_added(service: Service) -> Event:
    return Event(
        type="service.added",
        verb="slas.add_service",
        subject=service,
        contract_id=service.contract_id,
        after={"name": service.name},
        payload={"service_id": service.pk, "contract_id": service.contract_id},
    )


def indicator_added(indicator: Indicator) -> Event:
    names = (
        "key", "name", "kind", "unit", "is_degraded_up", "silence_minutes", "slice_minutes", "aggregation",
        "percentile", "expected_every_minutes", "condition_operator", "condition_threshold", "service_id",
    )  # fmt: skip
    return Event(
        type="indicator.added",
        verb="slas.add_indicator",
        subject=indicator,
        contract_id=indicator.service.contract_id,
        after={name: getattr(indicator, name) for name in names},
        payload={"indicator_id": indicator.pk, "service_id": indicator.service_id},
    )


def commitment_bound(commitment: Commitment) -> Event:
    after = dict(facts_of(terms_of(commitment))) | {
        "indicator_id": commitment.indicator_id,
        "passage_id": commitment.passage_id,
        "version_id": commitment.version_id,
    }
    return _commitment("commitment.bound", "slas.bind_commitment", commitment, after=after)


def commitment_changed(commitment: Commitment, before: Mapping[str, Any], after: Mapping[str, Any]) -> Event:
    """Only the fields that changed."""
    changed = {name for name in after if before.get(name) != after[name]}
    return _commitment(
        "commitment.changed",
        "slas.change_commitment",
        commitment,
        before={name: before.get(name) for name in changed},
        after={name: after[name] for name in changed},
    )


def commitment_activated(commitment: Commitment, previous: str) -> Event:
    after = {"state": commitment.state, "starts_on": commitment.starts_on}
    return _commitment(
        "commitment.activated", "slas.activate_commitment", commitment, before={"state": previous}, after=after
    )


def commitment_ended(
    commitment: Commitment, previous: str, former: date | None, reason: str, verb: str = "slas.end_commitment"
) -> Event:
    """Measuring has ended; `former` is the last day that was set before, if any was."""
    after = {"state": commitment.state, "ends_on": commitment.ends_on}
    before = {"state": previous, "ends_on": former}
    return _commitment("commitment.ended", verb, commitment, before=before, after=after, reason=reason)


def commitment_end_set(commitment: Commitment, former: date | None, windows: int, reason: str, verb: str) -> Event:
    """Measuring will end, or has ended, on another day; `windows` is how many there are up to it. No day and no
    windows: nothing of it was measured after all. `commitment.ended` is a fact of its own, when that day has come."""
    after = {"ends_on": commitment.ends_on, "windows": windows}
    return _commitment("commitment.end_set", verb, commitment, before={"ends_on": former}, after=after, reason=reason)


def windows_opened(commitment: Commitment, labels: list[str]) -> Event:
    after = {"opened": len(labels), "first": labels[0], "last": labels[-1]}
    return _commitment("windows.opened", "slas.open_windows", commitment, after=after)


def telemetry_ingested(verb: str, batch: TelemetryBatch) -> Event:
    names = ("source", "digest", "received", "accepted", "replaced", "duplicates", "refused", "first_at", "last_at")
    return Event(
        type="telemetry.ingested",
        verb=verb,
        subject=batch,
        after={name: getattr(batch, name) for name in names},
        payload={"batch_id": batch.pk},
    )


def exclusion_moved(verb: str, exclusion: Exclusion, previous: str = "", reason: str = "") -> Event:
    """exclusion.<state>: proposed, accepted, disputed, withdrawn."""
    commitment = exclusion.commitment
    after = {name: getattr(exclusion, name) for name in ("state", "kind", "starts_at", "ends_at", "announced_at")}
    return Event(
        type=f"exclusion.{exclusion.state}",
        verb=verb,
        subject=exclusion,
        contract_id=commitment.contract_id,
        before={"state": previous} if previous else {},
        after=after,
        payload={
            "exclusion_id": exclusion.pk,
            "commitment_id": commitment.pk,
            "contract_id": commitment.contract_id,
        },
        reason=reason or exclusion.reason,
    )


def light_changed(window: EvaluationWindow, before: str) -> Event:
    return _window("window.light_changed", window, before={"light": before}, after={"light": window.light})


def evaluation_recorded(evaluation: Evaluation, window: EvaluationWindow) -> Event:
    """The sealing entry: `after["digest"]` vouches for every figure of the evaluation."""
    names = ("revision", "outcome", "reason", "attainment", "good", "bad", "excluded", "unmeasured", "digest")
    return Event(
        type="evaluation.recorded",
        verb="slas.evaluate_window",
        subject=evaluation,
        contract_id=window.commitment.contract_id,
        after={name: getattr(evaluation, name) for name in names} | {"window": window.label},
        payload=_window_keys(window) | {"evaluation_id": evaluation.pk, "outcome": evaluation.outcome},
    )


def window_closed(window: EvaluationWindow) -> Event:
    before, after = {"state": "provisional"}, {"state": window.state, "evaluation_id": window.latest_id}
    return _window("window.closed", window, before=before, after=after, evaluation_id=window.latest_id)


def breach_followed(type_: str, breach: Breach, previous: str = "", reason: str = "") -> Event:
    """breach.opened (again too, after a withdrawal), breach.revised, breach.withdrawn."""
    after = {
        "reference": breach.reference,
        "state": breach.state,
        "evaluation_id": breach.evaluation_id,
        "evidence_digest": breach.evidence_digest,
    }
    return Event(
        type=type_,
        verb="slas.evaluate_window",
        subject=breach,
        contract_id=breach.contract_id,
        before={"state": previous} if previous else {},
        after=after,
        payload=breach_keys(breach),
        reason=reason,
    )


def breach_moved(verb: str, breach: Breach, previous: str, note: str) -> Event:
    """breach.<state>: acknowledged, resolved."""
    return Event(
        type=f"breach.{breach.state}",
        verb=verb,
        subject=breach,
        contract_id=breach.contract_id,
        before={"state": previous},
        after={"state": breach.state},
        payload=breach_keys(breach),
        reason=note,
    )


def alert_moved(verb: str, alert: Alert, previous: str = "", note: str = "") -> Event:
    """alert.opened, alert.acknowledged, alert.cleared."""
    return Event(
        type=f"alert.{alert.state}" if previous else "alert.opened",
        verb=verb,
        subject=alert,
        contract_id=alert.contract_id,
        before={"state": previous} if previous else {},
        after={"state": alert.state} | ({} if previous else _burning(alert)),
        payload={"alert_id": alert.pk, "commitment_id": alert.commitment_id, "contract_id": alert.contract_id},
        reason=note,
    )


def _burning(alert: Alert) -> dict[str, Any]:
    worst = alert.figures["worst"]
    return {"kind": alert.kind, "burn_rate": worst["long_rate"], "threshold": worst["threshold"]}


def evidence_filed(bundle: EvidenceBundle) -> Event:
    return Event(
        type="evidence.filed",
        verb="slas.file_evidence_bundle",
        subject=bundle,
        contract_id=bundle.breach.contract_id,
        after={"breach": bundle.breach.reference, "sha256": bundle.blob.sha256, "evaluation_id": bundle.evaluation_id},
        payload={"bundle_id": bundle.pk, "breach_id": bundle.breach_id},
    )


def report_filed(report: ServiceReport) -> Event:
    return Event(
        type="service_report.filed",
        verb="slas.file_service_report",
        subject=report,
        contract_id=report.contract_id,
        after={"month": report.month, "sha256": report.blob.sha256},
        payload={"report_id": report.pk, "contract_id": report.contract_id},
    )


def breach_keys(breach: Breach) -> dict[str, Any]:
    return {
        "breach_id": breach.pk,
        "evaluation_id": breach.evaluation_id,
        "window_id": breach.window_id,
        "commitment_id": breach.commitment_id,
        "contract_id": breach.contract_id,
    }


def _commitment(type_: str, verb: str, commitment: Commitment, **facts: Any) -> Event:
    return Event(
        type=type_,
        verb=verb,
        subject=commitment,
        contract_id=commitment.contract_id,
        payload={"commitment_id": commitment.pk, "contract_id": commitment.contract_id},
        **facts,
    )


def _window(type_: str, window: EvaluationWindow, before: Any, after: Any, **keys: Any) -> Event:
    return Event(
        type=type_,
        verb="slas.evaluate_window",
        subject=window,
        contract_id=window.commitment.contract_id,
        before=before,
        after=after,
        payload=_window_keys(window) | {"light": window.light} | keys,
    )


def _window_keys(window: EvaluationWindow) -> dict[str, Any]:
    commitment = window.commitment
    return {"window_id": window.pk, "commitment_id": commitment.pk, "contract_id": commitment.contract_id}
