"""A text as a Word document: one paragraph for each of its blocks, and nothing else."""

from __future__ import annotations

import io
import re

from clm.documents.extraction.extracted import BLOCK_SEPARATOR

# What XML 1.0 cannot hold.
UNWRITABLE = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def docx_of_text(text: str) -> bytes:
    """A DOCX that reads as this text: blocks are paragraphs, lines within them line breaks."""
    from docx import Document

    document = Document()
    for block in UNWRITABLE.sub("", text).split(BLOCK_SEPARATOR):
        document.add_paragraph(block)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
