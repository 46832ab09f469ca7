"""The PDF that is signed: made of a version once, before its envelope, and never again."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pypdf import PdfReader, PdfWriter

from clm.access.permissions import get_visible
from clm.documents.blobs import StoredContent, put_content, store_blob
from clm.documents.extraction import PDF, Refused
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.outside import outside_transactions
from contracts import queries
from contracts.adapters.page_pictures import page_pictures
from contracts.models import Version
from contracts.papers.outgoing import outgoing_bytes
from contracts.queries.templates import print_version

PNG = "image/png"


@dataclass(frozen=True)
class EnvelopePage:
    """A page's size in points, and its stored picture."""

    width: float
    height: float
    picture: StoredContent


@dataclass(frozen=True)
class EnvelopePaper:
    """A version as the PDF that is signed, stored, with its pages."""

    version_id: UUID
    stored: StoredContent
    pages: tuple[EnvelopePage, ...]


def make_envelope_paper(actor: Actor, version_id: UUID) -> EnvelopePaper:
    """A PDF stays the PDF it is, apart from what never leaves the house; other documents are printed from their text.
    Call outside of a transaction. Raises DomainError with the refusal of a document that cannot be drawn."""
    outside_transactions("a paper for signature is made")
    version = get_visible(actor, queries.version_rows(), version_id)
    content = paper_bytes(version)
    try:
        drawn = page_pictures(content)
    except Refused as refusal:
        raise DomainError(refusal.code, refusal.message) from refusal
    pages = [
        EnvelopePage(each.width, each.height, put_content(actor.organization_id, each.picture, PNG)) for each in drawn
    ]
    return EnvelopePaper(version.pk, put_content(actor.organization_id, content, PDF), tuple(pages))


def put_scan(actor: Actor, content: bytes) -> tuple[StoredContent, list[dict[str, Any]]]:
    """What was signed on paper, stored as it is, with its pages as an envelope has them. Raises Invalid for what is no
    PDF that can be drawn. Outside of every transaction."""
    try:
        drawn = page_pictures(content)
    except Refused as refusal:
        raise Invalid(refusal.code, refusal.message, fields={"file": [refusal.message]}) from refusal
    house = actor.organization_id
    pages = [
        {"width": each.width, "height": each.height, "picture": str(store_blob(house, each.picture, PNG).pk)}
        for each in drawn
    ]
    return put_content(house, content, PDF), pages


def paper_bytes(version: Version) -> bytes:
    """The version as a PDF, upright, and without forms that a reader could still fill."""
    content = outgoing_bytes(version, talks=False) if version.media_type == PDF else print_version(version)
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    for page in writer.pages:
        page.transfer_rotation_to_content()
    writer._root_object.pop("/AcroForm", None)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()
