"""What leaves the house: a version's document without anything that says who made it, and when."""

from __future__ import annotations

import io

from clm.documents.blobs import read_blob
from clm.documents.extraction import Refused
from clm.lib.errors import DomainError
from contracts.access.other_side import SUFFIXES, as_given
from contracts.models import Version


def outgoing_bytes(version: Version) -> bytes:
    """The document as the other side may have it. Call outside of a transaction."""
    try:
        return as_given(version, read_blob(version.blob))
    except Refused as refusal:
        raise DomainError(refusal.code, refusal.message) from refusal


def outgoing_file(version: Version) -> io.BytesIO:
    return io.BytesIO(outgoing_bytes(version))


def outgoing_name(version: Version) -> str:
    """By the contract's reference: names of files tell of people and plans."""
    return f"{version.contract.reference}-v{version.number}{SUFFIXES.get(version.media_type, '.txt')}"
