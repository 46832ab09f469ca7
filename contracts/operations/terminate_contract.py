"""A contract in force has ended before its term did."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.lib.locks import lock_row
from contracts.models import Contract
from contracts.operations.termination.guards import (
    check_not_before_it_began,
    check_not_before_its_term,
    finish,
    overtake_announced,
)
from contracts.queries.signing import check_not_out
from contracts.states import ContractState

VERB = "contracts.terminate_contract"


@transaction.atomic
def terminate_contract(*, actor: Actor, contract_id: UUID, terminated_on: date, reason: str) -> Contract:
    """The contract is terminated as of a day that has come; an announced end is overtaken. See `announce_termination`
    for one with notice. Raises Invalid `reason_missing`, `date_ahead`, `before_it_began`,
    `before_its_term`."""
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    check_not_out(contract)
    if not reason.strip():
        raise Invalid("reason_missing", "Say why it ends.", fields={"reason": ["Say why it ends."]})
    if terminated_on > clock.today(contract.time_zone):
        message = "This day has not come yet: record the termination when it takes effect."
        raise Invalid("date_ahead", message, fields={"terminated_on": [message]})
    contract.STATES.check(contract.state, ContractState.TERMINATED)
    check_not_before_it_began(contract, terminated_on, "terminated_on")
    check_not_before_its_term(contract, terminated_on, "terminated_on")
    overtake_announced(actor, VERB, contract)
    record(actor, finish(actor, VERB, contract, terminated_on, reason))
    return contract
