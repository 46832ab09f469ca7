from __future__ import annotations

from datetime import date

import pytest

from clm.lib.actor import Actor
from contracts.models import Contract
from contracts.operations.create_contract import create_contract
from obligations.models import Obligation
from obligations.operations.add_obligation import add_obligation


@pytest.fixture
def contract(alice: Actor) -> Contract:
    return create_contract(actor=alice, title="Hosting", time_zone="Europe/Berlin")


@pytest.fixture
def duty(alice: Actor, contract: Contract) -> Obligation:
    """Due on the 15th of every month from January 2027, with proof."""
    return add_obligation(
        actor=alice,
        contract_id=contract.pk,
        title="Send the report",
        first_due_on=date(2027, 1, 15),
        recurrence="months",
        proof_required="The report",
    )
