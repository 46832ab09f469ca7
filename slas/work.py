"""The long work of this app: telemetry files, and the papers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy

from clm.access.permissions import get_visible, require
from clm.documents.blobs import read_blob, store_blob
from clm.documents.models import Blob
from clm.jobs.runner import Progress, job_kind
from clm.lib import clock
from slas import papers, queries
from slas.adapters.telemetry_csv import Line, TelemetryFile, read_file
from slas.back_test import summary, tested, windows_back
from slas.operations.file_evidence_bundle import file_evidence_bundle
from slas.operations.file_service_report import file_service_report
from slas.operations.ingest_outages import ingest_outages
from slas.operations.ingest_samples import ingest_samples
from slas.operations.prepare_indicators import prepare_indicators

IMPORT = "slas.import_telemetry"
EVIDENCE = "slas.evidence_bundle"
REPORT = "slas.service_report"
BACK_TEST = "slas.back_test"
PORTION = 2000


@job_kind(IMPORT, leads_to=gettext_lazy("Open the telemetry"))
def import_telemetry(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Every row of the file is stored, or stands among the job's problems with its line and reason.

    Stored by portions, each counted in the transaction that stores it: work that resumes goes on after the last one,
    and its numbers are those of work that never stopped. `contract_id`: unknown keys become indicators of that
    contract; `indicator`: the key for files that name none.
    """
    content = read_blob(Blob.objects.get(pk=parameters["blob_id"]))
    file = read_file(content, indicator=str(parameters.get("indicator") or ""))
    if parameters.get("contract_id"):
        prepare_indicators(actor=progress.actor, contract_id=UUID(parameters["contract_id"]), keys=file.keys())
    counts = dict.fromkeys(("looked_at", "accepted", "duplicates", "refused"), 0) | progress.kept
    total = len(file.lines)
    progress.report(counts["looked_at"], total)
    for start in range(counts["looked_at"], total, PORTION):
        portion = file.lines[start : start + PORTION]
        with transaction.atomic():
            _store(progress, file, portion, counts)
            counts["looked_at"] = start + len(portion)
            progress.keep(**counts)
        progress.report(counts["looked_at"], total)
    del counts["looked_at"]
    return counts | {"rows": total, "shape": file.shape, "url": reverse("telemetry")}


def _store(progress: Progress, file: TelemetryFile, portion: list[Line], counts: dict[str, Any]) -> None:
    good = [line for line in portion if line.row is not None]
    rows = [line.row for line in good]
    if file.is_outages:
        batch = ingest_outages(actor=progress.actor, outages=rows, source="csv")
    else:
        batch = ingest_samples(actor=progress.actor, samples=rows, source="csv")
    found = [(line.number, line.problem) for line in portion if line.row is None]
    found += [(good[refusal["row"]].number, refusal["reason"]) for refusal in batch.refusals]
    for number, problem in sorted(found):
        progress.problem(f"line {number}", problem)
    counts["accepted"] += batch.accepted
    counts["duplicates"] += batch.duplicates
    counts["refused"] += batch.refused + len(portion) - len(good)


@job_kind(EVIDENCE, leads_to=gettext_lazy("Download the evidence"))
def evidence_bundle(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The breach's evidence as a PDF is filed."""
    breach_id = UUID(parameters["breach_id"])
    progress.report(0, 2, "")
    evaluation_id, content = papers.evidence_pdf(breach_id)
    blob = _stored(progress, content)
    bundle = file_evidence_bundle(
        actor=progress.actor, breach_id=breach_id, evaluation_id=evaluation_id, blob_id=blob.pk
    )
    return {"url": reverse("evidence-bundle", args=[bundle.pk]), "bundle_id": bundle.pk}


@job_kind(REPORT, leads_to=gettext_lazy("Download the report"))
def service_report(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The contract's report of one month as a PDF is filed."""
    contract_id, month = UUID(parameters["contract_id"]), date.fromisoformat(parameters["month"])
    progress.report(0, 2, "")
    blob = _stored(progress, papers.report_pdf(contract_id, month))
    report = file_service_report(actor=progress.actor, contract_id=contract_id, month=month, blob_id=blob.pk)
    return {"url": reverse("service-report", args=[report.pk]), "report_id": report.pk}


@job_kind(BACK_TEST, leads_to=gettext_lazy("Open the back-test"))
def back_test(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The windows of the last months as the commitment's terms would have judged them; nothing else is written."""
    commitment = get_visible(
        progress.actor, queries.commitment_in_full(progress.actor), UUID(parameters["commitment_id"])
    )
    require(progress.actor, "slas.back_test_commitment", commitment)
    now = clock.now()
    windows = windows_back(commitment, int(parameters["months"]), now)
    found = []
    for number, window in enumerate(windows):
        progress.report(number, len(windows), "")
        found.append(tested(commitment, window, now))
    return {
        "windows": found,
        "summary": summary(found),
        "commitment_id": commitment.pk,
        "months": parameters["months"],
        "url": reverse("back-test", args=[progress.job.pk]),
    }


def _stored(progress: Progress, content: bytes) -> Blob:
    blob = store_blob(progress.actor.organization_id, content, "application/pdf")
    progress.report(1, 2, "")
    return blob
