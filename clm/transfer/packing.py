"""Everything an organization has, written into a file: a snapshot of its rows, its ledger, and its documents.

Stands outside of every transaction. Memory does not grow with the organization, but for the names of what was missing.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage

from clm.access.scope import organization_scope
from clm.audit import verify_export
from clm.audit.chain import GENESIS, sealed_content
from clm.audit.export import header
from clm.audit.head_seals import stored_seal
from clm.audit.models import ChainHead, HeadSeal, LedgerEntry
from clm.documents.models import Blob
from clm.lib.canonical import canonical_json
from clm.lib.outside import outside_transactions
from clm.pages.export import csv_lines
from clm.transfer import archive as form
from clm.transfer.archive import Archive
from clm.transfer.files import Beat
from clm.transfer.files import unheard as without_beat
from clm.transfer.indexing import HEAD, index_rows
from clm.transfer.registry import Table, refuse_undeclared, tables
from clm.transfer.schema import schema_of
from clm.transfer.selecting import count_of, rows_of
from clm.transfer.snapshot import Snapshot

Heard = Callable[[int, int, str], None]
SMALL = 8 * 1024 * 1024
_TEXT = (Path(__file__).parent / "readme.txt").read_text()


@dataclass
class Packed:
    """What is in the file. `missing` are documents that the storage does not have, or not as they were."""

    taken_at: datetime
    head_sequence: int
    head_hash: str
    rows: int = 0
    files: int = 0
    missing: list[str] = field(default_factory=list)


def unheard(_done: int, _total: int, _what: str) -> None:
    """For callers that nobody waits on."""


def pack(organization_id: UUID, file: IO[bytes], heard: Heard = unheard, beat: Beat = without_beat) -> Packed:
    """The organization as it is at one instant, as a ZIP in `file`; `heard` is told how much is done of how much, and
    `beat` that the work goes on."""
    outside_transactions("an organization is exported")
    refuse_undeclared()
    with Snapshot() as snapshot, closing(Archive(file, snapshot.at)) as archive:
        return _Packer(organization_id, snapshot, archive, _begin(snapshot, organization_id), heard, beat).run()


def product_version() -> str:
    """As the installation's own project file says."""
    said = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    return str(said["project"]["version"])


def _begin(snapshot: Snapshot, organization_id: UUID) -> Packed:
    name = ChainHead._meta.db_table
    head = snapshot.one(f"SELECT sequence, hash FROM {name} WHERE organization_id = %s", [organization_id])  # noqa: S608
    sequence, head_hash = head or (0, GENESIS)
    return Packed(snapshot.at, sequence, head_hash)


