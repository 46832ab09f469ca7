"""Facets: counted over what the person sees and the filters leave; each leads to the list with those."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from clm.accounts.models import Team
from clm.lib.actor import Actor
from contracts.models import Contract
from contracts.operations.create_contract import create_contract
from contracts.operations.custom_fields.define_custom_field import define_custom_field
from contracts.operations.name_party import name_party
from contracts.operations.restrict_contract import restrict_contract
from contracts.queries import contracts, facets
from contracts.queries.finding import Found
from tests.cast import Cast
from tests.contracts.papers import draft_contract


@pytest.fixture
def filed(alice: Actor, acme: Cast) -> list[Contract]:
    """Three contracts, one of them for alice alone."""
    define_custom_field(actor=alice, key="risk", label="Risk", kind="choice", choices=["low", "high"])
    define_custom_field(actor=alice, key="audited", label="Audited", kind="yes_no")
    department = Team.objects.create(organization=acme.organization, name="IT", kind="department")
    facts: list[dict[str, Any]] = [
        {
            "title": "Hosting", "category": "hosting", "value_amount": Decimal(9_999), "currency": "EUR",
            "tags": ["EU", "cloud"], "department_id": department.pk, "custom_fields": {"risk": "low", "audited": True},
        },
        {
            "title": "Hosting two", "category": "hosting", "value_amount": Decimal(10_000), "currency": "EUR",
            "tags": ["EU"], "custom_fields": {"risk": "high"},
        },
        {"title": "Merger talks", "category": "nda", "value_amount": Decimal(2_000_000), "currency": "USD"},
    ]  # fmt: skip
    made = [create_contract(actor=alice, **each) for each in facts]
    for contract in made:
        name_party(actor=alice, contract_id=contract.pk, name="Acme Ltd", role="ours")
        name_party(actor=alice, contract_id=contract.pk, name="Cirrus GmbH", role="counterparty")
    name_party(actor=alice, contract_id=made[0].pk, name="Cirrus GmbH", role="guarantor")
    Contract.objects.filter(pk=made[0].pk).update(term_ends_on=date(2027, 3, 1))
    restrict_contract(actor=alice, contract_id=made[2].pk)
    return made


def counted(actor: Actor) -> dict[str, list[tuple[str, int]]]:
    found = facets.facets_of(Found(contracts(actor)), actor.organization_id)
    return {facet.label: [(count.label, count.number) for count in facet.counts] for facet in found.facets}


def test_counts_are_of_what_the_person_sees(alice: Actor, bob: Actor, filed: list[Contract]) -> None:
    assert counted(alice) == {
        "State": [("Draft", 3)],
        "Type": [("Hosting or outsourcing", 2), ("Non-disclosure agreement", 1)],
        "Party": [("Cirrus GmbH", 3)],
        "Department": [("IT", 1)],
        "Owner": [("Alice", 3)],
        "Tag": [("EU", 2), ("cloud", 1)],
        "Held against the library": [("Not yet, or without a text", 3)],
        "Value": [("EUR below 10,000", 1), ("EUR 10,000 to below 100,000", 1), ("USD 1,000,000 and more", 1)],
        "Term ends in": [("2027", 1)],
        "Risk": [("high", 1), ("low", 1)],
        "Audited": [("Yes", 1)],
    }
    seen = counted(bob)
    assert (seen["State"], seen["Type"]) == ([("Draft", 2)], [("Hosting or outsourcing", 2)])
    assert seen["Value"] == [("EUR below 10,000", 1), ("EUR 10,000 to below 100,000", 1)]
    assert "USD" not in str(seen)


def test_each_count_is_what_its_link_shows(page: Client, api: APIClient, filed: list[Contract]) -> None:
    found = api.get("/api/v1/contracts/facets/").data
    assert (found["number"], found["has_more"]) == (3, False)
    for facet in found["facets"]:
        for count in facet["counts"]:
            rows = page.get("/contracts/", count["filters"]).content.decode().count('data-href="/contracts/')
            assert rows == count["number"], (facet["key"], count)


def test_the_page_leads_from_filters_to_filters(page: Client, filed: list[Contract]) -> None:
    text = page.get("/contracts/facets/?q=hosting&cf_risk=high").content.decode()

    assert "Show 1 contract<" in text
    assert "/contracts/?q=hosting&amp;cf_risk=high&amp;tag=EU" in text
    assert "<strong>high</strong>" in text
    tagged = page.get("/contracts/facets/?tag=EU&value_from=5000").content.decode()
    assert '<td class="cell-main">cloud</td>' in tagged  # a list has one tag
    assert "tag=EU&amp;value_from=5000&amp;currency=EUR&amp;value_below=10000" in tagged
    assert "/contracts/facets/?q=hosting" in page.get("/contracts/?q=hosting").content.decode()
    assert "Nothing matches these filters" in page.get("/contracts/facets/?q=nothinglikeit").content.decode()


def test_of_many_the_newest_are_counted(
    page: Client, alice: Actor, filed: list[Contract], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "MOST", 2)
    monkeypatch.setattr(facets, "NEWEST", 1)

    found = facets.facets_of(Found(contracts(alice)), alice.organization_id)
    assert (found.number, found.has_more) == (1, True)
    newest = contracts(alice).order_by("-pk")[0]
    assert [count.filters for facet in found.facets for count in facet.counts if facet.key == "category"] == [
        {"category": newest.category}
    ]
    text = page.get("/contracts/facets/").content.decode()
    assert "the newest 2,500 are counted" in text
    assert "Show the contracts<" in text
    monkeypatch.setattr(facets, "MOST", contracts(alice).count())
    found = facets.facets_of(Found(contracts(alice)), alice.organization_id)
    assert (found.number, found.has_more) == (facets.MOST, False)


def test_facets_cost_as_many_queries_whatever_is_found(page: Client, alice: Actor, filed: list[Contract]) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert page.get("/contracts/facets/").status_code == 200
        return len(captured)

    few = cost()
    for number in range(5):
        create_contract(actor=alice, title=f"More {number}", tags=[f"t{number}"], custom_fields={"risk": "low"})
    assert cost() == few


def test_hits_are_marked_where_they_stand(page: Client, api: APIClient, alice: Actor, acme: Cast) -> None:
    draft_contract(alice, title="<b>Hosting</b>")

    text = page.get("/contracts/?q=credits").content.decode()
    assert "<mark>Credits</mark>" in text
    assert "&lt;b&gt;Hosting&lt;/b&gt;" in text
    row = api.get("/api/v1/contracts/?q=credits").data["results"][0]
    assert ["Credits", True] in row["snippet"]
    assert "".join(part for part, _is_hit in row["snippet"]).count("credit") >= 1
    assert "<mark>" not in page.get("/contracts/?q=hosting+-nothing&format=csv").getvalue().decode()
    assert api.get("/api/v1/contracts/").data["results"][0]["snippet"] == []
