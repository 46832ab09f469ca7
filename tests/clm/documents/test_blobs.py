"""Bytes are kept once, whole, under their hash."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from clm.access.scope import organization_scope
from clm.documents.blobs import StoredContent, blob_of, put_content, read_blob, store_blob
from clm.documents.models import Blob
from clm.documents.tasks import sweep_storage
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.models import Contract
from contracts.operations.add_version import add_version
from tests.cast import Cast, make_cast
from tests.contracts.papers import draft_contract, text_paper

CONTENT = b"the whole agreement"


def aged(stored: StoredContent, age: timedelta) -> StoredContent:
    """The storage believes that the bytes were put so long ago."""
    then = (clock.now() - age).timestamp()
    os.utime(default_storage.path(stored.storage_name), (then, then))
    return stored


def put(cast: Cast, content: bytes = CONTENT) -> StoredContent:
    return put_content(cast.organization.pk, content, "text/plain")


def test_what_a_killed_process_left_is_not_used(acme: Cast) -> None:
    name = put(acme).storage_name
    default_storage.delete(name)
    default_storage.save(name, ContentFile(CONTENT[:5]))

    again = store_blob(acme.organization.pk, CONTENT, "text/plain")

    assert again.storage_name.startswith(f"{name}-")
    assert read_blob(again) == CONTENT


def test_bytes_without_a_row_are_put_once(acme: Cast) -> None:
    assert put(acme, b"put twice") == put(acme, b"put twice")
    assert Blob.objects.count() == 0


def test_bytes_that_may_be_swept_soon_are_put_anew(acme: Cast) -> None:
    old = aged(put(acme, b"half a day old"), timedelta(hours=13))

    assert put(acme, b"half a day old").storage_name.startswith(f"{old.storage_name}-")


@pytest.mark.django_db(transaction=True)
def test_storage_inside_a_transaction_is_refused() -> None:
    cast = make_cast("acme")
    with organization_scope(cast.organization.pk):
        blob = store_blob(cast.organization.pk, CONTENT, "text/plain")
        with transaction.atomic():
            with pytest.raises(RuntimeError, match="inside a transaction"):
                put(cast)
            with pytest.raises(RuntimeError, match="inside a transaction"):
                read_blob(blob)


def test_the_sweep_takes_old_bytes_without_a_row_only(acme: Cast, globex: Cast) -> None:
    kept = aged(put(acme, b"with a row"), timedelta(days=30))
    blob_of(kept)
    young = aged(put(acme, b"young"), timedelta(hours=23))
    old = aged(put(acme, b"old"), timedelta(hours=25))
    foreign = default_storage.save(f"{acme.organization.pk}/seals/1.json", ContentFile(b"{}"))
    os.utime(default_storage.path(foreign), (0, 0))
    other = aged(put_content(globex.organization.pk, b"of another", "text/plain"), timedelta(hours=25))

    assert sweep_storage() == 2

    stands = [default_storage.exists(each.storage_name) for each in (kept, young, old, other)]
    assert stands == [True, True, False, False]
    assert default_storage.exists(foreign)


def test_an_upload_under_way_while_the_sweep_runs_keeps_its_bytes(acme: Cast) -> None:
    old = aged(put(acme, b"tried yesterday, again now"), timedelta(hours=25))
    again = put(acme, b"tried yesterday, again now")

    assert sweep_storage() == 1

    assert not default_storage.exists(old.storage_name)
    assert read_blob(blob_of(again)) == b"tried yesterday, again now"


def test_a_refused_version_leaves_bytes_that_harm_nothing(acme: Cast, alice: Actor) -> None:
    contract = draft_contract(alice)
    end = replace(text_paper("Too late."), stored=None)
    Contract.objects.filter(pk=contract.pk).update(state="archived")
    with pytest.raises(DomainError):
        add_version(actor=alice, contract_id=contract.pk, paper=end)
    assert Blob.objects.count() == 1

    Contract.objects.filter(pk=contract.pk).update(state="draft")

    assert read_blob(add_version(actor=alice, contract_id=contract.pk, paper=end).blob) == b"Too late."


def test_the_same_bytes_are_one_blob(acme: Cast) -> None:
    first = store_blob(acme.organization.pk, b"twice", "text/plain")

    assert store_blob(acme.organization.pk, b"twice", "text/plain").pk == first.pk


def test_changed_bytes_are_refused(acme: Cast) -> None:
    blob = store_blob(acme.organization.pk, b"to be changed", "text/plain")
    default_storage.delete(blob.storage_name)
    default_storage.save(blob.storage_name, ContentFile(b"to be exchanged"))

    with pytest.raises(DomainError, match="is not what was uploaded"):
        read_blob(blob)
