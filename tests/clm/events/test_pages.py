from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from rest_framework.test import APIClient

from clm.events import handlers
from clm.events.dispatcher import drain
from clm.events.models import Delivery, OutboxEvent
from clm.events.queries import last_line
from clm.events.record import Event, record
from clm.lib.actor import Actor
from contracts.operations.create_contract import create_contract
from contracts.operations.restrict_contract import restrict_contract
from tests.cast import Cast
from tests.clm.events.conftest import Listener
from tests.clm.events.test_dispatcher import dead, delivery


def test_the_page_lists_dead_letters_with_their_error(page: Client, acme: Cast, listener: Listener) -> None:
    dead(acme, listener)

    shown = page.get("/dead-letters/").content.decode()

    assert "test.happened" in shown
    assert "RuntimeError" in shown
    found = delivery()
    assert "RuntimeError: the neighbour is away" in page.get(f"/dead-letters/{found.pk}/").content.decode()


def test_a_dead_letter_is_replayed_from_its_page(page: Client, acme: Cast, listener: Listener) -> None:
    found = dead(acme, listener)

    answer = page.post(f"/dead-letters/{found.pk}/replay/", follow=True)

    assert delivery().status == "pending"
    assert "It is tried again now." in answer.content.decode()


def test_the_api_lists_and_replays(api: APIClient, acme: Cast, listener: Listener) -> None:
    found = dead(acme, listener)

    (listed,) = api.get("/api/v1/deliveries/", {"status": "dead"}).json()["results"]
    replayed = api.post(f"/api/v1/deliveries/{found.pk}/replay/").json()

    assert (listed["id"], listed["status"], listed["attempts"]) == (str(found.pk), "dead", 8)
    assert (replayed["status"], replayed["attempts"]) == ("pending", 0)


def failed_secretly(alice: Actor, *, names_contract: bool = True) -> Delivery:
    """A delivery about a confidential contract, failed once with words about it."""

    def fails(event: OutboxEvent) -> None:
        raise ValueError("Merger talks cannot be read")

    handlers._HANDLERS["test.secret"] = {"tests.listener": fails}
    try:
        contract = create_contract(actor=alice, title="Merger talks")
        restrict_contract(actor=alice, contract_id=contract.pk)
        with transaction.atomic():
            record(
                alice,
                Event(
                    "test.secret",
                    "contracts.view_contract",
                    contract,
                    contract_id=contract.pk if names_contract else None,
                    payload={"title": "Merger talks"},
                ),
            )
        drain()
    finally:
        handlers._HANDLERS.pop("test.secret")
    return Delivery.objects.get(handler="tests.listener")


@pytest.mark.parametrize("names_contract", [True, False])
def test_of_a_confidential_contract_an_administrator_sees_no_words(
    acme: Cast, alice: Actor, names_contract: bool
) -> None:
    found = failed_secretly(alice, names_contract=names_contract)
    client = APIClient()
    client.force_login(acme.users["administrator"], backend="django.contrib.auth.backends.ModelBackend")

    shown = client.get(f"/api/v1/deliveries/{found.pk}/").json()
    (listed,) = client.get("/api/v1/deliveries/", {"status": "pending"}).json()["results"]
    page = client.get(f"/dead-letters/{found.pk}/").content.decode()

    for seen in (shown, listed):
        assert (seen["type"], seen["payload"], seen["last_error"]) == ("test.secret", {}, "ValueError")
    assert "Merger" not in page
    assert "it is about a contract that you may not see" in page
    assert "Merger" not in client.get("/dead-letters/", {"status": "pending"}).content.decode()


def test_who_sees_the_contract_sees_the_words(api: APIClient, alice: Actor) -> None:
    found = failed_secretly(alice)

    shown = api.get(f"/api/v1/deliveries/{found.pk}/").json()

    assert shown["payload"] == {"title": "Merger talks"}
    assert shown["last_error"].endswith("ValueError: Merger talks cannot be read\n")


def test_the_last_line_of_a_traceback() -> None:
    assert last_line("Traceback\n  File\nValueError: no\n") == "ValueError: no"
