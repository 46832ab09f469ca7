"""What a PDF's signatures prove, as it is told, and the bounded process that reads it (`signatures_read`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from clm.documents.extraction.extracted import Refused
from clm.documents.extraction.limits import DEFAULT
from clm.documents.extraction.sandbox import answer_about

WORKER = "contracts.adapters.signatures_worker"


@dataclass(frozen=True)
class Stamp:
    """A time stamp of an authority: `at` is its instant."""

    at: datetime
    authority: str
    is_intact: bool
    is_trusted: bool


@dataclass(frozen=True)
class Signature:
    """`is_intact`: the bytes it covers are those that were signed. `covers_all`: of the file, apart from what belongs
    to the signature itself and to later time stamps. `is_changed`: something was added behind it that may not be.
    `claimed_at` is the signer's own clock; `level` is PAdES', empty where it is not intact. `is_trial`: made with a key
    for trying out, which anybody can make."""

    field: str
    name: str
    issuer: str
    fingerprint: str
    is_intact: bool
    covers_all: bool
    is_changed: bool
    is_trusted: bool
    level: str
    claimed_at: datetime | None
    stamp: Stamp | None
    is_trial: bool = False

    @property
    def holds(self) -> bool:
        return self.is_intact and self.covers_all and not self.is_changed

    @property
    def proves_who(self) -> bool:
        """Whether certificate and time stamp lead to authorities that are trusted."""
        return self.is_trusted and not self.is_trial and (self.stamp is None or self.stamp.is_trusted)


@dataclass(frozen=True)
class Reading:
    """Signatures in their order, and time stamps over the document."""

    signatures: tuple[Signature, ...]
    document_stamps: tuple[Stamp, ...]

    @property
    def is_whole(self) -> bool:
        """Whether there is a signature, and every one is intact with nothing added behind it."""
        intact = all(each.holds for each in self.signatures)
        return bool(self.signatures) and intact and all(each.is_intact for each in self.document_stamps)

    @property
    def is_trusted(self) -> bool:
        """Whether, besides, everybody who signed or stamped it is vouched for by an authority that is trusted here."""
        who = all(each.proves_who for each in self.signatures)
        return self.is_whole and who and all(each.is_trusted for each in self.document_stamps)

    @property
    def is_trial(self) -> bool:
        return any(each.is_trial for each in self.signatures)

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(json.dumps(asdict(self), default=lambda at: at.isoformat()))
        return found


def reading_of(found: Mapping[str, Any]) -> Reading:
    """The reading that `as_json` put down."""

    def stamp(given: Mapping[str, Any] | None) -> Stamp | None:
        return Stamp(**{**given, "at": datetime.fromisoformat(given["at"])}) if given else None

    def signature(given: Mapping[str, Any]) -> Signature:
        claimed = datetime.fromisoformat(given["claimed_at"]) if given["claimed_at"] else None
        return Signature(**{**given, "claimed_at": claimed, "stamp": stamp(given["stamp"])})

    stamps = (stamp(each) for each in found["document_stamps"])
    return Reading(tuple(map(signature, found["signatures"])), tuple(each for each in stamps if each))


def read_in_bounds(content: bytes, trusted_files: Sequence[str], stamp_files: Sequence[str]) -> Reading:
    """The reading of anybody's file, in a bounded process. The roots are PEM files. Raises Refused."""
    if len(content) > DEFAULT.file_bytes:
        raise Refused("too_large")
    return reading_of(answer_about(content, WORKER, roots=list(trusted_files), stamp_roots=list(stamp_files)))
