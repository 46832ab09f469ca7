"""Whether the ledger of an organization holds, and whether what it vouches for is still what was recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from clm.audit.chain import ChainBreak, chain_breaks, founding_breaks, head_breaks, unheard
from clm.audit.head_seals import seal_breaks
from clm.audit.models import ChainHead, HeadSeal, LedgerEntry
from clm.audit.seals import SEALS, Seal

CHUNK = 1000
MOST = 1000


@dataclass(frozen=True)
class SealBreak:
    """A row whose figures are no longer those that were recorded. `sequence` is the entry that vouches for it."""

    model: str
    row_id: UUID
    sequence: int | None
    problem: str


@dataclass(frozen=True)
class Verification:
    """What a verification found: how much was looked at, and the first thousand breaks of either kind, in order."""

    entries: int
    unchained: int
    head_hash: str
    head_seals: int
    sealed_rows: int
    chain: tuple[ChainBreak, ...]
    seals: tuple[SealBreak, ...]

    @property
    def holds(self) -> bool:
        return not self.chain and not self.seals


def verified(
    organization_id: UUID,
    *,
    noted: Sequence[tuple[int, str]] = (),
    heard: Callable[[int], None] = unheard,
) -> Verification:
    """The whole ledger, its seals in the storage and every sealed row, looked at afresh. Runs within the scope.

    `noted` are heads (sequence, hash) that somebody wrote down. Entries and rows are read a chunk at a time, so memory
    does not grow with the ledger; `heard` is told of every chunk.
    """
    head = ChainHead.objects.filter(organization_id=organization_id).first()
    chained = chain(
        founding_breaks(organization_id),
        seal_breaks(organization_id),
        *(head_breaks(sequence, hash_) for sequence, hash_ in noted),
        chain_breaks(organization_id, heard),
    )
    sealed_rows, altered = _sealed(heard)
    return Verification(
        entries=LedgerEntry.objects.exclude(sequence=None).count(),
        unchained=LedgerEntry.objects.filter(sequence=None).count(),
        head_hash=head.hash if head else "",
        head_seals=HeadSeal.objects.count(),
        sealed_rows=sealed_rows,
        chain=tuple(islice(chained, MOST)),
        seals=altered,
    )


def _sealed(heard: Callable[[int], None]) -> tuple[int, tuple[SealBreak, ...]]:
    """How many rows the ledger vouches for, and those that are not as recorded."""
    looked_at = 0
    found: list[SealBreak] = []
    for seal in SEALS.values():
        for altered in _check_seal(seal):
            looked_at += 1
            if looked_at % CHUNK == 0:
                heard(looked_at)
            if altered is not None and len(found) < MOST:
                found.append(altered)
    return looked_at, tuple(found)


def _check_seal(seal: Seal) -> Iterator[SealBreak | None]:
    """One answer for every row the ledger vouches for, or should: None where it is as recorded."""
    label = seal.model._meta.label_lower
    rows = seal.model._default_manager.order_by("pk").iterator(chunk_size=CHUNK)
    for some in _in_chunks(rows):
        vouched = _vouched(seal, [row.pk for row in some])
        for row in some:
            if row.pk in vouched:
                sequence, recorded = vouched[row.pk]
                same = seal.digest(row) == recorded
                yield None if same else SealBreak(label, row.pk, sequence, "was changed after it was recorded")
            elif seal.must(row):
                yield SealBreak(label, row.pk, None, "is there and was never recorded")
    gone = _entries(seal).exclude(Exists(seal.model._default_manager.filter(pk=OuterRef("subject_id"))))
    for row_id, sequence in gone.order_by("id").values_list("subject_id", "sequence").iterator(chunk_size=CHUNK):
        yield SealBreak(label, row_id, sequence, "was recorded and is gone")


def _in_chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    waiting = iter(rows)
    while some := list(islice(waiting, CHUNK)):
        yield some


def _entries(seal: Seal) -> QuerySet[LedgerEntry]:
    """The entries that seal rows of this kind."""
    return LedgerEntry.objects.filter(
        event__in=seal.events, subject_type=seal.model._meta.label_lower, after__has_key="digest"
    )


def _vouched(seal: Seal, row_ids: list[UUID]) -> dict[UUID, tuple[int | None, str]]:
    """Row id -> (sequence, digest) of the latest entry that sealed it."""
    entries = _entries(seal).filter(subject_id__in=row_ids).order_by("subject_id", "-id").distinct("subject_id")
    rows = entries.values_list("subject_id", "sequence", "after__digest")
    return {subject_id: (sequence, digest) for subject_id, sequence, digest in rows}
