"""The files of exports in the storage, apart from the documents."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import IO, Any, cast
from uuid import UUID, uuid4

import structlog
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from clm.documents.blobs import SWEPT_AFTER
from clm.lib import clock
from clm.lib.outside import outside_transactions
from clm.transfer.archive import PIECE
from clm.transfer.models import OrganizationExport

log = structlog.get_logger("clm.transfer")
FOLDER = "exports"
BEAT_SECONDS = 10
Beat = Callable[[], None]


class Heard:
    """A file whose reader is heard of, piece by piece: reading a large one takes longer than a job may be silent."""

    def __init__(self, file: IO[bytes], beat: Beat) -> None:
        self._file, self._beat = file, beat

    def read(self, size: int = -1) -> bytes:
        self._beat()
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def unheard() -> None:
    """For callers that nobody waits on."""


def every_so_often(beat: Beat) -> Beat:
    """Beats when BEAT_SECONDS went by since it last did, however often it is called."""
    last = time.monotonic()

    def beaten() -> None:
        nonlocal last
        if time.monotonic() - last >= BEAT_SECONDS:
            beat()
            last = time.monotonic()

    return beaten


def keep(organization_id: UUID, file: IO[bytes], beat: Beat = unheard) -> str:
    """The file is stored under a name that nobody guesses; answers it. What was stored in part is gone again."""
    outside_transactions("an export is stored")
    file.seek(0)
    name = f"{FOLDER}/{organization_id}/{uuid4()}.zip"
    try:
        return default_storage.save(name, File(cast("IO[bytes]", Heard(file, beat))))
    except BaseException:
        drop(name)
        raise


def digest_of(file: IO[bytes], beat: Beat = unheard) -> tuple[str, int]:
    """The sha256 and the length of a file, from its beginning."""
    file.seek(0)
    found, size = hashlib.sha256(), 0
    while piece := file.read(PIECE):
        beat()
        found.update(piece)
        size += len(piece)
    return found.hexdigest(), size


def open_file(export: OrganizationExport) -> IO[bytes]:
    outside_transactions("an export is opened")
    file: IO[bytes] = default_storage.open(export.storage_name, "rb")
    return file


def drop(name: str) -> None:
    """The file is gone."""
    default_storage.delete(name)


def drop_after_commit(name: str) -> None:
    """What a crash leaves behind is found by `drop_nameless`."""
    transaction.on_commit(lambda: drop(name), robust=True)


def drop_nameless(organization_id: UUID) -> int:
    """Files older than a day that no export names are gone: those of runs that were killed. Within the scope."""
    outside_transactions("exports are swept")
    try:
        _folders, files = default_storage.listdir(f"{FOLDER}/{organization_id}")
    except FileNotFoundError:
        return 0
    names = [f"{FOLDER}/{organization_id}/{file}" for file in files]
    known = set(OrganizationExport.objects.filter(storage_name__in=names).values_list("storage_name", flat=True))
    old = [name for name in names if name not in known and _is_old(name)]
    for name in old:
        default_storage.delete(name)
        log.info("export_swept", name=name)
    return len(old)


def _is_old(name: str) -> bool:
    try:
        return default_storage.get_modified_time(name) < clock.now() - SWEPT_AFTER
    except FileNotFoundError:
        return False
