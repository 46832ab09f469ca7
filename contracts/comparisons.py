"""The papers of a comparison, a Word redline or a PDF: made by a job, because a long agreement takes seconds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clm.access.permissions import get_visible, visible
from clm.accounts.models import Organization
from clm.documents.blobs import read_blob, store_blob
from clm.documents.extraction import DOCX, PDF, Refused
from clm.documents.models import Blob
from clm.jobs.models import Job, JobState
from clm.jobs.runner import Progress, job_kind, start_job
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, NotVisible
from clm.lib.pdf import render_pdf
from contracts import queries
from contracts.adapters.plain import docx_of_text
from contracts.adapters.redline import redline
from contracts.models import Contract, Version
from contracts.reader import comparison_of

COMPARISON = "contracts.comparison_paper"


class PaperForm(models.TextChoices):
    WORD = "docx", gettext_lazy("Word redline")
    PDF = "pdf", "PDF"


MEDIA_TYPES = {PaperForm.WORD: DOCX, PaperForm.PDF: PDF}


def request_comparison(actor: Actor, *, old_id: UUID | str, new_id: UUID | str, form: str) -> Job:
    """A job makes the paper of two versions of one contract that the actor sees; who sees them may have it."""
    new = get_visible(actor, queries.version_rows(), new_id)
    old = get_visible(actor, queries.version_rows().filter(contract_id=new.contract_id), old_id)
    what = {"form": PaperForm(form).label, "reference": new.contract.reference, "old": old.number, "new": new.number}
    parameters = {"contract_id": new.contract_id, "old_id": old.pk, "new_id": new.pk, "form": PaperForm(form).value}
    title = _("%(form)s of %(reference)s: version %(old)s to %(new)s") % what
    return start_job(actor, kind=COMPARISON, title=title, parameters=parameters, subject=new.contract)


@job_kind(COMPARISON)
def comparison_paper(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The paper is stored. The same versions give the same redline, to the byte."""
    progress.report(0, 2)
    rows = queries.version_rows().select_related("blob", "created_by")
    old, new = (get_visible(progress.actor, rows, parameters[side]) for side in ("old_id", "new_id"))
    form = PaperForm(parameters["form"])
    content = redline_of(old, new) if form == PaperForm.WORD else pdf_of(old, new)
    progress.report(1, 2)
    blob = store_blob(new.organization_id, content, MEDIA_TYPES[form])
    return {"url": reverse("comparison-paper", args=[new.contract_id, blob.pk]), "paper_id": blob.pk}


def redline_of(old: Version, new: Version) -> bytes:
    """The newer version's Word file with tracked changes of the organization, dated when that version came in.

    Two Word files keep their looks. Where one of them is no Word file, or no exact redline of the two files comes out,
    the redline is made of the texts alone. Call outside of a transaction.
    """
    if old.media_type == new.media_type == DOCX:
        try:
            return _redline(new, read_blob(old.blob), read_blob(new.blob))
        except Refused:
            pass  # the texts below are what was read of both, and say all that differs
    try:
        return _redline(new, docx_of_text(old.text), docx_of_text(new.text))
    except Refused as refusal:
        raise DomainError(refusal.code, refusal.message) from refusal


def _redline(new: Version, before: bytes, after: bytes) -> bytes:
    author = Organization.objects.get(pk=new.organization_id).name
    return redline(before, after, author=author, at=new.created_at, programs=programs())


def programs() -> Path:
    """Where the programs of packages are unpacked, once."""
    return Path(settings.VAR_DIR) / "programs"


def pdf_of(old: Version, new: Version) -> bytes:
    """Every clause of both versions with what was added, removed and moved. Call outside of a transaction."""
    context = {"contract": new.contract, "old": old, "new": new, **comparison_of(old, new)}
    return render_pdf(render_to_string("contracts/pdf/comparison.html", context))


def comparison_blob(actor: Actor, contract: Contract, paper_id: UUID) -> tuple[Blob, str]:
    """The paper and its file name. Raises NotVisible unless a job that the actor sees made it for this contract."""
    jobs = visible(actor, Job.objects.filter(kind=COMPARISON, state=JobState.SUCCEEDED))
    job = jobs.filter(subject_id=contract.pk, result__paper_id=str(paper_id)).first()
    blob = Blob.objects.filter(pk=paper_id).first()
    if job is None or blob is None:
        raise NotVisible()
    sides = (job.parameters["old_id"], job.parameters["new_id"])
    numbers = dict(Version.objects.filter(pk__in=sides).values_list("pk", "number"))
    old, new = (numbers[UUID(side)] for side in sides)
    return blob, f"{contract.reference}-v{old}-v{new}.{job.parameters['form']}"
