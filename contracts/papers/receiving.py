"""A large answer of the other side is read by a job, which receives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clm.access.permissions import get_visible, require
from clm.documents.blobs import blob_of, put_content, read_blob
from clm.documents.models import Blob
from clm.jobs.models import Job
from clm.jobs.runner import Progress, job_kind, start_job
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.models import Contract, Version
from contracts.models.version import Source
from contracts.operations.negotiation.receive_version import receive_version
from contracts.papers import put_paper
from contracts.papers.reading import MAX_BYTES
from contracts.papers.reading_jobs import UNREAD
from contracts.queries.changes import read_answer

RECEIVE = "contracts.receive_version"


def request_receiving(actor: Actor, *, contract_id: UUID, content: bytes, file_name: str, note: str = "") -> Job:
    """A job reads the document and receives it; its page says what is refused."""
    contract = get_visible(actor, Contract.objects.all(), contract_id)
    require(actor, RECEIVE, contract)
    if len(content) > MAX_BYTES:
        message = _("A document has at most 50 MB.")
        raise Invalid("too_large", message, fields={"file": [message]})
    blob = blob_of(put_content(actor.organization_id, content, UNREAD))
    parameters = {"contract_id": contract.pk, "blob_id": blob.pk, "file_name": file_name, "note": note}
    title = _("Read the answer %(file)s for %(reference)s") % {"file": file_name, "reference": contract.reference}
    return start_job(actor, kind=RECEIVE, title=title, parameters=parameters, subject=contract)


@job_kind(RECEIVE, leads_to=gettext_lazy("Look at their changes"))
def receive_document(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document is the other side's version. Work that died after receiving it answers that version."""
    contract_id = UUID(parameters["contract_id"])
    blob = Blob.objects.get(pk=parameters["blob_id"])
    progress.report(0, 3, _("Reading the document"))
    known = Version.objects.filter(contract_id=contract_id).order_by("number").last()
    if (
        known is None
        or known.blob_id != blob.pk
        or known.source != Source.RECEIVED
        or not progress.kept.get("was_read")
    ):
        answer = read_answer(read_blob(blob), parameters["file_name"])
        answer = replace(answer, paper=put_paper(progress.actor, answer.paper))
        progress.keep(was_read=True)
        progress.report(2, 3, _("Finding what changed"))
        known = receive_version(actor=progress.actor, contract_id=contract_id, answer=answer, note=parameters["note"])
    progress.report(3, 3)
    return {"url": reverse("changes", args=[contract_id]), "version": known.number}