class _Packer:
    def __init__(
        self,
        organization_id: UUID,
        snapshot: Snapshot,
        archive: Archive,
        packed: Packed,
        heard: Heard,
        beat: Beat,
    ) -> None:
        self.organization_id, self.snapshot, self.archive = organization_id, snapshot, archive
        self.packed, self.heard, self.beat = packed, heard, beat
        self.done = self.total = 0

    def run(self) -> Packed:
        counts = {table.label: self._count(table) for table in tables()}
        self.total = sum(counts.values()) + counts[Blob._meta.label_lower] + self.packed.head_sequence
        for table in tables():
            self._table(table)
        self._ledger()
        self._seals()
        self._index()
        self._documents()
        self._manifest()
        return self.packed

    def _count(self, table: Table) -> int:
        found = self.snapshot.one(*count_of(table, self.organization_id))
        return int(found[0]) if found else 0

    def _table(self, table: Table) -> None:
        with self.archive.member(form.table_member(table.label)) as member:
            for (text,) in self.snapshot.rows(*rows_of(table, self.organization_id)):
                member.line(text)
                self._step(table.label)
        self.packed.rows += member.lines

    def _ledger(self) -> None:
        """The ledger as the offline verifier reads it, whole: nothing is withheld in an export of everything."""
        with self.archive.member(form.LEDGER) as member:
            first = header(self.organization_id, self.packed.head_sequence, self.packed.head_hash)
            member.line(canonical_json(first).decode())
            for entry in self._entries():
                content = sealed_content(entry, entry.sequence or 0, entry.previous_hash or "")
                member.line(canonical_json(content | {"hash": entry.hash}).decode())
                self._step("ledger")
        with self.archive.member(form.SCRIPT) as member:
            member.write(Path(verify_export.__file__).read_bytes())

    def _entries(self) -> Iterator[LedgerEntry]:
        fields = LedgerEntry._meta.local_concrete_fields
        columns = ", ".join(f'"{each.column}"' for each in fields)
        sql = f'SELECT {columns} FROM "{LedgerEntry._meta.db_table}"'  # noqa: S608
        sql += " WHERE organization_id = %s AND sequence IS NOT NULL ORDER BY sequence"
        for row in self.snapshot.rows(sql, [self.organization_id]):
            values = {each.attname: value for each, value in zip(fields, row, strict=True)}
            for name in ("before", "after"):
                values[name] = json.loads(values[name]) if isinstance(values[name], str) else values[name]
            yield LedgerEntry(**values)

    def _seals(self) -> None:
        with self.archive.member(form.SEALS) as member:
            sql = f"SELECT sequence FROM {HeadSeal._meta.db_table} WHERE organization_id = %s ORDER BY sequence"  # noqa: S608
            for (sequence,) in self.snapshot.rows(sql, [self.organization_id]):
                if (facts := stored_seal(self.organization_id, sequence)) is not None:
                    member.line(canonical_json(facts).decode())

    def _index(self) -> None:
        with self.archive.member(form.INDEX) as member, organization_scope(self.organization_id):
            for line in csv_lines(HEAD, index_rows(self.snapshot)):
                member.write(line.encode())

    def _documents(self) -> None:
        sql = f"SELECT sha256, storage_name FROM {Blob._meta.db_table}"  # noqa: S608
        sql += " WHERE organization_id = %s AND storage_name <> '' ORDER BY sha256"
        for sha256, name in self.snapshot.rows(sql, [self.organization_id]):
            with tempfile.SpooledTemporaryFile(SMALL) as copy:
                if _copied(name, sha256, copy, self.beat):
                    self._document(sha256, copy)
                else:
                    self.packed.missing.append(sha256)
            self._step("documents")

    def _document(self, sha256: str, copy: IO[bytes]) -> None:
        with self.archive.member(form.blob_member(sha256), is_packed=False, is_named=False) as member:
            shutil.copyfileobj(copy, member, form.PIECE)
        self.packed.files += 1

    def _manifest(self) -> None:
        with self.archive.member(form.README) as member:
            member.write(_TEXT.encode())
        said = {
            "format": form.FORMAT,
            "product": product_version(),
            "organization_id": self.organization_id,
            "taken_at": self.packed.taken_at,
            "schema": schema_of(self.snapshot),
            "ledger": {"sequence": self.packed.head_sequence, "hash": self.packed.head_hash},
            "rows": self.packed.rows,
            "documents": self.packed.files,
            "missing_documents": self.packed.missing,
            "files": dict(self.archive.named),
        }
        with self.archive.member(form.MANIFEST, is_named=False) as member:
            member.write(canonical_json(said))

    def _step(self, what: str) -> None:
        self.done += 1
        if self.done % 500 == 0 or self.done == self.total:
            self.heard(self.done, max(self.total, self.done), what)
        self.beat()


def _copied(name: str, sha256: str, copy: IO[bytes], beat: Beat) -> bool:
    """Whether the storage has these very bytes; they are in `copy` then, which is at its start."""
    found = hashlib.sha256()
    try:
        with default_storage.open(name, "rb") as stored:
            while piece := stored.read(form.PIECE):
                beat()
                copy.write(piece)
                found.update(piece)
    except OSError:
        return False
    copy.seek(0)
    return found.hexdigest() == sha256
