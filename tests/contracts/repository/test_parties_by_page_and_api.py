"""Legal entities by page and by API: what is typed comes back, what is refused stands beside its field."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from clm.lib.actor import Actor
from contracts.models import Contract, Party, PartyContact
from contracts.operations.create_contract import create_contract
from contracts.operations.create_party import create_party
from contracts.operations.name_party import name_party
from contracts.operations.parties.identify_party import add_identifier
from contracts.operations.parties.name_contact import add_contact
from contracts.operations.parties.set_parent_company import set_parent_company
from contracts.operations.restrict_contract import restrict_contract
from tests.cast import Cast

LEI = "54930084UKLVMY22DS16"
CONTACT = {
    "name": "Ada Winter", "side": "theirs", "email": "ada@cirrus.example", "escalation_level": "1", "days": ["1", "2"],
    "opens_at": "09:00", "closes_at": "17:00", "time_zone": "Europe/Berlin",
}  # fmt: skip
ADDRESS = {"kind": "registered", "street": "Am Kai 7", "postal_code": "68159", "city": "Mannheim", "country": "DE"}


@pytest.fixture
def cirrus(alice: Actor) -> Party:
    return create_party(actor=alice, name="Cirrus Hosting GmbH", country="DE")


def shown(page: Client, name: str, *args: Any) -> str:
    answer = page.get(reverse(name, args=args))
    assert answer.status_code == 200
    return str(answer.content.decode())


def sent(page: Client, route: str, /, *args: Any, **data: Any) -> Any:
    return page.post(reverse(route, args=args), data)


def test_a_person_adds_a_party_and_all_that_is_known_of_it(page: Client) -> None:
    answer = sent(page, "party-new", name="Cirrus Hosting GmbH", country="DE", email="")
    party = Party.objects.get()
    assert answer.url == party.get_absolute_url()
    assert sent(page, "party-identifier-new", party.pk, kind="lei", value=LEI).status_code == 302
    assert sent(page, "party-address-new", party.pk, **ADDRESS).status_code == 302
    assert sent(page, "party-contact-new", party.pk, **CONTACT).status_code == 302

    text = shown(page, "party", party.pk)
    for words in (LEI, "Am Kai 7, 68159 Mannheim, DE", "Ada Winter", "Mon, Tue 09:00–17:00 (Europe/Berlin)"):
        assert words in text
    contact = party.contacts.get()
    assert sent(page, "party-contact-edit", party.pk, contact.pk, **CONTACT | {"name": "Ada Frost"}).status_code == 302
    assert PartyContact.objects.get().name == "Ada Frost"
    address = party.addresses.get()
    assert sent(page, "party-address-edit", party.pk, address.pk, **ADDRESS | {"city": "Bonn"}).status_code == 302
    assert party.addresses.get().city == "Bonn"
    for name, part in (
        ("party-identifier-remove", party.identifiers.get()), ("party-address-remove", address),
        ("party-contact-remove", contact),
    ):  # fmt: skip
        assert sent(page, name, party.pk, part.pk).status_code == 302
    assert "No contacts yet" in shown(page, "party", party.pk)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("party-identifier-new", {"kind": "lei", "value": "54930084UKLVMY22DS17"}, "its check digits do not fit"),
        ("party-address-new", ADDRESS | {"country": "Germany"}, "Two letters"),
        ("party-contact-new", CONTACT | {"email": "", "phone": ""}, "Give an e-mail address or a phone number"),
    ],
)
def test_what_is_wrong_stands_beside_the_field(
    page: Client, cirrus: Party, name: str, data: dict[str, Any], words: str
) -> None:
    answer = sent(page, name, cirrus.pk, **data)

    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert [part.count() for part in (cirrus.identifiers, cirrus.addresses, cirrus.contacts)] == [0, 0, 0]


def test_a_party_of_almost_the_same_name_is_asked_about(page: Client, cirrus: Party) -> None:
    asked = sent(page, "party-new", name="Cirrus Hosting", country="", email="")
    assert asked.status_code == 400
    assert f'<a href="{cirrus.get_absolute_url()}">Cirrus Hosting GmbH</a>' in asked.content.decode()
    assert Party.objects.count() == 1

    assert sent(page, "party-new", name="Cirrus Hosting", is_another="on").status_code == 302
    assert Party.objects.count() == 2


def test_a_group_and_an_archive_on_the_page(page: Client, alice: Actor, cirrus: Party) -> None:
    holding = create_party(actor=alice, name="Cirrus Holding SE")
    assert sent(page, "party-parent", cirrus.pk, parent=str(holding.pk)).status_code == 302
    assert f'<a href="{holding.get_absolute_url()}">Cirrus Holding SE</a>' in shown(page, "party", cirrus.pk)
    refused = sent(page, "party-parent", holding.pk, parent=str(cirrus.pk))
    assert (refused.status_code, "belongs to this company" in refused.content.decode()) == (400, True)

    assert sent(page, "party-archive", cirrus.pk, reason="Merged").status_code == 302
    assert "Archived: it is offered for no new contract." in shown(page, "party", cirrus.pk)
    rows = lambda query: page.get(reverse("parties") + query).content.decode().count('class="cell-main"')  # noqa: E731
    assert [rows(query) for query in ("?all=1", "?archived=only", "?archived=all")] == [1, 1, 2]
    assert sent(page, "party-reinstate", cirrus.pk).status_code == 302
    assert rows("?all=1") == 2


def test_the_page_counts_only_contracts_that_the_person_sees(page: Client, alice: Actor, acme: Cast) -> None:
    for title in ("Hosting", "Merger talks"):
        contract = create_contract(actor=alice, title=title)
        part = name_party(actor=alice, contract_id=contract.pk, name="Cirrus Hosting GmbH", role="counterparty")
    restrict_contract(actor=alice, contract_id=contract.pk)
    other = Client()
    other.force_login(acme.users["executive"], backend="django.contrib.auth.backends.ModelBackend")

    assert "Contracts (2)" in shown(page, "party", part.party_id)
    seen = shown(other, "party", part.party_id)
    assert "Contracts (1)" in seen
    assert "Merger talks" not in seen


def test_the_contract_says_whom_to_turn_to(page: Client, alice: Actor, cirrus: Party) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    name_party(actor=alice, contract_id=contract.pk, name=cirrus.name, role="counterparty")
    add_contact(actor=alice, party_id=cirrus.pk, name="Ada Winter", phone="+49 621 1", escalation_level=1)

    assert "Ada Winter" in shown(page, "contract-tab", contract.pk, "parties")


def test_parties_are_found_by_their_numbers(page: Client, alice: Actor, cirrus: Party) -> None:
    create_party(actor=alice, name="Nimbus AG")
    add_identifier(actor=alice, party_id=cirrus.pk, kind="vat", value="DE 136 695 976")

    for query in ("?q=136.695.976", "?identifier=DE136695", "?q=cirrus"):
        text = page.get(reverse("parties") + query).content.decode()
        assert ("Cirrus Hosting GmbH" in text, "Nimbus AG" in text) == (True, False), query


def test_the_api_has_all_of_a_party(api: APIClient, cirrus: Party) -> None:
    url = f"/api/v1/parties/{cirrus.pk}/"
    number = api.post(f"{url}identifiers/", {"kind": "vat", "value": "DE 136.695.976"})
    assert (number.status_code, number.data["value"]) == (201, "DE136695976")
    assert api.get(url).data["identifiers"] == [number.data]
    wrong = api.post(f"{url}identifiers/", {"kind": "vat", "value": "DE136695977"})
    assert (wrong.status_code, wrong.data["code"], list(wrong.data["errors"])) == (
        400, "identifier_unreadable", ["value"],
    )  # fmt: skip
    address = api.post(f"{url}addresses/", ADDRESS)
    assert api.patch(f"{url}addresses/{address.data['id']}/", {"city": "Bonn"}).data["city"] == "Bonn"
    contact = api.post(f"{url}contacts/", CONTACT | {"days": [1]}, format="json")
    assert (contact.status_code, contact.data["escalation_level"], contact.data["days"]) == (201, 1, [1])
    changed = api.patch(f"{url}contacts/{contact.data['id']}/", {"escalation_level": None}, format="json")
    assert changed.data["escalation_level"] is None
    assert api.post(f"{url}contacts/", {"name": "X", "title": "Dr"}, format="json").data["code"] == "unknown_field"
    for kind, part in (("identifiers", number), ("addresses", address), ("contacts", contact)):
        assert [row["id"] for row in api.get(f"{url}{kind}/").data["results"]] == [part.data["id"]]
        assert api.delete(f"{url}{kind}/{part.data['id']}/").status_code == 204
        assert api.get(f"{url}{kind}/").data["results"] == []


def test_the_api_has_groups_hints_and_the_archive(api: APIClient, alice: Actor, cirrus: Party) -> None:
    holding = create_party(actor=alice, name="Cirrus Holding SE")
    url = f"/api/v1/parties/{cirrus.pk}/"
    assert api.post(f"{url}parent/", {"parent": str(holding.pk)}, format="json").data["parent"] == holding.pk
    ring = api.post(f"/api/v1/parties/{holding.pk}/parent/", {"parent": str(cirrus.pk)}, format="json")
    assert (ring.status_code, ring.data["code"]) == (409, "party_cycle")
    assert [(row["name"], row["depth"]) for row in api.get(f"{url}group/").data] == [
        ("Cirrus Holding SE", 0), ("Cirrus Hosting GmbH", 1),
    ]  # fmt: skip
    alike = api.get("/api/v1/parties/similar/", {"name": "cirrus hosting"})
    assert [row["name"] for row in alike.data] == ["Cirrus Hosting GmbH", "Cirrus Holding SE"]
    assert api.post(f"{url}archiving/", {"reason": "Merged"}).data["archived_at"] is not None
    assert [row["name"] for row in api.get("/api/v1/parties/?is_archived=true").data["results"]] == [cirrus.name]
    assert api.post(f"{url}reinstatement/", {}).data["archived_at"] is None


def test_a_party_costs_as_many_queries_whatever_it_has(page: Client, api: APIClient, alice: Actor) -> None:
    holding = create_party(actor=alice, name="Holding SE")

    def grow(count: int) -> tuple[int, int, int]:
        start = Party.objects.count()
        for index in range(start, start + count):
            party = create_party(actor=alice, name=f"Party {index:03}")
            set_parent_company(actor=alice, party_id=party.pk, parent_id=holding.pk)
            add_identifier(actor=alice, party_id=party.pk, kind="duns", value=f"{index:09}")
            add_contact(actor=alice, party_id=holding.pk, name=f"Ada {index}", phone="1")
            contract = create_contract(actor=alice, title="Hosting")
            name_party(actor=alice, contract_id=contract.pk, name=holding.name, role="counterparty")
        found = []
        for client, url in (
            (page, holding.get_absolute_url()),
            (page, "/contracts/parties/"),
            (api, "/api/v1/parties/"),
        ):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url).status_code == 200
            found.append(len(captured))
        return found[0], found[1], found[2]

    few = grow(3)
    assert grow(6) == few
    assert Contract.objects.count() == 9
