"""Contracts are found by a part of a party's name and by almost it, and renaming a party costs little."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clm.access.scope import organization_scope
from clm.lib.actor import Actor
from contracts import queries
from contracts.models import Contract, Party
from contracts.operations.change_party import change_party
from contracts.operations.create_party import create_party
from contracts.operations.name_party import name_party
from contracts.operations.set_parties import add_party
from contracts.queries.finding import found_for
from contracts.tasks import follow_names
from tests.cast import Cast
from tests.contracts.drafting.written import let_in
from tests.contracts.papers import active_contract, draft_contract


def found(actor: Actor, words: str) -> list[Contract]:
    return list(found_for(actor, queries.contracts(actor), words).rows)


def with_party(actor: Actor, name: str, title: str = "Works") -> Contract:
    contract = draft_contract(actor, title=title)
    name_party(actor=actor, contract_id=contract.pk, name=name, role="counterparty")
    return contract


@pytest.mark.parametrize("words", ["Zephy", "ephyr", "Zephir Networks", "zephyr netwrks", "Zephir", "Zephir Netwrks"])
def test_by_a_part_of_a_name_and_by_almost_it(alice: Actor, words: str) -> None:
    contract, _other = with_party(alice, "Zephyr Networks Ltd"), with_party(alice, "Quarry Partners AG")
    assert found(alice, words) == [contract]


@pytest.mark.parametrize("words", ['"Zephyr Netwrks"', "Zephir -Networks", "Zephir or Nothing", "Ze", "Zurich"])
def test_what_is_no_name_finds_no_party(alice: Actor, words: str) -> None:
    with_party(alice, "Zephyr Networks Ltd")
    assert found(alice, words) == []


def test_on_each_page_and_through_the_api_and_by_the_other_side(
    page: Client, api: Any, acme: Cast, alice: Actor
) -> None:
    contract, other = with_party(alice, "Zephyr Networks Ltd"), with_party(alice, "Quarry Partners AG")
    for url in ("/contracts/?q=Zephir+Netwrks", "/contracts/?party=Zephir+Netwrks", "/contracts/parties/?q=Zephir",
                "/search/?q=Zephir"):  # fmt: skip
        text = page.get(url).content.decode()
        assert ("Zephyr" in text, other.reference in text, "Quarry" in text) == (True, False, False), url
    assert [row["id"] for row in api.get("/api/v1/contracts/?q=Zephir+Netwrks").json()["results"]] == [str(contract.pk)]
    assert [row["name"] for row in api.get("/api/v1/parties/?q=Zephir").json()["results"]] == ["Zephyr Networks Ltd"]

    them = let_in(acme, contract)
    assert (found(them, "Zephir Netwrks"), found(them, "Quarry")) == ([contract], [])


def test_a_facet_counts_exactly_whom_its_filter_leaves(page: Client, api: Any, alice: Actor) -> None:
    short, long = with_party(alice, "Globex"), with_party(alice, "Globex Holding")
    facets = {facet["key"]: facet["counts"] for facet in api.get("/api/v1/contracts/facets/").json()["facets"]}
    for count in (each for each in facets["party"] if each["label"].startswith("Globex")):
        wanted, left_out = (short, long) if count["label"] == "Globex" else (long, short)
        listed = api.get("/api/v1/contracts/", count["filters"]).json()["results"]
        shown = page.get("/contracts/", count["filters"]).content.decode()
        assert ([row["id"] for row in listed], count["number"]) == ([str(wanted.pk)], 1)
        assert (wanted.reference in shown, left_out.reference in shown) == (True, False)


def test_changing_a_party_costs_the_same_for_one_contract_and_for_many(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contracts.search.PORTION", 3)
    party = create_party(actor=alice, name="Acme Ltd", is_ours=True)
    contracts = []
    costs = []
    for more in (1, 6):
        for number in range(more):
            contracts.append(draft_contract(alice, title=f"{more} {number}"))
            add_party(actor=alice, contract_id=contracts[-1].pk, party_id=party.pk, role="ours")
        with CaptureQueriesContext(connection) as asked:
            change_party(actor=alice, party_id=party.pk, name=f"Zenith {more} Ltd")
        costs.append(len(asked))
    assert costs[0] == costs[1]
    assert (follow_names(), follow_names()) == (7, 0)
    assert Contract.objects.filter(search="zenith").count() == 7
    change_party(actor=alice, party_id=party.pk, email="office@zenith.example")
    assert Party.objects.get(pk=party.pk).found_due_at is None


def test_renamed_again_while_it_is_followed_it_begins_anew(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    from contracts import search
    from contracts.tasks import _claim_renamed

    contract = active_contract(alice)
    part = contract.parties.get(role="counterparty")
    change_party(actor=alice, party_id=part.party_id, name="Zephyr")
    claimed = _claim_renamed()
    assert claimed is not None
    change_party(actor=alice, party_id=part.party_id, name="Quarry")
    search.find_by_name(part.party_id, claimed[2])
    assert follow_names() == 1


@pytest.mark.django_db(transaction=True)
def test_renamed_and_named_at_once_nobody_ends_in_a_deadlock(alice: Actor) -> None:
    contracts = [draft_contract(alice, title=f"C{number}") for number in range(4)]
    first, second = create_party(actor=alice, name="A"), create_party(actor=alice, name="B")
    for contract in contracts:
        add_party(actor=alice, contract_id=contract.pk, party_id=first.pk, role="counterparty")
    for contract in reversed(contracts):
        add_party(actor=alice, contract_id=contract.pk, party_id=second.pk, role="affiliate")
    failed: list[str] = []

    def run(act: Any) -> None:
        try:
            with organization_scope(alice.organization_id):
                act()
        except Exception as failure:
            failed.append(repr(failure))
        finally:
            connections.close_all()

    for number, contract in enumerate(contracts):
        acts = [
            lambda name=f"A{number}": change_party(actor=alice, party_id=first.pk, name=name),
            lambda name=f"B{number}": change_party(actor=alice, party_id=second.pk, name=name),
            lambda pk=contract.pk: add_party(actor=alice, contract_id=pk, party_id=first.pk, role="guarantor"),
            follow_names,
        ]
        threads = [threading.Thread(target=run, args=(act,)) for act in acts]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    assert failed == []
