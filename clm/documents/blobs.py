"""Put bytes in, get bytes out, by their content. Bytes are put before a verb's transaction, their row inside of it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any
from uuid import UUID, uuid4

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clm.documents.models import Blob
from clm.lib import clock
from clm.lib.errors import DomainError
from clm.lib.outside import outside_transactions

# Bytes that no row names may be used by an upload for so long; the sweep takes them only after SWEPT_AFTER. Between the
# two lies more time than any request or task has to write its row.
USED_FOR = timedelta(hours=12)
SWEPT_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class StoredContent:
    """Bytes that stand in the storage, with a row or without one yet."""

    organization_id: UUID
    sha256: str
    size: int
    media_type: str
    storage_name: str
    is_known: bool = False  # there was a row with these bytes


def put_content(organization_id: UUID, content: bytes, media_type: str) -> StoredContent:
    """The bytes are stored: outside of every transaction. The same bytes again are not stored again.

    Bytes that never get a row (`blob_of`) harm nothing: `clm.documents.tasks.sweep_storage` removes them.
    """
    return put_file(organization_id, io.BytesIO(content), media_type)


def put_file(organization_id: UUID, file: Any, media_type: str) -> StoredContent:
    """The same for the bytes of a file that can be read twice, an uploaded one too: from its beginning and piece by
    piece, so that memory never holds it whole."""
    outside_transactions("bytes are stored")
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    size = file.seek(0, io.SEEK_END)
    known = Blob.objects.filter(organization_id=organization_id, sha256=sha256).first()
    kept = known is not None and not known.is_erased
    name = known.storage_name if known and kept else _put(f"{organization_id}/{sha256[:2]}/{sha256}", file, size)
    return StoredContent(organization_id, sha256, size, media_type, name, is_known=kept)


def _put(name: str, file: Any, size: int) -> str:
    """Where the whole bytes are stored. What a killed process left half-written, and what may be swept soon, is never
    touched: the bytes go under a name of their own."""
    if default_storage.exists(name):
        is_young = default_storage.get_modified_time(name) > clock.now() - USED_FOR
        if is_young and default_storage.size(name) == size:
            return name
        name = f"{name}-{uuid4().hex[:12]}"
    # A copy, so that what was uploaded can be read once more: a storage would move a temporary file away.
    return default_storage.save(name, File(file))


def blob_of(stored: StoredContent) -> Blob:
    """The row of bytes that are stored: in the verb's transaction. Erased ones that came again have their row again.

    The row is locked to the end of the transaction, so that nobody erases bytes that are about to be needed. Raises
    DomainError `upload_again` where they were erased after they were put.
    """
    facts = {"size": stored.size, "media_type": stored.media_type, "storage_name": stored.storage_name}
    with transaction.atomic():
        blob, is_new = Blob.objects.get_or_create(
            organization_id=stored.organization_id, sha256=stored.sha256, defaults=facts
        )
        if is_new:
            return blob
        blob = Blob.objects.select_for_update().get(pk=blob.pk)
        if blob.is_erased and stored.is_known:
            raise DomainError("upload_again", _("These bytes were disposed of just now: upload them once more."))
        if blob.is_erased:
            blob.storage_name = stored.storage_name
            blob.save(update_fields=["storage_name"])
    return blob


def lock_blobs(ids: Iterable[UUID]) -> list[UUID]:
    """The blobs locked, in one order for all: uploads of the same bytes wait. Answers those that there are."""
    rows = Blob.objects.select_for_update().filter(pk__in=list(ids)).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def erase_blobs(blobs: QuerySet[Blob]) -> int:
    """No row names these bytes any more: the sweep removes them within a day. Rows and hashes stay. In the verb's
    transaction, which made sure that nobody needs the bytes; answers how many."""
    return blobs.exclude(storage_name="").update(storage_name="")


def store_blob(organization_id: UUID, content: bytes, media_type: str) -> Blob:
    """The blob with this content, for work that stands outside of every transaction."""
    return blob_of(put_content(organization_id, content, media_type))


def open_blob(blob: Blob) -> IO[bytes]:
    """A readable file of the blob's bytes; the caller closes it. Raises DomainError `blob_erased`."""
    outside_transactions("a document is opened")
    if blob.is_erased:
        raise DomainError("blob_erased", _("This document was disposed of."), detail={"blob": str(blob.pk)})
    file: IO[bytes] = default_storage.open(blob.storage_name, "rb")
    return file


def read_blob(blob: Blob) -> bytes:
    """The blob's bytes, checked against their hash. Raises DomainError `blob_changed` when the storage lies."""
    with open_blob(blob) as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != blob.sha256:
        detail = {"blob": str(blob.pk)}
        raise DomainError("blob_changed", "The stored document is not what was uploaded.", detail=detail)
    return content
