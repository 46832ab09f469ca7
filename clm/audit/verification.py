"""Whether the ledger of an organization holds, and whether what it vouches for is still what was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from clm.audit.chain import ChainBreak, chain_breaks
from clm.audit.models import ChainHead, LedgerEntry
from clm.audit.seals import SEALS, Seal


@dataclass(frozen=True)
class SealBreak:
    """A row whose figures are no longer those that were recorded. `sequence` is the entry that vouches for it."""

    model: str
    row_id: UUID
    sequence: int | None
    problem: str


@dataclass(frozen=True)
class Verification:
    """What a verification found: how much was looked at, and every break, in order."""

    entries: int
    unchained: int
    head_hash: str
    sealed_rows: int
    chain: tuple[ChainBreak, ...]
    seals: tuple[SealBreak, ...]

    @property
    def holds(self) -> bool:
        return not self.chain and not self.seals


def verified(organization_id: UUID) -> Verification:
    """The whole ledger and every sealed row of the organization, looked at afresh. Runs within its scope."""
    sealed = [found for seal in SEALS.values() for found in _check_seal(seal)]
    head = ChainHead.objects.filter(organization_id=organization_id).first()
    return Verification(
        entries=LedgerEntry.objects.exclude(sequence=None).count(),
        unchained=LedgerEntry.objects.filter(sequence=None).count(),
        head_hash=head.hash if head else "",
        sealed_rows=len(sealed),
        chain=tuple(chain_breaks(organization_id)),
        seals=tuple(found for found in sealed if found is not None),
    )


def _check_seal(seal: Seal) -> Iterator[SealBreak | None]:
    """One answer for every row the ledger vouches for: None where it is as recorded."""
    label = seal.model._meta.label_lower
    vouched = _vouched(seal)
    for row in seal.model._default_manager.filter(pk__in=list(vouched)).iterator(chunk_size=1000):
        sequence, recorded = vouched.pop(row.pk)
        same = seal.digest(row) == recorded
        yield None if same else SealBreak(label, row.pk, sequence, "was changed after it was recorded")
    for row_id, (sequence, _digest) in vouched.items():
        yield SealBreak(label, row_id, sequence, "was recorded and is gone")


def _vouched(seal: Seal) -> dict[UUID, tuple[int | None, str]]:
    """Row id -> (sequence, digest) of the latest entry that sealed it."""
    entries = LedgerEntry.objects.filter(
        event__in=seal.events, subject_type=seal.model._meta.label_lower, after__has_key="digest"
    )
    rows = entries.order_by("id").values_list("subject_id", "sequence", "after__digest")
    return {subject_id: (sequence, digest) for subject_id, sequence, digest in rows}
