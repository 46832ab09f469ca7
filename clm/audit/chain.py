"""The sequencer and the verifier of the hash chain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from clm.audit.models import ChainHead, LedgerEntry
from clm.lib.canonical import digest, to_plain

GENESIS = "0" * 64
FOUNDING = "organization.founded"
BATCH = 1000
CHUNK = 2000
_FIELDS = (
    "id", "organization_id", "verb", "event", "actor_kind", "actor_id", "subject_type", "subject_id",
    "contract_id", "before", "after", "reason", "request_id", "at", "created_at",
)  # fmt: skip


@dataclass(frozen=True)
class ChainBreak:
    """Where the chain no longer holds, and in which way."""

    sequence: int | None
    entry_id: UUID | None
    problem: str


def sealed_content(entry: LedgerEntry, sequence: int, previous_hash: str) -> dict[str, Any]:
    """What an entry's hash covers: every field of the row, its sequence, and the hash before it."""
    content = {name: to_plain(getattr(entry, name)) for name in _FIELDS}
    return content | {"sequence": sequence, "previous_hash": previous_hash}


@transaction.atomic
def chain_entries(organization_id: UUID, *, batch: int = BATCH) -> int:
    """Give committed entries their sequence and hash, in the order of their ids; answer how many.

    One sequencer an organization: the head's row lock. Ids are time-ordered; an entry that commits late simply
    comes later in the chain. Runs within the organization's scope.
    """
    ChainHead.objects.get_or_create(organization_id=organization_id, defaults={"hash": GENESIS})
    head = ChainHead.objects.select_for_update().get(organization_id=organization_id)
    entries = list(LedgerEntry.objects.filter(sequence=None).order_by("id")[:batch])
    for entry in entries:
        entry.previous_hash = head.hash
        head.sequence += 1
        entry.sequence = head.sequence
        head.hash = entry.hash = digest(sealed_content(entry, head.sequence, head.hash))
    LedgerEntry.objects.bulk_update(entries, ["sequence", "previous_hash", "hash"], batch_size=500)
    head.save(update_fields=["sequence", "hash"])
    return len(entries)


def unheard(_done: int) -> None:
    """For callers that nobody waits on."""


def chain_breaks(organization_id: UUID, heard: Callable[[int], None] = unheard) -> Iterator[ChainBreak]:
    """Every place where the organization's chain does not hold, in order. Runs within its scope.

    The head is read first and only entries up to it are followed: what is chained meanwhile is not a break. Entries
    come from a cursor of the server, a chunk at a time; `heard` is told after each chunk how many were followed.
    """
    head = ChainHead.objects.filter(organization_id=organization_id).first()
    end, end_hash = (head.sequence, head.hash) if head else (0, GENESIS)
    sequence, previous = 0, GENESIS
    chained = LedgerEntry.objects.filter(sequence__lte=end).order_by("sequence")
    for followed, entry in enumerate(chained.iterator(chunk_size=CHUNK)):
        if followed % CHUNK == 0:
            heard(followed)
        sequence += 1
        yield from _breaks_at(entry, sequence, previous)
        sequence, previous = entry.sequence or sequence, entry.hash or ""
    if (end, end_hash) != (sequence, previous):
        yield ChainBreak(end, None, "is where the head stands, and the chain ends elsewhere: entries are missing")
    if head is None and LedgerEntry.objects.exclude(sequence=None).exists():
        yield ChainBreak(None, None, "the head of the chain is missing")


def founding_breaks(organization_id: UUID) -> Iterator[ChainBreak]:
    """Whether the ledger begins with the founding of its organization, as every ledger does. Runs within its scope."""
    if not LedgerEntry.objects.exists():
        yield ChainBreak(None, None, "the ledger is empty, and the founding of its organization was its first entry")
        return
    first = LedgerEntry.objects.filter(Q(sequence=1) | Q(sequence=None), event=FOUNDING, subject_id=organization_id)
    if not first.exists():
        yield ChainBreak(1, None, "is not the founding of the organization: the beginning was removed or replaced")


def head_breaks(sequence: int, noted: str) -> Iterator[ChainBreak]:
    """Whether the chain still carries a head that somebody noted. Runs within the organization's scope."""
    entry = LedgerEntry.objects.filter(sequence=sequence).first()
    if entry is None:
        yield ChainBreak(sequence, None, "was noted as the head and is missing: the chain is shorter")
    elif entry.hash != noted:
        yield ChainBreak(sequence, entry.pk, f"was noted with the hash {noted} and has another")


def _breaks_at(entry: LedgerEntry, expected: int, previous: str) -> Iterator[ChainBreak]:
    """What is wrong with one entry where the chain has come to `expected` and the hash `previous`."""
    sequence = entry.sequence or 0
    if sequence != expected:
        yield ChainBreak(expected, None, f"is missing, up to entry {sequence - 1}")
    if entry.previous_hash != previous:
        yield ChainBreak(sequence, entry.pk, "does not continue the entry before it")
    if entry.hash != digest(sealed_content(entry, sequence, entry.previous_hash or "")):
        yield ChainBreak(sequence, entry.pk, "was changed after it was written")
