"""The long work of this app: a large document is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clm.access.permissions import visible
from clm.documents.blobs import read_blob
from clm.documents.extraction.limits import DEFAULT
from clm.documents.models import Blob
from clm.jobs.models import Job, JobState
from clm.jobs.runner import Progress, job_kind
from clm.lib.actor import Actor
from contracts.models import Contract, Version
from contracts.operations.add_version import add_version
from contracts.operations.set_terms import set_terms
from contracts.papers import Paper, put_paper, read_paper

IMPORT = "contracts.import_version"
MAX_BYTES = DEFAULT.file_bytes
UNFINISHED = (JobState.QUEUED, JobState.RUNNING, JobState.FAILED)


@job_kind(IMPORT, leads_to=gettext_lazy("Open the version"))
def import_version(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document is the contract's next version. Work that died after adding it answers that version."""
    contract_id = UUID(parameters["contract_id"])
    blob = Blob.objects.get(pk=parameters["blob_id"])
    progress.report(0, 3, _("Reading the document"))
    known = Version.objects.filter(contract_id=contract_id).order_by("number").last()
    if known is not None and known.blob_id == blob.pk and progress.kept.get("was_read"):
        return _result(known)
    paper = put_paper(progress.actor, read_paper(read_blob(blob), parameters["file_name"]))
    progress.keep(was_read=True)
    progress.report(2, 3, _("Filing text and clauses"))
    version = _file(progress.actor, contract_id, paper, parameters)
    progress.report(3, 3)
    return _result(version)


@transaction.atomic
def _file(actor: Actor, contract_id: UUID, paper: Paper, parameters: Mapping[str, Any]) -> Version:
    """Version and terms, or neither."""
    version = add_version(actor=actor, contract_id=contract_id, paper=paper, note=parameters["note"])
    terms = parameters.get("terms")
    if terms:
        dated = {**terms, "starts_on": date.fromisoformat(terms["starts_on"])}
        set_terms(actor=actor, version_id=version.pk, terms=dated)
    return version


def _result(version: Version) -> Mapping[str, Any]:
    return {"url": reverse("version", args=[version.pk]), "version": version.number}


def reading_of(actor: Actor, contract: Contract, newest: Version | None) -> Job | None:
    """The job that reads, or failed to read, a document for the contract since its newest version was added."""
    jobs: QuerySet[Job] = visible(actor, Job.objects.filter(kind=IMPORT, state__in=UNFINISHED))
    jobs = jobs.filter(subject_id=contract.pk)
    if newest is not None:
        jobs = jobs.filter(created_at__gt=newest.created_at)
    return jobs.order_by("-id").first()
