"""Long work that a person asks for: the job is queued, and its own verbs write what comes of it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from clm.access.permissions import get_visible, require, visible
from clm.documents.blobs import store_blob
from clm.jobs.models import Job
from clm.jobs.runner import start_job
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.models import Contract
from slas import queries
from slas.back_test import MOST_MONTHS, MOST_WINDOWS, windows_back
from slas.models import Breach, Indicator
from slas.work import BACK_TEST, EVIDENCE, IMPORT, REPORT

MAX_BYTES = 64 * 1024 * 1024


def request_import(
    actor: Actor, *, content: bytes, file_name: str, contract_id: UUID | None = None, indicator: str = ""
) -> Job:
    """The file is taken in by a job. `contract_id`: unknown keys become indicators of that contract."""
    require(actor, "slas.ingest_samples")
    require(actor, "slas.ingest_outages")
    if len(content) > MAX_BYTES:
        raise Invalid("file_too_large", "A telemetry file has at most 64 MiB; send it in parts.")
    contract = None
    if contract_id is not None:
        contract = get_visible(actor, Contract.objects.all(), contract_id)
        require(actor, "slas.add_indicator", contract)
    seen = visible(actor, Indicator.objects.select_related("service__contract"))
    known = seen.filter(key=indicator).first() if indicator else None
    if indicator and known is None and contract is None:
        raise Invalid("indicator_unknown", "No indicator has this key.", fields={"indicator": ["No such key."]})
    blob = store_blob(actor.organization_id, content, "text/csv")
    parameters = {"blob_id": blob.pk, "contract_id": contract_id, "indicator": indicator}
    title = _("Telemetry from %(file)s") % {"file": file_name}
    subject = known.service.contract if known is not None else contract
    return start_job(actor, kind=IMPORT, title=title, parameters=parameters, subject=subject)


def request_evidence(actor: Actor, breach_id: UUID) -> Job:
    """The breach's evidence bundle is printed and filed by a job."""
    breach = get_visible(actor, Breach.objects.all(), breach_id)
    require(actor, "slas.file_evidence_bundle", breach)
    title = _("Evidence bundle of %(reference)s") % {"reference": breach.reference}
    return start_job(actor, kind=EVIDENCE, title=title, parameters={"breach_id": breach.pk}, subject=breach)


def request_report(actor: Actor, contract_id: UUID, month: date) -> Job:
    """The contract's service report of a month is printed and filed by a job."""
    contract = get_visible(actor, Contract.objects.all(), contract_id)
    require(actor, "slas.file_service_report", contract)
    words = {"reference": contract.reference, "month": f"{month:%Y-%m}"}
    title = _("Service report of %(reference)s, %(month)s") % words
    parameters = {"contract_id": contract.pk, "month": month.replace(day=1)}
    return start_job(actor, kind=REPORT, title=title, parameters=parameters, subject=contract)


def request_back_test(actor: Actor, commitment_id: UUID, months: int) -> Job:
    """A job judges the last months by the commitment's terms. Raises Invalid `months_out_of_range`,
    `too_many_windows`."""
    commitment = get_visible(actor, queries.commitment_in_full(actor), commitment_id)
    require(actor, "slas.back_test_commitment", commitment)
    if not 1 <= months <= MOST_MONTHS:
        raise Invalid("months_out_of_range", "It looks back.", fields={"months": [f"From 1 to {MOST_MONTHS} months."]})
    if len(windows_back(commitment, months, clock.now())) > MOST_WINDOWS:
        text = f"So many months have more than {MOST_WINDOWS} windows; choose fewer."
        raise Invalid("too_many_windows", "It looks back too far.", fields={"months": [text]})
    title = _("Back-test of %(name)s over %(months)s months") % {"name": commitment.name, "months": months}
    parameters = {"commitment_id": commitment.pk, "months": months}
    return start_job(actor, kind=BACK_TEST, title=title, parameters=parameters, subject=commitment.contract)
