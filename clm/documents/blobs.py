"""Put bytes in, get bytes out, by their content."""

from __future__ import annotations

import hashlib
from typing import IO
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from clm.documents.models import Blob
from clm.lib.errors import DomainError


def store_blob(organization_id: UUID, content: bytes, media_type: str) -> Blob:
    """The blob with this content. The bytes are stored before the row is: a crash leaves no row without bytes."""
    sha256 = hashlib.sha256(content).hexdigest()
    found = Blob.objects.filter(sha256=sha256).first()
    if found is not None:
        return found
    name = f"{organization_id}/{sha256[:2]}/{sha256}"
    _store(name, content)
    blob, _created = Blob.objects.get_or_create(
        organization_id=organization_id,
        sha256=sha256,
        defaults={"size": len(content), "media_type": media_type, "storage_name": name},
    )
    return blob


def _store(name: str, content: bytes) -> None:
    """The whole bytes are stored under the name. A process killed while it wrote leaves a part of them, which the next
    upload replaces: no row points to it yet."""
    if default_storage.exists(name):
        if default_storage.size(name) == len(content):
            return
        default_storage.delete(name)
    default_storage.save(name, ContentFile(content))


def open_blob(blob: Blob) -> IO[bytes]:
    """A readable file of the blob's bytes; the caller closes it."""
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
