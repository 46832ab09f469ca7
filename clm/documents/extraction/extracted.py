"""What comes out of a document, and the one way of refusing it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["paragraph", "heading", "table_row", "list_item"]

BLOCK_SEPARATOR = "\n\n"
# Half-open offsets into a text, and "bold", "italic" or "underline".
Mark = tuple[int, int, str]

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
TEXT = "text/plain"

# The English sentence for every code. Pages translate by code; a more exact sentence may replace it.
MESSAGES: Mapping[str, str] = {
    "empty_file": "The file is empty.",
    "too_large": "The file is larger than is accepted.",
    "wrong_type": "Only Word documents (.docx), PDF and plain text are accepted.",
    "encrypted": "The document is protected by a password. Remove the protection and upload it again.",
    "zip_bomb": "The document unpacks to far more than a document needs, so it was not opened.",
    "xml_entities": "The document carries XML entity declarations, which no word processor writes.",
    "path_traversal": "The document holds a part whose name points outside the document.",
    "too_many_pages": "The document has more pages than are accepted.",
    "too_many_paragraphs": "The document has more paragraphs than are accepted.",
    "corrupt": "The document is damaged and cannot be read.",
    "too_slow": "Reading the document took too long, so it was stopped.",
    "too_much_memory": "Reading the document needs more memory than is allowed, so it was stopped.",
}


class Refused(Exception):
    """The document is not taken; `code` is one of MESSAGES, `message` a plain English sentence."""

    def __init__(self, code: str, message: str = "") -> None:
        self.code = code
        self.message = message or MESSAGES[code]
        super().__init__(f"{code}: {self.message}")

    def __reduce__(self) -> tuple[type[Refused], tuple[str, str]]:
        return Refused, (self.code, self.message)


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, list item or table row, in document order.

    `text` is as a reader sees it, so an automatic number stands at its start; `number` is that number
    as printed ("2.1.", "(a)", "Article IV"). `level` is the heading or list depth, from 1. `marks` are words that are
    bold, italic or underlined by themselves, not by the paragraph's style.
    """

    text: str
    style: str = ""
    level: int | None = None
    number: str | None = None
    kind: Kind = "paragraph"
    page: int | None = None
    marks: tuple[Mark, ...] = ()

    def as_json(self) -> list[Any]:
        return [self.text, self.style, self.level, self.number, self.kind, self.page, self.marks]

    @classmethod
    def from_json(cls, row: Sequence[Any]) -> Block:
        text, style, level, number, kind, page, marks = row
        read = tuple((start, end, mark) for start, end, mark in marks)
        return cls(text, style, level, number, kind, page, read)


@dataclass(frozen=True, slots=True)
class ExtractedDocument:
    """A document's text and blocks; `text` is the blocks' texts joined by BLOCK_SEPARATOR."""

    media_type: str
    text: str
    blocks: tuple[Block, ...]
    page_count: int | None = None
    warnings: tuple[str, ...] = ()

    def spans(self) -> Iterator[tuple[int, int]]:
        """Each block's half-open offsets into `text`, in order."""
        return block_spans(self.blocks)

    def as_json(self) -> dict[str, Any]:
        return {
            "media_type": self.media_type,
            "blocks": [block.as_json() for block in self.blocks],
            "page_count": self.page_count,
            "warnings": list(self.warnings),
        }


def block_spans(blocks: tuple[Block, ...]) -> Iterator[tuple[int, int]]:
    start = 0
    for block in blocks:
        yield start, start + len(block.text)
        start += len(block.text) + len(BLOCK_SEPARATOR)


def document_of(
    media_type: str,
    blocks: list[Block],
    *,
    page_count: int | None = None,
    warnings: tuple[str, ...] = (),
) -> ExtractedDocument:
    """The document made of the blocks that hold any text; `no_text` is warned of when none does."""
    kept = tuple(block for block in blocks if block.text.strip())
    if not kept:
        warnings = (*warnings, "no_text")
    text = BLOCK_SEPARATOR.join(block.text for block in kept)
    return ExtractedDocument(media_type, text, kept, page_count, warnings)


def from_json(data: Mapping[str, Any]) -> ExtractedDocument:
    """The document that `as_json` described."""
    return document_of(
        data["media_type"],
        [Block.from_json(row) for row in data["blocks"]],
        page_count=data["page_count"],
        warnings=tuple(w for w in data["warnings"] if w != "no_text"),
    )
