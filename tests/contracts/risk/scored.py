"""Contracts that are scored and compared, for tests, made by calling verbs."""

from __future__ import annotations

from typing import Any

from clm.access.permissions import system_actor
from clm.lib.actor import Actor
from contracts.access.risk import ASSESSOR
from contracts.models import Conflict, Contract, Party
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.create_party import create_party
from contracts.operations.risk.follow_contract import follow_contract
from contracts.operations.set_parties import add_party
from tests.contracts.papers import text_paper

CAPPED = """1. Payment
The Customer pays each invoice within 30 days of its receipt.

2. Liability
In no event shall the aggregate liability of either party exceed EUR 100,000.

3. Governing law
This Agreement is governed by the laws of Germany.
"""


def party_named(actor: Actor, name: str, **facts: Any) -> Party:
    return Party.objects.filter(name=name).first() or create_party(actor=actor, name=name, **facts)


def contract_with(actor: Actor, party: Party, text: str = CAPPED, **facts: Any) -> Contract:
    """A draft with this text and this counterparty, scored and compared."""
    contract = create_contract(actor=actor, **({"title": "Hosting"} | facts))
    add_version(actor=actor, contract_id=contract.pk, paper=text_paper(text))
    add_party(actor=actor, contract_id=contract.pk, party_id=party.pk, role="counterparty")
    return followed(contract)


def followed(contract: Contract) -> Contract:
    assessor = system_actor(ASSESSOR, contract.organization_id)
    follow_contract(actor=assessor, contract_id=contract.pk)
    return Contract.objects.get(pk=contract.pk)


def conflict_of(actor: Actor) -> Conflict:
    """Two contracts with one party by different laws."""
    party = party_named(actor, "Cirrus Hosting GmbH", country="DE")
    contract_with(actor, party)
    other = contract_with(actor, party, CAPPED.replace("Germany", "Austria"))
    return Conflict.objects.get(other=other, topic="law")
