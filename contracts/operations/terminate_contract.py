"""A contract in force has ended before its term did."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.lib.locks import lock_row
from contracts import events
from contracts.models import Contract
from contracts.operations.retention.guards import end
from contracts.states import ContractState


@transaction.atomic
def terminate_contract(*, actor: Actor, contract_id: UUID, terminated_on: date, reason: str) -> Contract:
    """The contract is terminated as of a day that has come. Raises Invalid `reason_missing`, `date_ahead`."""
    contract = lock_row(Contract, contract_id)
    require(actor, "contracts.terminate_contract", contract)
    if not reason.strip():
        raise Invalid("reason_missing", "Say why it ends.", fields={"reason": ["Say why it ends."]})
    if terminated_on > clock.today(contract.time_zone):
        message = "This day has not come yet: record the termination when it takes effect."
        raise Invalid("date_ahead", message, fields={"terminated_on": [message]})
    previous = move(actor, contract, to=ContractState.TERMINATED, reason=reason)
    contract.terms_due_at = None
    contract.save(update_fields=["terms_due_at"])
    end(contract, terminated_on)
    record(
        actor,
        events.contract_moved(
            "contract.terminated", "contracts.terminate_contract", contract, previous,
            reason=reason, terminated_on=terminated_on,
        ),
    )  # fmt: skip
    return contract
