"""Bytes are kept once, whole, under their hash."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from clm.documents.blobs import read_blob, store_blob
from clm.lib.errors import DomainError
from tests.cast import Cast

CONTENT = b"the whole agreement"


def test_what_a_killed_process_left_is_replaced(acme: Cast) -> None:
    found = store_blob(acme.organization.pk, CONTENT, "text/plain")
    name = found.storage_name
    found.delete()
    default_storage.delete(name)
    default_storage.save(name, ContentFile(CONTENT[:5]))

    again = store_blob(acme.organization.pk, CONTENT, "text/plain")

    assert (again.storage_name, read_blob(again)) == (name, CONTENT)


def test_the_same_bytes_are_one_blob(acme: Cast) -> None:
    first = store_blob(acme.organization.pk, b"twice", "text/plain")

    assert store_blob(acme.organization.pk, b"twice", "text/plain").pk == first.pk


def test_changed_bytes_are_refused(acme: Cast) -> None:
    blob = store_blob(acme.organization.pk, b"to be changed", "text/plain")
    default_storage.delete(blob.storage_name)
    default_storage.save(blob.storage_name, ContentFile(b"to be exchanged"))

    with pytest.raises(DomainError, match="is not what was uploaded"):
        read_blob(blob)
