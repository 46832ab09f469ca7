"""Tracked changes of a Word document, all accepted or all rejected."""

from __future__ import annotations

from clm.documents.extraction.revisions import settle
from contracts.adapters.parts import as_bytes, put_together, take_apart, word_roots


def accept_all(docx: bytes) -> bytes:
    """The document as it reads with every tracked change accepted; none is left. Raises Refused as an upload does."""
    return _settled(docx, is_accepted=True)


def reject_all(docx: bytes) -> bytes:
    """The document as it was before every tracked change; none is left. Raises Refused as an upload does."""
    return _settled(docx, is_accepted=False)


def _settled(docx: bytes, *, is_accepted: bool) -> bytes:
    parts = take_apart(docx)
    changed = {}
    for name, root in word_roots(parts):
        settle(root, is_accepted=is_accepted)
        changed[name] = as_bytes(root)
    return put_together(parts | changed)
