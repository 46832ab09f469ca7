"""The papers of amendments as downloads: what says what changes, and what shows that a party accepted."""

from __future__ import annotations

import io
from uuid import UUID

from django.http import FileResponse

from clm.access.permissions import can
from clm.documents.blobs import open_blob, read_blob
from clm.documents.extraction import DOCX, PDF, Refused
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, NotVisible
from contracts.access import VIEW_INSIDE
from contracts.access.other_side import SUFFIXES
from contracts.adapters.outgoing import clean_pdf, clean_upload
from contracts.models import Amendment, AmendmentAnswer
from contracts.queries.disposed import check_not_disposed


def instrument_file(actor: Actor, amendment: Amendment) -> FileResponse:
    """As it was uploaded; for the other side without what says who made it, named by the contract. Call outside of a
    transaction. Raises NotVisible where there is none."""
    check_not_disposed(amendment.contract)
    blob, kind = amendment.instrument, amendment.instrument_media_type
    if blob is None:
        raise NotVisible
    if can(actor, VIEW_INSIDE):
        return _download(open_blob(blob), amendment.instrument_name, kind)
    try:
        content = read_blob(blob)
        shown = clean_pdf(content) if kind == PDF else clean_upload(content) if kind == DOCX else content
    except Refused as refusal:
        raise DomainError(refusal.code, refusal.message) from refusal
    return _download(io.BytesIO(shown), shared_name(amendment), kind)


def shared_name(amendment: Amendment) -> str:
    """What the instrument is called for the other side: what we call our files says what we think of them."""
    suffix = SUFFIXES.get(amendment.instrument_media_type, ".txt")
    return f"{amendment.contract.reference}-amendment-{amendment.number}{suffix}" if amendment.instrument_id else ""


def evidence_file(amendment: Amendment, part_id: UUID) -> FileResponse:
    """Of the answer that counts; what a file of unknown origin is, no browser opens in place."""
    check_not_disposed(amendment.contract)
    rows = AmendmentAnswer.objects.filter(amendment=amendment, part=part_id, voided_at=None)
    answer = rows.select_related("evidence").first()
    if answer is None or answer.evidence is None:
        raise NotVisible
    return _download(open_blob(answer.evidence), answer.evidence_name, "application/octet-stream")


def _download(content: object, name: str, kind: str) -> FileResponse:
    response = FileResponse(content, as_attachment=True, filename=name, content_type=kind)  # type: ignore[arg-type]
    response["X-Content-Type-Options"] = "nosniff"
    return response
