"""A contract's score follows its text and facts, by weights that administrators switch on, and routes its approval."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from rest_framework.test import APIClient

from clm.access.permissions import visible
from clm.audit.models import LedgerEntry
from clm.events.dispatcher import drain
from clm.events.models import Delivery, DeliveryState, OutboxEvent
from clm.lib.actor import Actor
from contracts import subscribers
from contracts.models import Contract, RiskAssessment, RiskScale
from contracts.operations.add_version import add_version
from contracts.operations.change_contract import change_contract
from contracts.operations.create_contract import create_contract
from contracts.operations.restrict_contract import restrict_contract
from contracts.operations.risk.activate_risk_scale import activate_risk_scale
from contracts.operations.risk.change_risk_scale import change_risk_scale
from contracts.operations.risk.create_risk_scale import create_risk_scale
from contracts.tasks import follow_contracts
from tests.cast import Cast
from tests.contracts.approval.routed import FINANCE, matrix_of, refusal, requested, states, yes
from tests.contracts.papers import text_paper
from tests.contracts.risk.scored import CAPPED, contract_with, followed, party_named
from tests.contracts.terminations import announced


def parts_of(contract: Contract) -> dict[str, Any]:
    return {part["key"]: part for part in RiskAssessment.objects.get(contract=contract).parts}


def test_a_change_of_text_or_facts_is_followed_with_the_clause_that_it_rests_on(acme: Cast, alice: Actor) -> None:
    contract = contract_with(alice, party_named(alice, "Cirrus"), value_amount=Decimal(600_000), currency="EUR")
    drain()
    first = Contract.objects.get(pk=contract.pk)
    part = parts_of(contract)["liability"]
    assert (part["code"], part["points"]) == ("capped", "0.00")
    assert "exceed EUR 100,000" in part["rests_on"][0]["quote"]
    assert parts_of(contract)["value"]["points"] == "15.00"
    add_version(actor=alice, contract_id=contract.pk, paper=text_paper("1. Law\nGoverned by the laws of Germany.\n"))
    drain()
    assert parts_of(contract)["liability"]["code"] == "uncapped"
    assert Contract.objects.get(pk=contract.pk).risk_score == (first.risk_score or 0) + 20
    change_contract(actor=alice, contract_id=contract.pk, value_amount=None)
    drain()
    part = parts_of(contract)["value"]
    assert (part["is_known"], part["code"]) == (False, "value_missing")
    before = LedgerEntry.objects.filter(event="risk.assessed").count()
    followed(contract)
    assert LedgerEntry.objects.filter(event="risk.assessed").count() == before


def test_what_comes_at_once_is_followed_once_after_the_last(
    acme: Cast, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = contract_with(alice, party_named(alice, "Cirrus"), value_amount=Decimal(600_000), currency="EUR")
    other = contract_with(alice, party_named(alice, "Nimbus"))
    drain()
    begun = []
    work = subscribers.follow_contract
    monkeypatch.setattr(
        subscribers, "follow_contract", lambda **said: (begun.append(said["contract_id"]), work(**said))
    )
    for value in (None, Decimal(10), Decimal(700_000)):
        change_contract(actor=alice, contract_id=contract.pk, value_amount=value)
    change_contract(actor=alice, contract_id=other.pk, title="Else")
    drain()

    assert sorted(begun) == sorted([contract.pk, other.pk])
    assert parts_of(contract)["value"]["points"] == "15.00"
    # A later one that somebody has begun with may have read before this one was known.
    first, last = OutboxEvent.objects.filter(entry__contract_id=contract.pk).order_by("-pk")[:2][::-1]
    Delivery.objects.filter(event=last).update(status=DeliveryState.PENDING, attempts=1)
    subscribers.follow(first)
    Delivery.objects.filter(event=last).update(attempts=0)
    subscribers.follow(first)
    assert begun[2:] == [contract.pk]


def test_weights_count_once_they_are_switched_on_and_then_stay(acme: Cast, alice: Actor) -> None:
    contract = contract_with(alice, party_named(alice, "Cirrus"), CAPPED.replace("exceed EUR 100,000", "be owed"))
    admin, before = acme["administrator"], contract.risk_score
    only = dict.fromkeys(("departure", "mandatory", "value", "renewal", "jurisdiction", "history"), 0)
    scale = create_risk_scale(actor=admin, **only)
    assert Contract.objects.get(pk=contract.pk).risk_score == before
    assert refusal(lambda: change_risk_scale(actor=admin, scale_id=scale.pk, liability=0)) == "scale_wrong"
    activate_risk_scale(actor=admin, scale_id=scale.pk, replaces=None)
    drain()
    follow_contracts()
    assert Contract.objects.get(pk=contract.pk).risk_score == 100
    entry = LedgerEntry.objects.get(event="risk_scale.activated")
    assert (entry.actor_id, entry.after["liability"]) == (str(admin.person_id), 20)
    assert refusal(lambda: change_risk_scale(actor=admin, scale_id=scale.pk, liability=1)) == "scale_fixed"
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskScale.objects.filter(pk=scale.pk).update(liability=1)
    other = create_risk_scale(actor=admin)
    assert refusal(lambda: activate_risk_scale(actor=admin, scale_id=other.pk, replaces=None)) == "changed_meanwhile"


def test_the_history_of_a_party_says_nothing_of_confidential_contracts(acme: Cast, alice: Actor) -> None:
    other = announced(alice, kind="cause").contract
    party = other.parties.get(role="counterparty").party
    contract = contract_with(alice, party)
    assert parts_of(contract)["history"]["values"] == {"terminated_for_cause": "1"}
    restrict_contract(actor=alice, contract_id=other.pk)
    drain()
    follow_contracts()
    assert parts_of(contract)["history"]["code"] == "nothing_happened"
    assert not visible(acme["procurement"], RiskAssessment.objects.filter(contract=other)).exists()


def test_rules_look_at_the_score_of_the_exact_text_and_ask_again_when_it_moves(acme: Cast, alice: Actor) -> None:
    matrix_of(acme, {"name": "Always", "role": "legal"}, {**FINANCE, "risk": "high"})
    approval = requested(acme["procurement"], value_amount=Decimal(10), currency="EUR", jurisdiction="DE")
    assert [step["name"] for step in approval.trace] == ["Always"]
    yes(acme["legal"], approval)
    assert states(approval) == ("approved", "approved")
    admin = acme["administrator"]
    scale = create_risk_scale(actor=admin, **dict.fromkeys(("departure", "mandatory", "value", "history"), 0))
    activate_risk_scale(actor=admin, scale_id=scale.pk, replaces=None)
    drain()
    follow_contracts()
    assert states(approval)[0] == "superseded"
    again = requested(acme["procurement"], Contract.objects.get(pk=approval.contract_id))
    assert [step["name"] for step in again.trace] == ["Always", "Finance"]
    assert again.trace[1]["reasons"][0]["because"][0] == ["risk", "critical"]


def test_pages_and_the_api_show_it_to_our_side_alone(
    acme: Cast, alice: Actor, page: Client, api: APIClient, django_assert_max_num_queries: Any
) -> None:
    contract = contract_with(alice, party_named(alice, "Cirrus"))
    shown = page.get(f"/contracts/{contract.pk}/risk/").content.decode()
    assert "No words were found" not in shown
    assert "shall the aggregate liability of either party exceed EUR 100,000" in shown
    assert "not known" in shown
    found = api.get(f"/api/v1/contracts/{contract.pk}/risk/").json()
    assert (found["score"], found["band"]) == (contract.risk_score, contract.risk_band)
    listed = api.get("/api/v1/contracts/", {"risk": contract.risk_band}).json()["results"]
    assert [row["risk_score"] for row in listed] == [contract.risk_score]
    assert api.get("/api/v1/contracts/", {"risk_from": 100}).json()["results"] == []
    facets = api.get("/api/v1/contracts/facets/").json()["facets"]
    assert [row["counts"][0]["number"] for row in facets if row["key"] == "risk"] == [1]
    assert page.get("/contracts/", {"risk": contract.risk_band, "sort": "-risk"}).status_code == 200
    scale = create_risk_scale(actor=alice)
    with django_assert_max_num_queries(60):
        assert "newest contracts" in page.get(f"/contracts/risk/weights/{scale.pk}/?try=1").content.decode()
    sent = {"liability": 0, "home": ["DE"]}
    assert api.patch(f"/api/v1/risk-scales/{scale.pk}/", sent, format="json").json()["home"] == ["DE"]
    refused = api.patch(f"/api/v1/risk-scales/{scale.pk}/", {"liability": 101}, format="json")
    assert refused.status_code == 400
    told = APIClient()
    told.force_login(acme.users["counterparty"], backend="django.contrib.auth.backends.ModelBackend")
    assert told.get(f"/api/v1/contracts/{contract.pk}/risk/").status_code == 404


def test_lists_have_the_unscored_last_in_both_orders(alice: Actor, page: Client) -> None:
    scored = contract_with(alice, party_named(alice, "Cirrus"))
    other = contract_with(alice, party_named(alice, "Nimbus"), "1. Law\nGoverned by the laws of Germany.\n")
    unscored = create_contract(actor=alice, title="New")
    low, high = sorted((scored, other), key=lambda each: each.risk_score or 0)
    for sort, order in (("risk", [low, high, unscored]), ("-risk", [high, low, unscored])):
        assert list(page.get(f"/contracts/?sort={sort}").context["page"]) == order
