"""Whom the popup of an @ offers: who will read the comment, and to the other side only people it knows."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clm.access.objects import grant
from clm.accounts.models import User
from clm.lib.actor import Actor
from contracts.models import Contract, Mention
from contracts.operations.comments.start_thread import start_thread
from tests.cast import Cast, add_person, make_cast
from tests.contracts.comments.talk import negotiated, thread
from tests.contracts.papers import draft_contract

BACKEND = "django.contrib.auth.backends.ModelBackend"


def client_of(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.users[role], backend=BACKEND)
    return client


def offered(client: Client, contract: Contract, **query: str) -> dict[str, Any]:
    answer = client.get(reverse("comment-people", args=[contract.pk]), query)
    assert answer.status_code == 200, answer
    return dict(answer.json())


def names(client: Client, contract: Contract, **query: str) -> list[str]:
    return [person["name"] for person in offered(client, contract, **query)["people"]]


def test_people_of_the_house_by_the_beginnings_of_their_names(page: Client, acme: Cast, alice: Actor) -> None:
    contract = negotiated(acme)
    for name in ("anna lee", "lea anders", "hanna berg", "noor van der lee-ann"):
        add_person(acme, name, ["legal"])

    assert names(page, contract, q="an") == ["Anna Lee", "Lea Anders", "Noor Van Der Lee-Ann"]
    assert names(page, contract, q="lee an") == ["Anna Lee", "Noor Van Der Lee-Ann"]
    assert names(page, contract, q="ANNA L") == ["Anna Lee"]
    assert names(page, contract, q="nobody") == []
    assert names(page, contract, q="example") == []
    assert "Counterparty" not in names(page, contract, q="c")
    assert "Alice" not in names(page, contract, q="a")


def test_who_is_offered_is_told_apart(page: Client, acme: Cast, alice: Actor) -> None:
    contract = negotiated(acme)

    found = offered(page, contract, audience="shared", q="co")

    user = acme.users["counterparty"]
    assert found == {"people": [{"id": str(user.pk), "name": "Counterparty", "note": "Other side"}], "more": False}
    [legal] = offered(page, contract, q="legal")["people"]
    assert legal["note"] == acme.users["legal"].email


def test_the_other_side_is_offered_whom_it_knows(acme: Cast, alice: Actor) -> None:
    contract = negotiated(acme)
    guest = client_of(acme, "counterparty")
    assert names(guest, contract) == []

    thread(alice, contract, "Among us")
    assert names(guest, contract, audience="internal") == []
    thread(acme["legal"], contract, "We offer 99.5 %", audience="shared")

    known = {"id": str(acme.users["legal"].pk), "name": "Legal", "note": ""}
    assert offered(guest, contract, audience="internal") == {"people": [known], "more": False}


def test_a_confidential_contract_offers_who_sees_it(acme: Cast) -> None:
    contract = draft_contract(acme["legal"])
    Contract.objects.filter(pk=contract.pk).update(is_confidential=True)
    grant([acme.users["legal"], acme.users["finance"]], "contracts.see_confidential_contract", contract)

    assert names(client_of(acme, "legal"), contract) == ["Finance"]
    assert client_of(acme, "procurement").get(reverse("comment-people", args=[contract.pk])).status_code == 404


@pytest.mark.parametrize("role", ["auditor", "finance"])
def test_who_may_not_write_is_not_offered_readers(acme: Cast, role: str) -> None:
    contract = negotiated(acme)

    answer = client_of(acme, role).get(reverse("comment-people", args=[contract.pk]), {"audience": "shared"})

    assert answer.status_code == 403


def test_another_organization_finds_no_such_contract(acme: Cast) -> None:
    other = make_cast("globex")
    contract = negotiated(acme)

    assert client_of(other, "legal").get(reverse("comment-people", args=[contract.pk])).status_code == 404


def test_eight_are_offered_in_as_many_queries_as_two(page: Client, acme: Cast, alice: Actor) -> None:
    contract, counts = negotiated(acme), []
    for more in (2, 28):
        for index in range(more):
            add_person(acme, f"zoe {more} {index}", ["legal"])
        with CaptureQueriesContext(connection) as made:
            found = offered(page, contract, q="zoe")
        counts.append(len(made))

    assert (len(found["people"]), found["more"]) == (8, True)
    assert counts[0] == counts[1]


def test_of_two_people_of_one_name_the_chosen_one_is_named(acme: Cast, alice: Actor) -> None:
    contract = draft_contract(alice)
    for key in ("ann lee", "ann lee 2"):
        add_person(acme, key, ["legal"])
    User.objects.filter(name="Ann Lee 2").update(name="Ann Lee")

    start_thread(actor=alice, contract_id=contract.pk, text="@Ann Lee, look", mentions=[acme.users["ann lee"].pk])

    assert [row.person_id for row in Mention.objects.all()] == [acme.users["ann lee"].pk]


def test_the_form_says_where_to_ask(page: Client, acme: Cast, alice: Actor) -> None:
    contract = negotiated(acme)
    address = f"/contracts/{contract.pk}/comments/people/?audience="

    for audience in ("internal", "shared"):
        begun = thread(alice, contract, audience=audience)
        for url in (
            f"{reverse('comment-new', args=[contract.pk])}?audience={audience}",
            reverse("thread", args=[begun.pk]),
            reverse("comment-edit", args=[begun.comments.get().pk]),
        ):
            assert f'data-mentions="{address}{audience}"' in page.get(url).content.decode()
