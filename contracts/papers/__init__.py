"""A document as it came, read into text and clauses, and the hash that stands for a version's exact content."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from clm.documents.blobs import StoredContent, put_content
from clm.documents.extraction import DOCX, Refused, extract
from clm.documents.extraction.extracted import ExtractedDocument, Mark
from clm.lib.actor import Actor
from clm.lib.canonical import digest
from clm.lib.errors import Invalid
from clm.lib.outside import outside_transactions
from contracts.adapters.stowaways import leaves_pictures_out
from contracts.adapters.surroundings import known_surroundings
from contracts.engine.outline import OutlinedClause, outline
from contracts.models import Terms

TERM_FIELDS = (
    "starts_on",
    "initial_months",
    "renewal",
    "renewal_months",
    "max_renewals",
    "notice_length",
    "notice_unit",
    "notice_roll",
    "clear_days",
    "day_ends_at",
    "holidays_country",
)


@dataclass(frozen=True)
class Paper:
    """A document that was read: its bytes, name, media type, text, outline, and what the reader should be warned of.

    `stored`: where its bytes stand, once they are put.
    """

    content: bytes
    file_name: str
    media_type: str
    page_count: int | None
    text: str
    clauses: tuple[OutlinedClause, ...]
    warnings: tuple[str, ...]
    stored: StoredContent | None = None
    # Half-open offsets into the text of words that are bold, italic or underlined.
    marks: tuple[Mark, ...] = ()
    # Of a Word file: what it shows beside its clauses, by kind.
    surroundings: Mapping[str, Sequence[str]] = field(default_factory=dict)


def read_paper(content: bytes, file_name: str) -> Paper:
    """The document's text and clauses, read in a bounded process: call outside of a transaction.

    Raises Invalid with the refusal's code (`wrong_type`, `encrypted`, `zip_bomb` ...) beside the field `file`.
    """
    outside_transactions("a document is read")
    with tempfile.NamedTemporaryFile(suffix=Path(file_name).suffix[:10]) as file:
        file.write(content)
        file.flush()
        try:
            document = extract(Path(file.name))
        except Refused as refusal:
            raise Invalid(refusal.code, refusal.message, fields={"file": [refusal.message]}) from refusal
    return Paper(
        content=content,
        file_name=Path(file_name).name[:250],
        media_type=document.media_type,
        page_count=document.page_count,
        text=document.text,
        clauses=outline(document.blocks),
        warnings=(*document.warnings, *_left_out(document, content)),
        marks=tuple(_marks(document)),
        surroundings=known_surroundings(content) if document.media_type == DOCX else {},
    )


def _left_out(document: ExtractedDocument, content: bytes) -> tuple[str, ...]:
    return ("pictures_left_out",) if document.media_type == DOCX and leaves_pictures_out(content) else ()


def _marks(document: ExtractedDocument) -> Iterator[Mark]:
    for (start, _end), block in zip(document.spans(), document.blocks, strict=True):
        yield from ((start + first, start + last, mark) for first, last, mark in block.marks)


def put_paper(actor: Actor, paper: Paper) -> Paper:
    """The paper with its bytes stored: outside of every transaction, unless they are stored already."""
    if paper.stored is not None:
        return paper
    return replace(paper, stored=put_content(actor.organization_id, paper.content, paper.media_type))


def terms_facts(terms: Terms | None) -> dict[str, Any] | None:
    """The terms as plain facts, in the form the content hash covers; None where none are set."""
    return None if terms is None else {name: getattr(terms, name) for name in TERM_FIELDS}


def content_hash(text: str, terms: Terms | None, document_sha256: str) -> str:
    """sha256 over the canonical form of text, terms and the attached document's own sha256."""
    return digest({"text": text, "terms": terms_facts(terms), "attachments": [document_sha256]})
