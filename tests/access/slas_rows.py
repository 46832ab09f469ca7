"""The rows of service levels."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from clm.accounts.roles import EVERYONE, INSIDE
from clm.documents.blobs import store_blob
from clm.jobs import runner
from clm.lib import clock
from slas.models import Alert, Breach, EvaluationWindow, Indicator
from slas.operations.activate_commitment import activate_commitment
from slas.operations.bind_commitment import bind_commitment
from slas.operations.exclusions import propose_exclusion
from slas.operations.file_evidence_bundle import file_evidence_bundle
from slas.operations.file_service_report import file_service_report
from slas.operations.ingest_samples import ingest_samples
from slas.operations.open_windows import open_windows
from slas.requests import request_back_test
from tests.access.table import Route
from tests.cast import Cast
from tests.slas.conftest import evaluator, judge, make_passage, terms, uptime

MANAGERS = {"account_manager", "legal", "procurement", "administrator", "integration"}
SENDERS = {"integration", "account_manager", "administrator"}
JUDGES = {"account_manager", "administrator"}
NOW = datetime(2026, 2, 10, tzinfo=UTC)

VERB_ROWS = {
    "slas.view_commitment": EVERYONE,
    "slas.bind_commitment": MANAGERS,
    "slas.change_commitment": MANAGERS,
    "slas.back_test_commitment": MANAGERS,
    "slas.activate_commitment": MANAGERS,
    "slas.end_commitment": MANAGERS,
    "slas.end_with_contract": set(),
    "slas.add_service": MANAGERS,
    "slas.add_indicator": MANAGERS,
    "slas.view_telemetry": INSIDE,
    "slas.ingest_samples": SENDERS,
    "slas.ingest_outages": SENDERS,
    "slas.propose_exclusion": MANAGERS,
    "slas.accept_exclusion": MANAGERS,
    "slas.dispute_exclusion": MANAGERS,
    "slas.withdraw_exclusion": MANAGERS,
    "slas.open_windows": set(),
    "slas.evaluate_window": JUDGES,
    "slas.view_alert": INSIDE,
    "slas.acknowledge_alert": MANAGERS,
    "slas.view_breach": EVERYONE,
    "slas.acknowledge_breach": MANAGERS,
    "slas.resolve_breach": MANAGERS,
    "slas.file_evidence_bundle": INSIDE,
    "slas.file_service_report": INSIDE,
}


def _passage(cast: Cast) -> dict[str, Any]:
    return {"passage_id": make_passage(cast["legal"]).pk}


def _contract(cast: Cast, name: str = "contract_id") -> dict[str, Any]:
    return {name: make_passage(cast["legal"]).version.contract_id}


def _draft(cast: Cast) -> dict[str, Any]:
    passage = make_passage(cast["legal"])
    given = terms(target=Decimal("99.9"))
    return {"pk": bind_commitment(actor=cast["legal"], passage_id=passage.pk, terms=given, indicator=uptime()).pk}


def _active(cast: Cast) -> dict[str, Any]:
    found = _draft(cast)
    activate_commitment(actor=cast["legal"], commitment_id=found["pk"])
    open_windows(actor=evaluator(cast["legal"]), commitment_id=found["pk"])
    return found


def _window(cast: Cast) -> dict[str, Any]:
    """January, missed."""
    commitment = _active(cast)
    key = Indicator.objects.get().key
    sample = {"indicator": key, "at": "2026-01-01T00:00Z", "status": "down"}
    ingest_samples(actor=cast["integration"], samples=[sample])
    window = EvaluationWindow.objects.get(commitment_id=commitment["pk"], label="2026-01")
    judge(cast["legal"], window, NOW)
    return {"pk": window.pk}


def _evaluation(cast: Cast) -> dict[str, Any]:
    return {"pk": EvaluationWindow.objects.get(pk=_window(cast)["pk"]).latest_id}


def _breach(cast: Cast) -> dict[str, Any]:
    _window(cast)
    return {"pk": Breach.objects.get().pk}


def _alert(cast: Cast) -> dict[str, Any]:
    """It has been down for ten minutes."""
    commitment = _active(cast)
    key = Indicator.objects.get().key
    sample = {"indicator": key, "at": (clock.now() - timedelta(minutes=10)).isoformat(), "status": "down"}
    ingest_samples(actor=cast["integration"], samples=[sample])
    window = EvaluationWindow.objects.filter(commitment_id=commitment["pk"]).latest("starts_at")
    judge(cast["legal"], window, clock.now())
    return {"pk": Alert.objects.get(kind="burn_page").pk}


def _exclusion(cast: Cast) -> dict[str, Any]:
    commitment = _active(cast)
    exclusion = propose_exclusion(
        actor=cast["legal"], commitment_id=commitment["pk"], kind="agreed", reason="x",
        starts_at=datetime(2026, 1, 2, tzinfo=UTC), ends_at=datetime(2026, 1, 3, tzinfo=UTC),
    )  # fmt: skip
    return {"pk": exclusion.pk}


def _bundle(cast: Cast) -> dict[str, Any]:
    breach = Breach.objects.get(pk=_breach(cast)["pk"])
    blob = store_blob(cast.organization.pk, b"%PDF-1", "application/pdf")
    filed = file_evidence_bundle(
        actor=cast["legal"], breach_id=breach.pk, evaluation_id=breach.evaluation_id, blob_id=blob.pk
    )
    return {"pk": filed.pk}


def _breach_with_bundle(cast: Cast) -> dict[str, Any]:
    _bundle(cast)
    return {"pk": Breach.objects.get().pk}


def _report(cast: Cast) -> dict[str, Any]:
    blob = store_blob(cast.organization.pk, b"%PDF-1", "application/pdf")
    contract_id = _contract(cast)["contract_id"]
    filed = file_service_report(
        actor=cast["legal"], contract_id=contract_id, month=clock.today().replace(day=1), blob_id=blob.pk
    )
    return {"pk": filed.pk}


def _back_test(cast: Cast) -> dict[str, Any]:
    job = request_back_test(cast["legal"], _draft(cast)["pk"], 2)
    runner.run(job.pk, cast.organization.pk)
    return {"pk": job.pk}


BUILDERS = {
    "slas-back-test": _back_test,
    "slas-passage": _passage,
    "slas-contract": _contract,
    "slas-contract-pk": lambda cast: _contract(cast, "pk"),
    "slas-draft": _draft,
    "slas-active": _active,
    "slas-window": _window,
    "slas-evaluation": _evaluation,
    "slas-alert": _alert,
    "slas-breach": _breach,
    "slas-exclusion": _exclusion,
    "slas-exclusion-accept": lambda cast: _exclusion(cast) | {"step": "accept"},
    "slas-bundle": _bundle,
    "slas-breach-with-bundle": _breach_with_bundle,
    "slas-report": _report,
}
REASON = {"reason": "because"}
SPAN = {"kind": "agreed", "starts_at": "2026-01-02T00:00", "ends_at": "2026-01-02T01:00", "reason": "x"}
TERMS = {"name": "A", "target": "99", "starts_on": "2026-01-01"}
INDICATOR = {"service_name": "Web", "key": "new", "kind": "uptime", "slice_minutes": "5"}

ROUTE_ROWS = [
    Route("commitments", "GET", EVERYONE),
    Route("commitment-bind", "GET", MANAGERS, key="slas-passage"),
    Route("commitment-bind", "POST", MANAGERS, key="slas-passage"),
    Route("back-test-new", "POST", MANAGERS, key="slas-draft", data={"months": "2"}),
    Route("back-test", "GET", MANAGERS, key="slas-back-test"),
    Route("commitment-bind-advice", "POST", MANAGERS, key="slas-passage"),
    Route("commitment-advice", "POST", MANAGERS, key="slas-draft"),
    Route("commitment", "GET", INSIDE, key="slas-active"),
    Route("commitment-edit", "GET", MANAGERS, key="slas-draft"),
    Route("commitment-edit", "POST", MANAGERS, key="slas-draft"),
    Route("commitment-activate", "POST", MANAGERS, key="slas-draft"),
    Route("commitment-end", "POST", MANAGERS, key="slas-draft"),
    Route("exclusion-new", "GET", MANAGERS, key="slas-active"),
    Route("exclusion-new", "POST", MANAGERS, key="slas-active", data=SPAN),
    Route("exclusion-settle", "POST", MANAGERS, key="slas-exclusion-accept", data=REASON),
    Route("alerts", "GET", INSIDE),
    Route("alert", "GET", INSIDE, key="slas-alert"),
    Route("alert-trace", "GET", INSIDE, key="slas-alert"),
    Route("alert-acknowledge", "POST", MANAGERS, key="slas-alert"),
    Route("breaches", "GET", EVERYONE),
    Route("breach", "GET", INSIDE, key="slas-breach"),
    Route("breach-acknowledge", "POST", MANAGERS, key="slas-breach"),
    Route("breach-resolve", "POST", MANAGERS, key="slas-breach", data=REASON),
    Route("breach-evidence", "POST", INSIDE, key="slas-breach"),
    Route("evidence-bundle", "GET", INSIDE, key="slas-bundle"),
    Route("service-report-new", "POST", INSIDE, key="slas-contract", data={"month": "2026-01"}),
    Route("service-report", "GET", INSIDE, key="slas-report"),
    Route("compliance-trace", "GET", EVERYONE),
    Route("window", "GET", INSIDE, key="slas-window"),
    Route("window-trace", "GET", INSIDE, key="slas-window"),
    Route("window-telemetry", "GET", INSIDE, key="slas-window"),
    Route("window-judge", "POST", JUDGES, key="slas-window"),
    Route("evaluation-trace", "GET", INSIDE, key="slas-evaluation"),
    Route("telemetry", "GET", INSIDE),
    Route("telemetry-upload", "GET", SENDERS),
    Route("telemetry-upload", "POST", SENDERS),
    Route("service-new", "GET", MANAGERS, key="slas-contract"),
    Route("service-new", "POST", MANAGERS, key="slas-contract", data={"name": "Mail"}),
    Route("indicator-new", "GET", MANAGERS, key="slas-contract"),
    Route("indicator-new", "POST", MANAGERS, key="slas-contract", data=INDICATOR),
    Route("api-services", "GET", EVERYONE),
    Route("api-services", "POST", MANAGERS, data={"name": "x"}),
    Route("api-indicators", "GET", INSIDE),
    Route("api-indicators", "POST", MANAGERS, data={"key": "x"}),
    Route("api-commitments", "GET", EVERYONE),
    Route("api-commitments", "POST", MANAGERS, data=TERMS),
    Route("api-commitment", "GET", INSIDE, key="slas-draft"),
    Route("api-commitment", "PUT", MANAGERS, key="slas-draft", data=TERMS),
    Route("api-commitment-activate", "POST", MANAGERS, key="slas-draft"),
    Route("api-commitment-end", "POST", MANAGERS, key="slas-draft"),
    Route("api-back-test", "POST", MANAGERS, key="slas-draft", data={"months": 2}),
    Route("api-advice", "POST", MANAGERS, data=TERMS),
    Route("api-commitment-advice", "GET", MANAGERS, key="slas-draft"),
    Route("api-presets", "GET", EVERYONE),
    Route("api-telemetry-samples", "POST", SENDERS, data={"samples": []}),
    Route("api-telemetry-outages", "POST", SENDERS, data={"outages": []}),
    Route("api-telemetry-csv", "POST", SENDERS),
    Route("api-telemetry-batches", "GET", INSIDE),
    Route("api-windows", "GET", EVERYONE),
    Route("api-window", "GET", INSIDE, key="slas-window"),
    Route("api-window-judge", "POST", JUDGES, key="slas-window"),
    Route("api-evaluations", "GET", EVERYONE),
    Route("api-evaluation", "GET", INSIDE, key="slas-evaluation"),
    Route("api-exclusions", "GET", EVERYONE),
    Route("api-exclusions", "POST", MANAGERS, data={"kind": "agreed"}),
    Route("api-exclusion", "GET", INSIDE, key="slas-exclusion"),
    Route("api-exclusion-accept", "POST", MANAGERS, key="slas-exclusion", data=REASON),
    Route("api-exclusion-dispute", "POST", MANAGERS, key="slas-exclusion", data=REASON),
    Route("api-exclusion-withdraw", "POST", MANAGERS, key="slas-exclusion", data=REASON),
    Route("api-alerts", "GET", INSIDE),
    Route("api-alert", "GET", INSIDE, key="slas-alert"),
    Route("api-alert-acknowledge", "POST", MANAGERS, key="slas-alert", data=REASON),
    Route("api-commitment-burn", "GET", INSIDE, key="slas-active"),
    Route("api-breaches", "GET", EVERYONE),
    Route("api-breach", "GET", INSIDE, key="slas-breach"),
    Route("api-breach-acknowledge", "POST", MANAGERS, key="slas-breach", data=REASON),
    Route("api-breach-resolve", "POST", MANAGERS, key="slas-breach", data=REASON),
    Route("api-breach-evidence", "POST", INSIDE, key="slas-breach"),
    Route("api-breach-evidence", "GET", INSIDE, key="slas-breach-with-bundle"),
    Route("api-service-report-new", "POST", INSIDE, key="slas-contract-pk", data={"month": "2026-01-01"}),
    Route("api-service-report", "GET", INSIDE, key="slas-report"),
]
