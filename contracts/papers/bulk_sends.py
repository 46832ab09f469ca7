"""The job that sends one text to many: row by row, each step a verb of its own, so that it goes on where it ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clm.access.permissions import get_visible, require
from clm.documents.blobs import read_blob
from clm.jobs.runner import Progress, job_kind
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from contracts.models import BulkRow, BulkSend, Version
from contracts.operations.bulk.send_bulk_row import (
    draft_bulk_row,
    prepare_bulk_row,
    refuse_bulk_row,
    send_bulk_row,
    usable_envelope,
)
from contracts.operations.bulk.start_bulk_send import KIND, VERB
from contracts.papers import Paper, put_paper, read_paper
from contracts.papers.envelopes import make_envelope_paper
from contracts.papers.outgoing import outgoing_bytes
from contracts.queries.bulk_sends import answers_of, bulk_rows, dry_run, facts_of
from contracts.queries.templates import make_paper


@job_kind(KIND, leads_to=gettext_lazy("Look at the rows"))
def send_in_bulk(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    bulk = get_visible(progress.actor, bulk_rows(), UUID(parameters["bulk_id"]))
    require(progress.actor, VERB, bulk)
    found = dry_run(bulk, BulkRow.objects.filter(bulk=bulk).order_by("number"))
    left = [each for each in found if each.row.sent_at is None]
    copied = _copy(progress.actor, bulk.version) if bulk.version else None
    refused = 0
    for done, finding in enumerate(left):
        progress.report(done, len(left), _("Row %(row)s") % {"row": finding.row.number})
        said = _sent(progress.actor, bulk, finding.row, finding.problems, copied)
        if said:
            refused += 1
            progress.problem(_("Row %(row)s") % {"row": finding.row.number}, said)
    progress.report(len(left), len(left))
    return {"sent": len(left) - refused, "refused": refused, "url": bulk.get_absolute_url()}


def _sent(actor: Actor, bulk: BulkSend, row: BulkRow, problems: tuple[str, ...], copied: Paper | None) -> str:
    """Empty where the row is out; else why it is not, which is kept with it."""
    try:
        if problems:
            raise DomainError("row_unfit", " ".join(problems))
        if row.contract_id is None:
            row = draft_bulk_row(actor=actor, row_id=row.pk, paper=copied or _made(actor, bulk, row))
        if usable_envelope(row) is None:
            newest = Version.objects.filter(contract=row.contract).latest("number")
            row = prepare_bulk_row(actor=actor, row_id=row.pk, paper=make_envelope_paper(actor, newest.pk))
        send_bulk_row(actor=actor, row_id=row.pk)
    except DomainError as refusal:
        said = refusal.message or refusal.code
        if isinstance(refusal, Invalid) and refusal.fields:
            said = " ".join([said, *(each for texts in refusal.fields.values() for each in texts if each != said)])
        refuse_bulk_row(actor=actor, row_id=row.pk, code=refusal.code, problem=said)
        return said
    return ""


def _made(actor: Actor, bulk: BulkSend, row: BulkRow) -> Paper:
    source = bulk.template_version
    if source is None:
        raise LookupError("a list without a template has a text that is copied")
    return put_paper(actor, make_paper(source, answers_of(bulk, facts_of(bulk, row))))


def _copy(actor: Actor, version: Version) -> Paper:
    """The document as others may have it, read once for all rows."""
    is_text = version.media_type.startswith("text/")
    content = read_blob(version.blob) if is_text else outgoing_bytes(version, talks=False)
    return put_paper(actor, read_paper(content, version.file_name))
