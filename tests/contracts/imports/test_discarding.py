"""An import that was never run is given up: nothing of it is left but that it was."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test import Client
from rest_framework.test import APIClient

from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry
from clm.documents.blobs import store_blob
from clm.documents.models import Blob
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, NotVisible
from contracts.models import Contract, ContractImport, ImportFile, ImportRow
from contracts.operations.imports.discard_import import discard_import
from contracts.operations.imports.run_import import run_import
from contracts.queries.imports import needed_among
from tests.cast import Cast
from tests.contracts.imports.packed import done, packed, read, started, text_of, tried, two_files
from tests.contracts.signing.sent import prepared
from tests.contracts.test_at_once import at_once


def test_nothing_is_left_but_what_others_need(alice: Actor, page: Client) -> None:
    used = read(alice, packed({"one.txt": text_of(1)}))
    tried(alice, used)
    done(alice, used)
    batch = read(alice, two_files())
    tried(alice, batch)
    url = batch.get_absolute_url()
    assert "Discard" in page.get(url).content.decode()

    page.post(f"{url}discard/")

    batch.refresh_from_db()
    shown = page.get(url).content.decode()
    assert (batch.state, batch.heads, batch.mapping, "/run/" in shown, "/map/" in shown) == ("discarded", [], {}, 0, 0)
    assert (ImportRow.objects.filter(batch=batch).count(), ImportFile.objects.filter(batch=batch).count()) == (0, 0)
    # `one.txt` became a contract by the other import; `two.txt` is nobody's.
    assert Blob.objects.exclude(storage_name="").count() == 1
    entry = LedgerEntry.objects.get(event="import.discarded")
    assert (entry.verb, entry.before) == ("contracts.discard_import", {"rows": 2, "files": 3})
    for act in (discard_import, run_import):
        with pytest.raises(DomainError, match="was discarded"):
            act(actor=alice, import_id=batch.pk)


def test_what_is_worked_on_or_was_begun_stays(
    alice: Actor, bob: Actor, charlie: Actor, globex: Cast, api: APIClient
) -> None:
    reading = started(alice, two_files())
    with pytest.raises(DomainError, match="A job works on this import"):
        discard_import(actor=alice, import_id=reading.pk)
    with pytest.raises(NotVisible):
        discard_import(actor=bob, import_id=reading.pk)
    with organization_scope(globex.organization.pk), pytest.raises(NotVisible):
        discard_import(actor=charlie, import_id=reading.pk)
    begun = read(alice, packed({"a.txt": text_of(3)}))
    tried(alice, begun)
    done(alice, begun)
    tried(alice, begun)

    answer = api.post(f"/api/v1/contract-imports/{begun.pk}/discard/", {}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (409, "import_begun")
    assert ImportRow.objects.filter(batch=begun, outcome="created").count() == 1
    other = read(alice, packed({"b.txt": text_of(4)}))
    answer = api.post(f"/api/v1/contract-imports/{other.pk}/discard/", {}, format="json")
    assert (answer.status_code, answer.json()["state"]) == (200, "discarded")


def test_bytes_that_only_an_envelope_names_stay(alice: Actor) -> None:
    picture = UUID(prepared(alice).pages[0]["picture"])
    nobody = store_blob(alice.organization_id, b"nobody's", "text/plain").pk

    assert needed_among([picture, nobody]) == {picture}


@pytest.mark.django_db(transaction=True)
def test_discarded_and_run_at_once_one_of_both_happens(alice: Actor) -> None:
    batch = read(alice, packed({"a.txt": text_of(5)}))
    tried(alice, batch)
    acts = (discard_import, run_import)

    refusals = at_once(alice, [lambda act=act: act(actor=alice, import_id=batch.pk) for act in acts], when=clock.now())

    batch.refresh_from_db()
    ran = Contract.objects.count() == 1
    assert batch.state == ("finished" if ran else "discarded")
    assert refusals[0] == ""
    assert refusals[1] in ({"import_busy", "import_begun"} if ran else {"import_discarded"})
    assert ContractImport.objects.count() == 1
