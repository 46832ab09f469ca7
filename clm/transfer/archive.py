"""The form of the file: its members, its manifest, and the writer of both."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any

FORMAT = "covenant-organization/1"
MANIFEST = "manifest.json"
LEDGER = "ledger/ledger.jsonl"
SCRIPT = "ledger/verify_export.py"
SEALS = "ledger/seals.ndjson"
INDEX = "documents.csv"
README = "README.txt"
PIECE = 1024 * 1024
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def table_member(label: str) -> str:
    return f"tables/{label}.ndjson"


def blob_member(sha256: str) -> str:
    """Documents lie under their hash: their name says what their bytes must be."""
    return f"documents/{sha256[:2]}/{sha256}"


class Member:
    """Writes one member, and counts and hashes what is written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = self.lines = 0

    def write(self, content: bytes) -> None:
        self._file.write(content)
        self._hash.update(content)
        self.size += len(content)

    def line(self, text: str) -> None:
        """A line of JSON. One text a row, so that the file can be read a row at a time."""
        self.write(text.encode() + b"\n")
        self.lines += 1

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class Archive:
    """A ZIP that is written member by member. `named` are those that the manifest vouches for."""

    def __init__(self, file: IO[bytes], at: datetime) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=6)
        self._date = max(at.timetuple()[:6], _EARLIEST)
        self.named: dict[str, dict[str, Any]] = {}

    @contextmanager
    def member(self, name: str, *, is_packed: bool = True, is_named: bool = True) -> Iterator[Member]:
        """A member to write to. Documents are not packed: what they are made of is packed already."""
        info = zipfile.ZipInfo(name, self._date)  # type: ignore[arg-type]
        info.compress_type = zipfile.ZIP_DEFLATED if is_packed else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as file:
            member = Member(file)
            yield member
        if is_named:
            self.named[name] = {"sha256": member.sha256, "size": member.size, "lines": member.lines}

    def close(self) -> None:
        self._zip.close()
