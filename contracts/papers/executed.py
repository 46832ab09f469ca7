"""The executed paper: what was signed with the signatures in their places, and a certificate of everything that
happened, in one sealed PDF. Made outside of every transaction, and tried again until it is there."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from pypdf import PageObject, PdfReader, PdfWriter, Transformation

from clm.access.permissions import system_actor
from clm.documents.blobs import put_content, read_blob
from clm.documents.extraction import PDF
from clm.lib.outside import outside_transactions
from clm.lib.pdf import render_pdf
from contracts.access.signing import DESK
from contracts.models import Envelope, EnvelopeEvent, Recipient, SignatureField
from contracts.operations.signing.attach_seal import attach_seal, note_seal_failure
from contracts.papers.sealing import SealFailed, is_trial, level_to_come, seal_paper
from contracts.queries.signing import broken_event, envelope_rows

log = structlog.get_logger("contracts.signing")


def seal_envelope(envelope_id: UUID) -> bool:
    """The executed paper is made, sealed and attached; or the failure is noted, and it is tried again. Answers whether
    it is there. Within the organization's scope."""
    outside_transactions("a paper is sealed")
    envelope = envelope_rows().get(pk=envelope_id)
    actor = system_actor(DESK, envelope.organization_id)
    try:
        sealed = seal_paper(executed_bytes(envelope), reason=_("Executed: %(title)s") % {"title": envelope.title})
        stored = put_content(envelope.organization_id, sealed.content, PDF)
    except SealFailed as failure:
        note_seal_failure(actor=actor, envelope_id=envelope_id, error=str(failure))
        return False
    except Exception as failure:
        log.exception("executed_paper_failed", envelope=str(envelope_id))
        note_seal_failure(actor=actor, envelope_id=envelope_id, error=type(failure).__name__)
        return False
    attach_seal(actor=actor, envelope_id=envelope_id, stored=stored, level=sealed.level, certificate=sealed.certificate)
    return True


def executed_bytes(envelope: Envelope) -> bytes:
    """The paper with what was filled in, then the certificate's pages; not sealed yet."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(read_blob(envelope.paper))))
    for page, overlay in zip(writer.pages, _overlays(envelope), strict=False):
        if overlay is not None:
            _put_over(page, overlay)
    writer.append(PdfReader(io.BytesIO(certificate_bytes(envelope))))
    writer.add_metadata({"/Title": envelope.title, "/Producer": "Covenant"})
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def _put_over(page: PageObject, overlay: PageObject) -> None:
    """Over what is seen of the page: its box need not begin at the origin."""
    box = page.cropbox
    page.merge_transformed_page(overlay, Transformation().translate(float(box.left), float(box.bottom)))


def _overlays(envelope: Envelope) -> list[PageObject | None]:
    """For each page a page with what was filled in there; none where nothing was."""
    filled: dict[int, list[SignatureField]] = {}
    for recipient in envelope.recipients.all():
        for row in recipient.fields.all():
            if row.value:
                filled.setdefault(row.page, []).append(row)
    if not filled:
        return [None] * len(envelope.pages)
    sheets = [{**envelope.pages[number - 1], "fields": _shown(rows)} for number, rows in sorted(filled.items())]
    made = PdfReader(io.BytesIO(render_pdf(render_to_string("contracts/pdf/envelope_fields.html", {"sheets": sheets}))))
    by_page = dict(zip(sorted(filled), made.pages, strict=True))
    return [by_page.get(number) for number in range(1, len(envelope.pages) + 1)]


def _shown(rows: Sequence[SignatureField]) -> list[dict[str, Any]]:
    """What is printed in a place, no larger than the place: in points."""
    return [
        {
            "kind": row.kind,
            "value": "✓" if row.kind == SignatureField.Kind.CHECKBOX else row.value,
            "x": row.x, "y": row.y, "width": row.width, "height": row.height,
            "size": _size(row),
            "by": row.recipient,
        }
        for row in rows
    ]  # fmt: skip


def _size(row: SignatureField) -> float:
    """Type that fits the place: a letter is about half as wide as it is high."""
    by_height = float(row.height) * 0.62
    by_width = float(row.width) / max(len(row.value), 1) / 0.52
    return round(max(5.0, min(by_height, by_width, 22.0)), 1)


def certificate_bytes(envelope: Envelope) -> bytes:
    """Who did what, when, from where, by which hashes: what a court reads."""
    events = list(EnvelopeEvent.objects.filter(envelope=envelope).select_related("recipient").order_by("number"))
    if (broken := broken_event(events)) is not None:
        raise SealFailed(_("Event %(number)s of this envelope was altered.") % {"number": broken})
    people = [each for each in envelope.recipients.all() if each.role != Recipient.Role.IN_COPY]
    context = {
        "envelope": envelope,
        "contract": envelope.contract,
        "version": envelope.version,
        "people": [{"row": each, "done": _done(events, each)} for each in people],
        "events": events,
        "level": level_to_come(),
        "is_trial": is_trial(),
        "site": settings.SITE_URL,
    }
    return render_pdf(render_to_string("contracts/pdf/envelope_certificate.html", context))


def _done(events: Sequence[EnvelopeEvent], recipient: Recipient) -> EnvelopeEvent | None:
    """The event by which a recipient signed, approved, declined or passed it on."""
    kinds = EnvelopeEvent.Kind
    done = (kinds.SIGNED, kinds.APPROVED, kinds.DECLINED, kinds.FORWARDED)
    return next((each for each in events if each.recipient_id == recipient.pk and each.kind in done), None)
