"""The papers of a comparison, a Word redline or a PDF: made by a job, because a long agreement takes seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clm.access.permissions import can, get_visible, require, visible
from clm.accounts.models import Organization
from clm.documents.blobs import put_content, store_blob
from clm.documents.extraction import DOCX, PDF, Refused
from clm.documents.extraction.limits import DEFAULT
from clm.documents.models import Blob
from clm.jobs.models import Job, JobState
from clm.jobs.runner import Progress, job_kind, start_job
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid, NotVisible
from clm.lib.pdf import render_pdf
from contracts import queries
from contracts.access import VIEW_INSIDE
from contracts.adapters.metadata import without_metadata
from contracts.adapters.outgoing import without_comments, without_hidden
from contracts.adapters.plain import docx_of_text
from contracts.adapters.redline import redline
from contracts.adapters.word_talk import Talk, with_talks
from contracts.engine.compare import ClauseText
from contracts.models import Contract, Version
from contracts.papers import read_paper
from contracts.papers.outgoing import outgoing_bytes
from contracts.papers.reader import beside, beside_paper, compared, folded, texts_of
from contracts.queries.paper_comments import talks_on

COMPARISON = "contracts.comparison_paper"
UNREAD = "application/octet-stream"


class PaperForm(models.TextChoices):
    WORD = "docx", gettext_lazy("Word redline")
    PDF = "pdf", "PDF"
    WHOLE = "whole", gettext_lazy("PDF of the whole text")


MEDIA_TYPES = {PaperForm.WORD: DOCX, PaperForm.PDF: PDF, PaperForm.WHOLE: PDF}
ENDINGS = {PaperForm.WORD: ".docx", PaperForm.PDF: ".pdf", PaperForm.WHOLE: "-whole.pdf"}


def request_comparison(actor: Actor, *, old_id: UUID | str, new_id: UUID | str, form: str) -> Job:
    """A job makes the paper of two versions of one contract that the actor sees; who sees them may have it."""
    require(actor, "contracts.request_comparison")
    new = get_visible(actor, queries.version_rows(), new_id)
    old = get_visible(actor, queries.version_rows().filter(contract_id=new.contract_id), old_id)
    what = {"form": PaperForm(form).label, "reference": new.contract.reference, "old": old.number, "new": new.number}
    parameters = {"contract_id": new.contract_id, "old_id": old.pk, "new_id": new.pk, "form": PaperForm(form).value}
    title = _("%(form)s of %(reference)s: version %(old)s to %(new)s") % what
    return start_job(actor, kind=COMPARISON, title=title, parameters=parameters, subject=new.contract)


def request_file_comparison(actor: Actor, *, version_id: UUID | str, content: bytes, file_name: str, form: str) -> Job:
    """A job makes the paper of a version and a file, which counts as the newer text. The file is no version's: its
    bytes are swept after a day."""
    require(actor, "contracts.request_file_comparison")
    old = get_visible(actor, queries.version_rows(), version_id)
    if len(content) > DEFAULT.file_bytes:
        message = _("A document has at most 50 MB.")
        raise Invalid("too_large", message, fields={"file": [message]})
    stored = put_content(actor.organization_id, content, UNREAD)
    what = {"form": PaperForm(form).label, "reference": old.contract.reference, "old": old.number, "file": file_name}
    parameters: dict[str, Any] = {"contract_id": old.contract_id, "old_id": old.pk, "form": PaperForm(form).value}
    parameters |= {"stored": stored.storage_name, "file_name": file_name[:250], "at": clock.now().isoformat()}
    title = _("%(form)s of %(reference)s: version %(old)s to %(file)s") % what
    return start_job(actor, kind=COMPARISON, title=title[:200], parameters=parameters, subject=old.contract)


@dataclass(frozen=True)
class Newer:
    """The newer text of a comparison: a version, or a file that is none."""

    title: str
    text: str
    media_type: str
    clauses: Sequence[ClauseText]
    at: datetime
    content: Callable[[], bytes]
    content_hash: str
    talks: Callable[[], Sequence[Talk]] = tuple
    around: Callable[[Version], Sequence[dict[str, Any]]] = lambda old: ()

    @classmethod
    def of_version(cls, version: Version) -> Newer:
        rows = texts_of(version)
        content = partial(outgoing_bytes, version, talks=False)
        name = _("Version %(number)s") % {"number": version.number}
        talks, at = partial(talks_on, version), version.shared_at or version.created_at
        around = partial(beside, new=version)
        return cls(name, version.text, version.media_type, rows, at, content, version.content_hash, talks, around)

    @classmethod
    def of_file(cls, parameters: Mapping[str, Any]) -> Newer:
        with default_storage.open(parameters["stored"]) as file:
            content = file.read()
        paper = read_paper(content, parameters["file_name"])
        rows = [ClauseText(each.number, each.heading, each.text) for each in paper.clauses]
        at, digest = datetime.fromisoformat(parameters["at"]), sha256(content).hexdigest()
        around = partial(beside_paper, paper=paper)
        kept = partial(without_comments, content)  # whose they are nobody knows, and a redline is made to be sent
        return cls(paper.file_name, paper.text, paper.media_type, rows, at, kept, digest, around=around)


@job_kind(COMPARISON, leads_to=gettext_lazy("Download the comparison"))
def comparison_paper(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The paper is stored. The same texts give the same redline, to the byte; a `note` says where it is made of the
    texts alone."""
    progress.report(0, 2)
    rows = queries.version_rows().select_related("blob", "created_by")
    old = get_visible(progress.actor, rows, parameters["old_id"])
    if parameters.get("stored"):
        new = Newer.of_file(parameters)
    else:
        new = Newer.of_version(get_visible(progress.actor, rows, parameters["new_id"]))
    form, note = PaperForm(parameters["form"]), ""
    if form == PaperForm.WORD:
        content, note = redline_of(old, new)
    else:
        is_whole = form == PaperForm.WHOLE
        content = pdf_of(old, new, hashes=can(progress.actor, VIEW_INSIDE), is_whole=is_whole)
    progress.report(1, 2)
    blob = store_blob(old.organization_id, content, MEDIA_TYPES[form])
    made = {"url": reverse("comparison-paper", args=[old.contract_id, blob.pk]), "paper_id": blob.pk}
    if "new_id" in parameters:
        asked = {"old": parameters["old_id"], "new": parameters["new_id"]}
        made["page"] = f"{reverse('version-compare', args=[old.contract_id])}?{urlencode(asked)}"
    return made | ({"note": note} if note else {})


