"""What is true of a file that somebody holds: by its hash, and by its signatures. Asked by anybody, without signing in.

Says no more than the file itself does: a hash is known only to who has the file, and the answer names no party.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db.models import Q

from clm.access.scope import every_organization
from clm.documents.extraction import Refused
from contracts.adapters.seal_data import TRIAL
from contracts.models import Envelope
from contracts.papers.sealing import Reading, read_paper_signatures

HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Known:
    """An executed text of this installation."""

    title: str
    reference: str
    sealed_at: datetime
    level: str
    is_trial: bool


class Finding(Enum):
    """What is true of a file, from best to worst. UNPROVED: nothing was changed, and nobody who is trusted here vouches
    for who sealed it. KNOWN: a hash alone was asked, and it is that of an executed text of ours."""

    PROVED = "proved"
    KNOWN = "known"
    UNPROVED = "unproved"
    CHANGED = "changed"
    UNSIGNED = "unsigned"
    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    """`reading` is None where only a hash was asked, or the file is no PDF: then `refusal` says so."""

    sha256: str
    known: Known | None
    reading: Reading | None = None
    refusal: str = ""

    @property
    def finding(self) -> Finding:
        if self.reading is None:
            return Finding.KNOWN if self.known else Finding.UNREADABLE if self.refusal else Finding.UNKNOWN
        if not self.reading.signatures:
            return Finding.UNSIGNED
        if not self.reading.is_whole:
            return Finding.CHANGED
        return Finding.PROVED if self.reading.is_trusted else Finding.UNPROVED

    @property
    def is_whole(self) -> bool:
        """Whether nothing speaks against the file: it is ours byte for byte, or all its signatures hold."""
        return self.known is not None or (self.reading is not None and self.reading.is_whole)


def verdict_on(content: bytes) -> Verdict:
    """Of a file. Outside of every transaction."""
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        return Verdict(sha256, known_by(sha256), read_paper_signatures(content))
    except Refused as refusal:
        return Verdict(sha256, known_by(sha256), None, refusal.message)


def verdict_on_hash(given: str) -> Verdict | None:
    """Of a hash; None for what is no sha256."""
    sha256 = "".join(given.split()).lower()
    return Verdict(sha256, known_by(sha256)) if HASH.fullmatch(sha256) else None


def known_by(sha256: str) -> Known | None:
    with every_organization():
        named = Q(executed__sha256=sha256) | Q(certificate__sha256=sha256)
        rows = Envelope.objects.filter(named, sealed_at__isnull=False).select_related("contract")
        found = rows.order_by("sealed_at").first()
    if found is None or found.sealed_at is None:
        return None
    is_trial = TRIAL in found.seal_certificate
    return Known(found.title, found.contract.reference, found.sealed_at, found.seal_level, is_trial)
