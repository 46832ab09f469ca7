"""Documents in, text and blocks out, in a process of its own."""

from clm.documents.extraction.extracted import (
    BLOCK_SEPARATOR,
    DOCX,
    MESSAGES,
    PDF,
    TEXT,
    Block,
    ExtractedDocument,
    Refused,
)
from clm.documents.extraction.limits import DEFAULT, Limits
from clm.documents.extraction.sandbox import extract

__all__ = [
    "BLOCK_SEPARATOR",
    "DEFAULT",
    "DOCX",
    "MESSAGES",
    "PDF",
    "TEXT",
    "Block",
    "ExtractedDocument",
    "Limits",
    "Refused",
    "extract",
]