def redline_of(old: Version, new: Newer) -> tuple[bytes, str]:
    """The newer Word file with tracked changes of the organization, dated when that text came in; and a note.

    Two Word files keep their looks. Where one of them is no Word file, or no exact redline of the two files comes out,
    the redline is made of the texts alone. Call outside of a transaction.
    """
    if old.media_type == new.media_type == DOCX:
        try:
            return _redline(old, new, _ready(outgoing_bytes(old, talks=False)), _ready(new.content())), ""
        except (Refused, DomainError):
            pass  # the texts below are what was read of both, and say all that differs
        note = _("No exact redline of the two files came out: this one is made of their texts, without their looks.")
    else:
        note = _("One of the two is no Word file: this redline is made of their texts, without their looks.")
    try:
        return _redline(old, new, docx_of_text(old.text), docx_of_text(new.text)), note
    except Refused as refusal:
        raise DomainError(refusal.code, refusal.message) from refusal


def _ready(docx: bytes) -> bytes:
    """Without what is hidden in it: a redline is made to be sent, and shows deleted words to everybody."""
    return without_metadata(without_hidden(docx))


def _redline(old: Version, new: Newer, before: bytes, after: bytes) -> bytes:
    author = Organization.objects.get(pk=old.organization_id).name
    made = redline(before, after, author=author, at=new.at, programs=programs())
    return with_talks(made, new.text, new.talks())


def programs() -> Path:
    """Where the programs of packages are unpacked, once."""
    return Path(settings.VAR_DIR) / "programs"


def pdf_of(old: Version, new: Newer, *, hashes: bool, is_whole: bool) -> bytes:
    """Every clause that was added, removed, moved or changed, and where the others stand; all of them if it `is_whole`.
    With the `hashes` of the contents for those who have the files. Call outside of a transaction."""
    found = compared(texts_of(old), new.clauses, new.around(old))
    if not is_whole:
        found["changes"] = folded(found["changes"])
    context = {"contract": old.contract, "old": old, "new": new, "hashes": hashes, **found}
    return render_pdf(render_to_string("contracts/pdf/comparison.html", context))


def comparison_blob(actor: Actor, contract: Contract, paper_id: UUID) -> tuple[Blob, str]:
    """The paper and its file name. Raises NotVisible unless a job that the actor sees made it for this contract, of
    versions that they still see."""
    jobs = visible(actor, Job.objects.filter(kind=COMPARISON, state=JobState.SUCCEEDED))
    job = jobs.filter(subject_id=contract.pk, result__paper_id=str(paper_id)).first()
    blob = Blob.objects.filter(pk=paper_id).first()
    if job is None or blob is None:
        raise NotVisible()
    sides = [job.parameters[side] for side in ("old_id", "new_id") if side in job.parameters]
    numbers = dict(visible(actor, Version.objects.filter(pk__in=sides)).values_list("pk", "number"))
    if len(numbers) < len(set(sides)):  # one of them was taken back
        raise NotVisible()
    names = [f"v{numbers[UUID(side)]}" for side in sides] + (["file"] if len(sides) == 1 else [])
    return blob, f"{contract.reference}-{'-'.join(names)}{ENDINGS[PaperForm(job.parameters['form'])]}"
