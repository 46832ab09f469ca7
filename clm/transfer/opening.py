"""An archive is looked at before anything of it is believed: its form, its hashes, its ledger."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from django.utils.translation import gettext as _

from clm.audit.verify_export import problems_of
from clm.documents.models import Blob
from clm.lib.errors import DomainError
from clm.transfer import archive as form
from clm.transfer.registry import tables
from clm.transfer.schema import schema_of
from clm.transfer.snapshot import Snapshot

MOST_MANIFEST = 64 * 1024 * 1024


def refused(code: str, message: str, **detail: Any) -> DomainError:
    return DomainError(code, message, detail=detail)


@dataclass
class Opened:
    """An archive whose every byte was looked at."""

    zip: zipfile.ZipFile
    manifest: dict[str, Any]

    @property
    def organization_id(self) -> UUID:
        return UUID(self.manifest["organization_id"])

    @property
    def missing(self) -> set[str]:
        return set(self.manifest["missing_documents"])

    def lines(self, member: str) -> Iterator[str]:
        """The lines of a member, one at a time."""
        with self.zip.open(member) as file:
            for line in file:
                yield line.decode().rstrip("\n")

    def documents(self) -> Iterator[dict[str, Any]]:
        """The rows of documents that have bytes."""
        for line in self.lines(form.table_member(Blob._meta.label_lower)):
            row: dict[str, Any] = json.loads(line)
            if row["storage_name"] and row["sha256"] not in self.missing:
                yield row


@contextmanager
def opened(file: IO[bytes]) -> Iterator[Opened]:
    """The archive, verified. Raises DomainError `not_an_export`, `other_schema`, `damaged` or `ledger_broken`."""
    try:
        with zipfile.ZipFile(file) as container:
            found = Opened(container, _manifest(container))
            _check_schema(found.manifest["schema"])
            _check_members(found)
            _check_ledger(found)
            yield found
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError) as broken:
        raise refused("damaged", _("The file is damaged: %(why)s") % {"why": broken}) from broken


def _manifest(container: zipfile.ZipFile) -> dict[str, Any]:
    names = container.namelist()
    if form.MANIFEST not in names or container.getinfo(form.MANIFEST).file_size > MOST_MANIFEST:
        raise refused("not_an_export", _("This is no export of an organization."))
    try:
        found: dict[str, Any] = json.loads(container.read(form.MANIFEST))
    except ValueError as unreadable:
        raise refused("not_an_export", _("This is no export of an organization.")) from unreadable
    if found.get("format") != form.FORMAT:
        raise refused("not_an_export", _("This is no export of an organization that this version reads."))
    return found


def _check_schema(theirs: dict[str, list[str]]) -> None:
    """The tables here are exactly those that the rows left."""
    with Snapshot() as snapshot:
        ours = schema_of(snapshot)
    if theirs == ours:
        return
    differing = sorted(app for app in theirs.keys() | ours.keys() if theirs.get(app) != ours.get(app))
    what = _("The export was made by another version: the tables of %(apps)s differ. Bring both to the same version.")
    raise refused("other_schema", what % {"apps": ", ".join(differing)}, apps=differing)


def _check_members(found: Opened) -> None:
    """Every member that the manifest names is there, whole, and no table is left out; so is every document."""
    named: dict[str, dict[str, Any]] = found.manifest["files"]
    wanted = {form.table_member(table.label) for table in tables()} | {form.LEDGER, form.SEALS}
    if missing := sorted(wanted - named.keys()):
        raise _damage(missing[0])
    for name, said in named.items():
        _check(found, name, said["sha256"], said["size"])
    count = 0
    for row in found.documents():
        _check(found, form.blob_member(row["sha256"]), row["sha256"], row["size"])
        count += 1
    if count != found.manifest["documents"]:
        raise _damage("documents")


def _check(found: Opened, name: str, sha256: str, size: int) -> None:
    """Reads at most as much as the member should have."""
    digest, left = hashlib.sha256(), size + 1
    try:
        with found.zip.open(name) as member:
            while left and (piece := member.read(min(form.PIECE, left))):
                digest.update(piece)
                left -= len(piece)
    except KeyError as missing:
        raise _damage(name) from missing
    if left != 1 or digest.hexdigest() != sha256:
        raise _damage(name)


def _damage(name: str) -> DomainError:
    return refused("damaged", _("The file is damaged: %(name)s is missing or was changed.") % {"name": name}, name=name)


def _check_ledger(found: Opened) -> None:
    head = found.manifest["ledger"]
    noted = f"{head['sequence']}:{head['hash']}" if head["sequence"] else ""
    with found.zip.open(form.LEDGER) as lines:
        broken = next(problems_of(lines, noted, {}), None)
    if broken is not None:
        raise refused("ledger_broken", _("The ledger in the file does not hold: %(why)s") % {"why": broken})
