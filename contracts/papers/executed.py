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
from contracts.engine.signature_marks import path_of
from contracts.models import Envelope, EnvelopeEvent, Recipient, SignatureField
from contracts.operations.signing.attach_seal import SealedPapers, attach_seal, note_seal_failure
from contracts.papers.happened import happened, record_files
from contracts.papers.sealing import SealFailed, is_trial, level_to_come, seal_behind, seal_paper
from contracts.queries.amendments import signed_with
from contracts.queries.signing import (
    broken_event,
    envelope_rows,
    events_of,
    filled_fields,
    mark_of,
    names_when_sent,
    values_digest,
)

_DONE = (EnvelopeEvent.Kind.SIGNED, EnvelopeEvent.Kind.APPROVED)
# What stands beside a person's name on the certificate anyway.
_OWN = (SignatureField.Kind.SIGNATURE, SignatureField.Kind.NAME, SignatureField.Kind.DATE)
log = structlog.get_logger("contracts.signing")


def seal_envelope(envelope_id: UUID) -> bool:
    """The executed paper is made, sealed and attached; or the failure is noted, and it is tried again. Answers whether
    it is there. Within the organization's scope."""
    outside_transactions("a paper is sealed")
    envelope = envelope_rows().get(pk=envelope_id)
    actor = system_actor(DESK, envelope.organization_id)
    try:
        made = sealed_papers(envelope)
    except SealFailed as failure:
        note_seal_failure(actor=actor, envelope_id=envelope_id, error=str(failure))
        return False
    except Exception as failure:
        log.exception("executed_paper_failed", envelope=str(envelope_id))
        note_seal_failure(actor=actor, envelope_id=envelope_id, error=type(failure).__name__)
        return False
    attach_seal(actor=actor, envelope_id=envelope_id, made=made)
    return True


def sealed_papers(envelope: Envelope) -> SealedPapers:
    """The executed paper with its certificate in one sealed file. Where the paper bears signatures already, the
    certificate is a sealed file of its own, and the paper has our seal behind its signatures, if they still hold then;
    else it stays as it is, byte for byte."""
    reason = _("Executed: %(title)s") % {"title": envelope.title}
    house = envelope.organization_id
    if not envelope.paper_is_signed:
        sealed = seal_paper(executed_bytes(envelope), reason=reason)
        return SealedPapers(put_content(house, sealed.content, PDF), sealed.level, sealed.certificate)
    paper = read_blob(envelope.paper)
    with_seal = seal_behind(paper, reason=reason)
    executed = put_content(house, with_seal.content if with_seal else paper, PDF)
    proof = seal_paper(
        _with_record(PdfWriter(clone_from=_certificate(envelope, executed.sha256)), envelope), reason=reason
    )
    stored = put_content(house, proof.content, PDF)
    return SealedPapers(executed, proof.level, proof.certificate, stored)


def executed_bytes(envelope: Envelope) -> bytes:
    """The paper with what was filled in, then the certificate's pages; not sealed yet."""
    writer = _filled_in(envelope, filled_fields(envelope))
    writer.append(_certificate(envelope))
    writer.add_metadata({"/Title": envelope.title, "/Producer": "Covenant"})
    return _with_record(writer, envelope)


def _certificate(envelope: Envelope, executed_sha256: str = "") -> PdfReader:
    return PdfReader(io.BytesIO(certificate_bytes(envelope, executed_sha256)))


def _with_record(writer: PdfWriter, envelope: Envelope) -> bytes:
    """In the file, what the certificate's hashes are of: anybody computes them again."""
    for name, content in record_files(envelope, events_of(envelope)).items():
        writer.add_attachment(name, content)
    return _written(writer)


def paper_so_far(envelope: Envelope) -> bytes:
    """The paper as whoever opens it now reads it: with what others put on its pages before. Outside of every
    transaction."""
    rows = filled_fields(envelope)
    if envelope.paper_is_signed or not rows:
        return read_blob(envelope.paper)
    return _written(_filled_in(envelope, rows))


def _filled_in(envelope: Envelope, rows: Sequence[SignatureField]) -> PdfWriter:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(read_blob(envelope.paper))))
    for page, overlay in zip(writer.pages, _overlays(envelope, rows), strict=False):
        if overlay is not None:
            _put_over(page, overlay)
    return writer


def _written(writer: PdfWriter) -> bytes:
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def _put_over(page: PageObject, overlay: PageObject) -> None:
    """Over what is seen of the page: its box need not begin at the origin."""
    box = page.cropbox
    page.merge_transformed_page(overlay, Transformation().translate(float(box.left), float(box.bottom)))


def _overlays(envelope: Envelope, rows: Sequence[SignatureField]) -> list[PageObject | None]:
    """For each page a page with what was filled in there; none where nothing was."""
    filled: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        filled.setdefault(row.page, []).append(mark_of(row))
    if not filled:
        return [None] * len(envelope.pages)
    sheets = [{**envelope.pages[number - 1], "fields": marks} for number, marks in sorted(filled.items())]
    made = PdfReader(io.BytesIO(render_pdf(render_to_string("contracts/pdf/envelope_fields.html", {"sheets": sheets}))))
    by_page = dict(zip(sorted(filled), made.pages, strict=True))
    return [by_page.get(number) for number in range(1, len(envelope.pages) + 1)]


def certificate_bytes(envelope: Envelope, executed_sha256: str = "") -> bytes:
    """Who did what, when, from where, by which hashes: what a court reads. `executed_sha256`: of the executed paper,
    where this is a file of its own. Raises SealFailed where what was kept is not what was signed."""
    events = events_of(envelope)
    if (broken := broken_event(events)) is not None:
        raise SealFailed(_("Event %(number)s of this envelope was altered.") % {"number": broken})
    signed = [each for each in events if "values" in each.detail and each.kind in _DONE]
    if signed and signed[-1].detail["values"] != values_digest(envelope):
        raise SealFailed(_("What was filled in was altered after it was signed."))
    people = [each for each in envelope.recipients.all() if each.role != Recipient.Role.IN_COPY]
    filled = [mark_of(row) for row in filled_fields(envelope)]
    names = names_when_sent(envelope)
    context = {
        "executed_sha256": executed_sha256,
        "values": signed[-1].detail["values"] if signed else "",
        "sent": next((each for each in events if each.detail.get("unilateral")), None),
        "envelope": envelope,
        "contract": envelope.contract,
        "version": envelope.version,
        "amendment": signed_with(envelope),
        "people": [
            {
                "row": each,
                "party": names.get(each.party_id, each.party) if each.party_id else "",
                "done": _done(events, each),
                "path": path_of(each.drawing),
                "filled": [mark for mark in filled if mark["by"].pk == each.pk and mark["kind"] not in _OWN],
            }
            for each in people
        ],
        "events": happened(events),
        "last": events[-1].digest if events else "",
        "level": level_to_come(),
        "is_trial": is_trial(),
        "site": settings.SITE_URL,
    }
    return render_pdf(render_to_string("contracts/pdf/envelope_certificate.html", context))


def _done(events: Sequence[EnvelopeEvent], recipient: Recipient) -> EnvelopeEvent | None:
    """The event by which a recipient signed, approved, declined or passed it on."""
    ended = (*_DONE, EnvelopeEvent.Kind.DECLINED, EnvelopeEvent.Kind.FORWARDED)
    return next((each for each in events if each.recipient_id == recipient.pk and each.kind in ended), None)
