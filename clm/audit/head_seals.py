"""The seals of the chain's head outside of the database: small files in the storage of the documents, written once.

A seal carries no time stamp of a third party: its instant is this installation's own clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from clm.audit.chain import ChainBreak
from clm.audit.models import HeadSeal, LedgerEntry
from clm.lib.canonical import canonical_json, digest
from clm.lib.errors import DomainError

log = structlog.get_logger("clm.audit")
FORMAT = "covenant-seal/1"
FOLDER = "seals"
BATCH = 500
_FACTS = ("organization_id", "sequence", "hash", "sealed_at")


@dataclass(frozen=True)
class StoredSeal:
    """A seal as the storage has it; `facts` is None where the file is no seal of this organization and number."""

    sequence: int
    facts: dict[str, Any] | None

    @property
    def hash(self) -> str:
        return str((self.facts or {}).get("hash"))

    @property
    def sealed_at(self) -> str:
        return str((self.facts or {}).get("sealed_at"))


def content_of(seal: HeadSeal) -> bytes:
    """The bytes that are stored: canonical JSON of the organization, the sequence, the hash and the instant."""
    return canonical_json({name: getattr(seal, name) for name in _FACTS} | {"format": FORMAT})


def seal_digest(seal: HeadSeal) -> str:
    """Under which the ledger vouches for the row."""
    return digest({name: getattr(seal, name) for name in _FACTS})


def keep(seal: HeadSeal) -> None:
    """The seal is in the log and in the storage. Doing it again changes nothing, so a crash is mended by the next run.

    Raises DomainError `seal_contradicted` where the storage has another seal under this number. The beginning of our
    own bytes is what a process killed while it wrote left: it is replaced.
    """
    name, content = _name(seal.organization_id, seal.sequence), content_of(seal)
    if default_storage.exists(name):
        with default_storage.open(name, "rb") as file:
            stored = file.read()
        if stored == content:
            return
        if not content.startswith(stored):
            raise contradicted(seal.sequence)
        default_storage.delete(name)
    log.info("ledger_sealed", **json.loads(content))
    saved = default_storage.save(name, ContentFile(content))
    if saved != name:
        default_storage.delete(saved)  # another run stored it in the meantime; the next one compares


def contradicted(sequence: int) -> DomainError:
    return DomainError("seal_contradicted", "The ledger is not the one that was sealed.", detail={"sequence": sequence})


def sealed_organizations() -> set[str]:
    """The ids of the organizations that the storage has seals of."""
    return set(_listed(FOLDER)[0])


def newest_stored(organization_id: UUID) -> StoredSeal | None:
    """The storage's last seal of the organization."""
    sequences = _stored_sequences(organization_id)
    return _read(organization_id, sequences[-1]) if sequences else None


def stored_seal(organization_id: UUID, sequence: int) -> dict[str, Any] | None:
    """What the storage has under this number; None where it has nothing that can be read."""
    is_there = default_storage.exists(_name(organization_id, sequence))
    return _read(organization_id, sequence).facts if is_there else None


def bring_seal(facts: dict[str, Any]) -> str:
    """A seal of an organization that arrives lies in this storage; answers the name where it was not there already.

    Raises DomainError `seal_contradicted` where the storage has another seal under this number.
    """
    name, content = _name(facts["organization_id"], facts["sequence"]), canonical_json(facts)
    if not default_storage.exists(name):
        return default_storage.save(name, ContentFile(content))
    with default_storage.open(name, "rb") as file:
        if file.read() != content:
            raise contradicted(facts["sequence"])
    return ""


def seal_breaks(organization_id: UUID) -> Iterator[ChainBreak]:
    """Every seal that the chain, or the seal's own row, contradicts. Runs within the organization's scope.

    The newest row may wait for the storage: its row is compared with the chain instead.
    """
    stored = _stored_sequences(organization_id)  # before the rows: a seal made meanwhile has its row first
    rows = {row.sequence: row for row in HeadSeal.objects.order_by("sequence")}
    newest = max(rows, default=0)
    for start in range(0, len(stored), BATCH):
        seals = [_read(organization_id, sequence) for sequence in stored[start : start + BATCH]]
        for seal in seals:
            yield from _row_breaks(seal, rows.pop(seal.sequence, None))
        yield from chain_against(seals)
    yield from chain_against([_of_row(row) for row in rows.values()])
    for sequence in rows.keys() - {newest}:
        yield ChainBreak(sequence, None, "was sealed, and its seal is gone from the storage")


def chain_against(seals: list[StoredSeal]) -> Iterator[ChainBreak]:
    """Where the chain does not carry what was sealed."""
    wanted = [seal.sequence for seal in seals]
    hashes = dict(LedgerEntry.objects.filter(sequence__in=wanted).values_list("sequence", "hash"))
    for seal in seals:
        if seal.facts is None:
            yield ChainBreak(seal.sequence, None, "has a stored seal that cannot be read: it was altered")
        elif seal.sequence not in hashes:
            yield ChainBreak(
                seal.sequence, None, f"was sealed at {seal.sealed_at} and is missing: entries were removed from the end"
            )
        elif hashes[seal.sequence] != seal.hash:
            yield ChainBreak(seal.sequence, None, f"is not the entry that was sealed at {seal.sealed_at}")


def _row_breaks(stored: StoredSeal, row: HeadSeal | None) -> Iterator[ChainBreak]:
    if row is None:
        yield ChainBreak(stored.sequence, None, "has a stored seal, and the seal's row is gone from the database")
    elif stored.facts is not None and canonical_json(stored.facts) != content_of(row):
        yield ChainBreak(stored.sequence, None, "has a stored seal that says otherwise than the seal's row")


def _of_row(row: HeadSeal) -> StoredSeal:
    return StoredSeal(row.sequence, json.loads(content_of(row)))


def _name(organization_id: UUID, sequence: int) -> str:
    return f"{FOLDER}/{organization_id}/{sequence}.json"


def _listed(folder: str) -> tuple[list[str], list[str]]:
    """Folders and files; a folder that nothing was stored in yet has none."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
    return folders, files


def _stored_sequences(organization_id: UUID) -> list[int]:
    files = _listed(f"{FOLDER}/{organization_id}")[1]
    stems = (file.removesuffix(".json") for file in files if file.endswith(".json"))
    return sorted(int(stem) for stem in stems if stem.isdecimal())


def _read(organization_id: UUID, sequence: int) -> StoredSeal:
    with default_storage.open(_name(organization_id, sequence), "rb") as file:
        content = file.read()
    try:
        facts = json.loads(content)
    except ValueError:
        return StoredSeal(sequence, None)
    expected = {"format": FORMAT, "organization_id": str(organization_id), "sequence": sequence}
    is_ours = isinstance(facts, dict) and expected.items() <= facts.items() and canonical_json(facts) == content
    return StoredSeal(sequence, facts if is_ours else None)
