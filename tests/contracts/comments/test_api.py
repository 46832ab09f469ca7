"""Comments through the API: the same verbs, the same refusals, the same reading."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from clm.lib.actor import Actor
from contracts.models import Thread
from contracts.operations.comments.resolve_thread import resolve_thread
from tests.cast import Cast
from tests.contracts.comments.talk import availability, negotiated, thread
from tests.contracts.papers import draft_contract

BACKEND = "django.contrib.auth.backends.ModelBackend"


def threads_of(api: APIClient, contract: Any, **query: str) -> list[dict[str, Any]]:
    answer = api.get(f"/api/v1/contracts/{contract.pk}/threads/", query)
    assert answer.status_code == 200, answer.json()
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_a_thread_from_its_beginning_to_its_end(api: APIClient, acme: Cast, alice: Actor) -> None:
    contract = draft_contract(alice)
    clause = availability(contract)
    sent = {"text": "Too low?", "clause": str(clause.pk), "quote": "99.9 %", "mentions": [str(acme.users["legal"].pk)]}

    made = api.post(f"/api/v1/contracts/{contract.pk}/threads/", sent, format="json")

    assert made.status_code == 201, made.json()
    body = made.json()
    assert (body["audience"], body["state"], body["quote"], body["waits"]) == ("internal", "open", "99.9 %", False)
    assert body["place"] == {
        "clause": str(clause.pk), "at": "2.1 Availability", "is_earlier": False, "in_draft": False,
    }  # fmt: skip
    said = body["comments"][0]
    assert (said["author"], said["is_mine"], said["text"], said["mentions"]) == ("Alice", True, "Too low?", ["Legal"])
    path = f"/api/v1/threads/{body['id']}/"
    assert len(api.post(f"{path}replies/", {"text": "It is"}, format="json").json()["comments"]) == 2
    changed = api.patch(f"/api/v1/comments/{said['id']}/", {"text": "Far too low?"}, format="json").json()
    assert changed["comments"][0]["text"] == "Far too low?"
    assert changed["comments"][0]["edited_at"] is not None
    assert api.post(f"{path}resolution/").json()["state"] == "resolved"
    assert api.post(f"{path}replies/", {"text": "Still"}, format="json").status_code == 409
    assert api.post(f"{path}reopening/").json()["state"] == "open"
    assert api.get(path).json()["state"] == "open"


def test_lists_filter(api: APIClient, acme: Cast, alice: Actor) -> None:
    contract = negotiated(acme)
    shared = thread(alice, contract, audience="shared")
    settled = resolve_thread(actor=alice, thread_id=thread(alice, contract).pk)

    assert [row["id"] for row in threads_of(api, contract)] == [str(settled.pk), str(shared.pk)]
    assert [row["id"] for row in threads_of(api, contract, audience="shared")] == [str(shared.pk)]
    assert [row["id"] for row in threads_of(api, contract, state="resolved")] == [str(settled.pk)]


def test_the_other_side_reads_and_writes_only_what_is_shared(acme: Cast, alice: Actor) -> None:
    contract = negotiated(acme)
    internal = thread(alice, contract, "Our walk-away is 98 %")
    thread(alice, contract, "@Counterparty, @Legal: 99.5 %", audience="shared")
    guest = APIClient()
    guest.force_login(acme.users["counterparty"], backend=BACKEND)

    [seen] = threads_of(guest, contract)

    assert seen["comments"][0]["author"] == "Alice"
    assert seen["comments"][0]["mentions"] == ["Counterparty"]
    assert guest.get(f"/api/v1/threads/{internal.pk}/").status_code == 404
    made = guest.post(f"/api/v1/contracts/{contract.pk}/threads/", {"text": "More"}, format="json")
    assert (made.status_code, made.json()["audience"]) == (201, "shared")
    sent = {"text": "Among us", "audience": "internal"}
    refused = guest.post(f"/api/v1/contracts/{contract.pk}/threads/", sent, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "audience_unknown")
    assert Thread.objects.count() == 3


def test_the_list_takes_as_many_queries_for_many_threads(api: APIClient, acme: Cast, alice: Actor) -> None:
    contract = negotiated(acme)
    counts = []
    for more in (3, 27):
        for _index in range(more):
            thread(alice, contract, "@Legal?", clause_id=availability(contract).pk)
        with CaptureQueriesContext(connection) as made:
            threads_of(api, contract)
        counts.append(len(made))

    assert counts[0] == counts[1]
