"""Papers and contracts for tests, made by calling verbs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from clm.lib.actor import Actor
from contracts.models import Clause, Contract, Party, Passage, Version
from contracts.operations.activate_contract import activate_contract
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.create_party import create_party
from contracts.operations.mark_passage import mark_passage
from contracts.operations.record_execution import record_execution
from contracts.operations.set_parties import add_party
from contracts.operations.set_terms import set_terms
from contracts.papers import Paper, read_paper

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
SENTENCE = "The Provider shall keep the Service available at least 99.9 % of each calendar month."
TEXT = f"""Hosting Agreement

1. Service
The Provider hosts the Service for the Customer.

2. Service levels
2.1 Availability. {SENTENCE}
2.2 Credits. If availability is lower, the Customer receives a credit of 10 % of the monthly fee.

3. Term
This Agreement runs for one year and renews for one year at a time unless either party gives 30 days' notice.
"""
TERMS: dict[str, Any] = {
    "starts_on": date(2026, 1, 1),
    "initial_months": 12,
    "renewal": "automatic",
    "renewal_months": 12,
    "notice_length": 30,
    "notice_unit": "days",
    "notice_roll": "none",
}


@lru_cache(maxsize=64)
def text_paper(text: str = TEXT, name: str = "agreement.txt") -> Paper:
    return read_paper(text.encode(), name)


def draft_contract(actor: Actor, **facts: Any) -> Contract:
    """A draft with one version of TEXT."""
    contract = create_contract(actor=actor, **({"title": "Hosting"} | facts))
    add_version(actor=actor, contract_id=contract.pk, paper=text_paper())
    return contract


def active_contract(
    actor: Actor, terms: dict[str, Any] | None = None, *, others: Sequence[Party] = (), **facts: Any
) -> Contract:
    """A contract in force with TEXT, both parties, `others` on their side, and TERMS (changed by `terms`)."""
    contract = draft_contract(actor, **facts)
    version = newest(contract)
    set_terms(actor=actor, version_id=version.pk, terms=TERMS | (terms or {}))
    for name, role in (("Acme Ltd", "ours"), ("Cirrus Hosting GmbH", "counterparty")):
        party = create_party(actor=actor, name=f"{name} {contract.reference}", is_ours=role == "ours")
        add_party(actor=actor, contract_id=contract.pk, party_id=party.pk, role=role)
    for party in others:
        add_party(actor=actor, contract_id=contract.pk, party_id=party.pk, role="counterparty")
    record_execution(actor=actor, contract_id=contract.pk, executed_on=date(2025, 12, 20))
    return activate_contract(actor=actor, contract_id=contract.pk)


def newest(contract: Contract) -> Version:
    return Version.objects.filter(contract=contract).latest("number")


def passage_in(actor: Actor, contract: Contract | None = None, quote: str = SENTENCE) -> Passage:
    """The passage of a quote in the newest version of a contract (by default a new active one)."""
    version = newest(contract or active_contract(actor))
    start = version.text.index(quote)
    clause = Clause.objects.get(version=version, start__lte=start, end__gte=start + len(quote))
    return mark_passage(
        actor=actor, version_id=version.pk, clause_id=clause.pk, start=start, end=start + len(quote), quote=quote
    )
