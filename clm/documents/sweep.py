"""Bytes that no row names: what refused and killed uploads leave in the storage."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import structlog
from django.core.files.storage import default_storage

from clm.documents.blobs import SWEPT_AFTER
from clm.documents.models import Blob
from clm.lib import clock
from clm.lib.outside import outside_transactions

log = structlog.get_logger("clm.documents")


def sweep(organization_id: UUID) -> int:
    """Stored bytes of the organization in scope that are older than a day and have no row are gone; answers how many.

    An upload never relies on such bytes (`put_content` uses them for half a day at most), so none is under way.
    """
    outside_transactions("the storage is swept")
    removed = 0
    for names in _stored(str(organization_id)):
        known = _known(names)
        for name in names:
            if name not in known and _is_old(name) and not _known([name]):
                default_storage.delete(name)
                log.info("blob_swept", name=name)
                removed += 1
    return removed


def _stored(folder: str) -> Iterator[list[str]]:
    """The names under an organization's folder, a subfolder of two letters at a time: what else may stand there is
    not ours to sweep."""
    for subfolder in (each for each in _listed(folder)[0] if len(each) == 2):
        place = f"{folder}/{subfolder}"
        yield [f"{place}/{name}" for name in _listed(place)[1]]


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
    return sorted(folders), sorted(files)


def _known(names: list[str]) -> set[str]:
    return set(Blob.objects.filter(storage_name__in=names).values_list("storage_name", flat=True))


def _is_old(name: str) -> bool:
    try:
        return default_storage.get_modified_time(name) < clock.now() - SWEPT_AFTER
    except FileNotFoundError:
        return False
