"""What leaves the house: a version's document without anything that says who made it, with what is said to the other
side on its clauses."""

from __future__ import annotations

import io
from typing import IO

from clm.access.permissions import can
from clm.documents.blobs import open_blob, read_blob
from clm.documents.extraction import DOCX, Refused
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.access import VIEW_INSIDE
from contracts.access.other_side import SUFFIXES, as_given
from contracts.adapters.word_talk import with_talks
from contracts.models import Version
from contracts.queries.disposed import check_not_disposed
from contracts.queries.paper_comments import talks_on


def outgoing_bytes(version: Version, *, talks: bool = True) -> bytes:
    """The document as the other side may have it, with the threads that it shares as comments of a Word file; without
    `talks`, none. Call outside of a transaction."""
    check_not_disposed(version.contract)
    try:
        content = as_given(version, read_blob(version.blob))
        if not talks or version.media_type != DOCX:
            return content
        return with_talks(content, version.text, talks_on(version))
    except Refused as refusal:
        raise DomainError(refusal.code, refusal.message) from refusal


def outgoing_file(version: Version) -> io.BytesIO:
    return io.BytesIO(outgoing_bytes(version))


def outgoing_name(version: Version) -> str:
    """By the contract's reference: names of files tell of people and plans."""
    return f"{version.contract.reference}-v{version.number}{SUFFIXES.get(version.media_type, '.txt')}"


def file_for(actor: Actor, version: Version, *, as_shared: bool = False) -> IO[bytes]:
    """The bytes as they came; for the other side, and `as_shared` for whoever sends it to them, without anything that
    says who made them.

    A document of ours goes out as it reads: tracked changes accepted, without the comments that it holds, for either
    may be what was said among us while it was written; with what is said to the other side. What came from the other
    side keeps both. Call outside of a transaction.
    """
    check_not_disposed(version.contract)
    if can(actor, VIEW_INSIDE) and not as_shared:
        return open_blob(version.blob)
    return outgoing_file(version)
