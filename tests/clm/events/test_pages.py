from __future__ import annotations

from django.test import Client
from rest_framework.test import APIClient

from clm.events.pages.views import last_line
from tests.cast import Cast
from tests.clm.events.conftest import Listener
from tests.clm.events.test_dispatcher import dead, delivery


def test_the_page_lists_dead_letters_with_their_error(page: Client, acme: Cast, listener: Listener) -> None:
    dead(acme, listener)

    shown = page.get("/dead-letters/").content.decode()

    assert "test.happened" in shown
    assert "RuntimeError: the neighbour is away" in shown


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


def test_the_last_line_of_a_traceback() -> None:
    assert last_line("Traceback\n  File\nValueError: no\n") == "ValueError: no"
