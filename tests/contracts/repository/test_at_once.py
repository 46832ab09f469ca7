"""Two people at once, on a real database: no ring, no number twice."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from clm.access.scope import organization_scope
from clm.lib.actor import Actor
from contracts import search
from contracts.models import ContractRelation, Party, PartyIdentifier
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.create_party import create_party
from contracts.operations.name_party import name_party
from contracts.operations.parties.identify_party import add_identifier
from contracts.operations.parties.set_parent_company import set_parent_company
from contracts.operations.relations.relate_contracts import relate_contracts
from tests.contracts.test_at_once import at_once
from tests.contracts.test_search import filed, found, paper_of

pytestmark = pytest.mark.django_db(transaction=True)
LEI = "54930084UKLVMY22DS16"


def test_one_ring_and_one_number_of_two_are_refused(alice: Actor) -> None:
    """All in one world, for it is emptied after each test: companies, numbers, contracts."""
    parties = [create_party(actor=alice, name=name).pk for name in ("One SE", "Two SE")]
    contracts = [create_contract(actor=alice, title=name).pk for name in ("One", "Two")]
    ways = [(0, 1), (1, 0)]

    calls = [
        lambda a=a, b=b: set_parent_company(actor=alice, party_id=parties[a], parent_id=parties[b]) for a, b in ways
    ]
    assert at_once(alice, calls) == ["", "party_cycle"]
    assert Party.objects.filter(parent=None).count() == 1

    numbers = [lambda pk=pk: add_identifier(actor=alice, party_id=pk, kind="lei", value=LEI) for pk in parties]
    assert at_once(alice, numbers) == ["", "identifier_known"]
    assert PartyIdentifier.objects.count() == 1

    ties = [
        lambda a=a, b=b: relate_contracts(actor=alice, contract_id=contracts[a], other_id=contracts[b], kind="order")
        for a, b in ways
    ]
    assert at_once(alice, ties) == ["", "relation_known"]
    assert ContractRelation.objects.count() == 1


def test_a_text_that_comes_while_a_party_is_renamed_is_found(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker that finds the contract by the new name has read its texts already, and writes their words after."""
    contract = filed(alice, "The former words.")
    name_party(actor=alice, contract_id=contract.pk, name="Zephyr", role="counterparty")
    party = Party.objects.get(name="Zephyr")
    search.find_by_name_later(party)
    write, begun = search._refresh, threading.Event()

    def come() -> None:
        with organization_scope(alice.organization_id):
            add_version(actor=alice, contract_id=contract.pk, paper=paper_of("Purple zebras came."))
        connection.close()

    coming = threading.Thread(target=come)

    def slowly(*given: Any) -> None:
        if not begun.is_set():
            begun.set()
            coming.start()
            coming.join(timeout=1)  # it waits for the contract, and would be over by then if it did not
        write(*given)

    monkeypatch.setattr(search, "_refresh", slowly)
    search.find_by_name(party.pk, party.found_due_at)
    coming.join(timeout=30)

    assert found(alice, "zebras") == found(alice, '"purple zebras"') == [contract]
