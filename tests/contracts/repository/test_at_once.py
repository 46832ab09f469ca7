"""Two people at once, on a real database: no ring, no number twice."""

from __future__ import annotations

import pytest

from clm.lib.actor import Actor
from contracts.models import ContractRelation, Party, PartyIdentifier
from contracts.operations.create_contract import create_contract
from contracts.operations.create_party import create_party
from contracts.operations.parties.identify_party import add_identifier
from contracts.operations.parties.set_parent_company import set_parent_company
from contracts.operations.relations.relate_contracts import relate_contracts
from tests.contracts.test_at_once import at_once

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
