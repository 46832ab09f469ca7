"""The PDF that is signed: made of a version once, before its envelope, and never again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from clm.access.permissions import get_visible
from clm.documents.blobs import StoredContent, put_content, store_blob
from clm.documents.extraction import PDF, Refused
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.outside import outside_transactions
from contracts import queries
from contracts.adapters.signing_paper import signing_paper
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
    """A version as the PDF that is signed, stored, with its pages. `content_hash` is the version's as it was when this
    was made; `removed` and `is_signed` as in `SigningPaper`."""

    version_id: UUID
    content_hash: str
    stored: StoredContent
    pages: tuple[EnvelopePage, ...]
    removed: tuple[str, ...] = ()
    is_signed: bool = False


@dataclass(frozen=True)
class Scan:
    """A copy of what was signed on paper or elsewhere, stored as it is, with its pages as an envelope has them."""

    stored: StoredContent
    pages: tuple[dict[str, Any], ...]
    is_signed: bool = False


def make_envelope_paper(actor: Actor, version_id: UUID) -> EnvelopePaper:
    """A PDF stays the PDF it is, apart from what never leaves the house and what could act; one that bears signatures
    stays as it is, and other documents are printed from their text. Call outside of a transaction. Raises DomainError
    with the refusal of a document that cannot be sent or drawn."""
    outside_transactions("a paper for signature is made")
    version = get_visible(actor, queries.version_rows(), version_id)
    try:
        made = signing_paper(_printed(version))
    except Refused as refusal:
        raise DomainError(refusal.code, refusal.message) from refusal
    house = actor.organization_id
    pages = tuple(EnvelopePage(each.width, each.height, put_content(house, each.picture, PNG)) for each in made.pages)
    stored = put_content(house, made.content, PDF)
    return EnvelopePaper(version.pk, version.content_hash, stored, pages, made.removed, made.is_signed)


def put_scan(actor: Actor, content: bytes) -> Scan:
    """Raises Invalid for what is no PDF that can be drawn, and for one that could act. Outside of every transaction."""
    outside_transactions("a copy is stored")
    try:
        made = signing_paper(content, as_it_is=True)
    except Refused as refusal:
        raise Invalid(refusal.code, refusal.message, fields={"file": [refusal.message]}) from refusal
    house = actor.organization_id
    pages = tuple(
        {"width": each.width, "height": each.height, "picture": str(store_blob(house, each.picture, PNG).pk)}
        for each in made.pages
    )
    return Scan(put_content(house, content, PDF), pages, made.is_signed)


def _printed(version: Version) -> bytes:
    return outgoing_bytes(version, talks=False) if version.media_type == PDF else print_version(version)
