"""A signed contract is in force from its day on, though nobody thinks of it: its notice days are known from then on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from clm.audit.models import LedgerEntry
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Contract, Term
from contracts.operations.activate_contract import activate_contract
from contracts.operations.create_party import create_party
from contracts.operations.record_execution import record_execution
from contracts.operations.set_parties import add_party
from contracts.operations.set_terms import set_terms
from contracts.states import ContractState
from contracts.tasks import advance_terms
from tests.contracts.papers import TERMS, draft_contract, newest

STARTS = date(2026, 1, 1)


@pytest.fixture
def signed(alice: Actor) -> Contract:
    with clock.set_to(datetime(2025, 12, 20, 9, tzinfo=UTC)):
        contract = draft_contract(alice)
        set_terms(actor=alice, version_id=newest(contract).pk, terms=TERMS | {"starts_on": STARTS})
        for name, role in (("Acme Ltd", "ours"), ("Cirrus Hosting GmbH", "counterparty")):
            party = create_party(actor=alice, name=name, is_ours=role == "ours")
            add_party(actor=alice, contract_id=contract.pk, party_id=party.pk, role=role)
        return record_execution(actor=alice, contract_id=contract.pk, executed_on=date(2025, 12, 20))


def test_it_begins_on_its_day_and_not_before(signed: Contract) -> None:
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    assert signed.terms_due_at == begins

    with clock.set_to(begins - timedelta(seconds=1)):
        assert advance_terms() == 0
    with clock.set_to(begins):
        assert (advance_terms(), advance_terms()) == (1, 0)

    signed.refresh_from_db()
    assert signed.state == ContractState.ACTIVE
    assert Term.objects.get(contract=signed).notice_deadline is not None
    entry = LedgerEntry.objects.get(event="contract.activated")
    assert (entry.verb, entry.actor_kind) == ("contracts.advance_terms", "system")


def test_who_thinks_of_it_is_as_fast(alice: Actor, signed: Contract) -> None:
    """Once it is in force the worker has nothing to do but the next renewal."""
    with clock.set_to(datetime(2026, 1, 1, 8, tzinfo=UTC)):
        activate_contract(actor=alice, contract_id=signed.pk)
        assert advance_terms() == 0
    assert LedgerEntry.objects.filter(event="contract.activated").count() == 1
