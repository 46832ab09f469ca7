"""What rests on a contract's text and facts follows them."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.lib.actor import Actor
from contracts.models import Contract
from contracts.operations.approval.reroute_approval import reroute_approval
from contracts.operations.conflicts.find_conflicts import compare_in_turn, find_conflicts
from contracts.operations.risk.assess_risk import assess_risk


@transaction.atomic
def follow_contract(*, actor: Actor, contract_id: UUID, later: bool = False) -> Contract:
    """Its score, what it says, where it does not agree with others, and whether an approval of it still asks whom the
    rules ask. Each is done by a verb of its own; again does nothing. `later`: as in `assess_risk`."""
    if not later:
        compare_in_turn(actor)
    contract = assess_risk(actor=actor, contract_id=contract_id, later=later)
    if later:
        return contract
    find_conflicts(actor=actor, contract_id=contract_id)
    reroute_approval(actor=actor, contract_id=contract_id)
    return contract
