"""From bytes to a document, by what the bytes are."""

from __future__ import annotations

from collections.abc import Callable

from clm.documents.extraction import docx, text
from clm.documents.extraction.detect import detect_media_type
from clm.documents.extraction.extracted import DOCX, PDF, TEXT, ExtractedDocument, Refused
from clm.documents.extraction.limits import DEFAULT, Limits


def _read_pdf(data: bytes, limits: Limits) -> ExtractedDocument:
    """Its library is loaded for a PDF alone: this process starts for every document."""
    from clm.documents.extraction.pdf import read_pdf

    return read_pdf(data, limits)


READERS: dict[str, Callable[[bytes, Limits], ExtractedDocument]] = {
    DOCX: docx.read_docx,
    PDF: _read_pdf,
    TEXT: text.read_text,
}


def read_document(data: bytes, limits: Limits = DEFAULT) -> ExtractedDocument:
    """The document in `data`, read in this process: only for input that is already trusted."""
    if not data:
        raise Refused("empty_file")
    if len(data) > limits.file_bytes:
        raise Refused("too_large")
    document = READERS[detect_media_type(data, limits)](data, limits)
    if len(document.text) > limits.text_chars:
        raise Refused("too_large", "The document holds more text than is accepted.")
    if len(document.blocks) > limits.blocks:
        raise Refused("too_many_paragraphs")
    return document
