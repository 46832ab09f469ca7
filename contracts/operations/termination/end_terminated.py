"""The day of an announced termination has come."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record, record_all
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Termination
from contracts.operations.termination.guards import locked_termination, overtake, take_effect
from contracts.states import ContractState, TerminationState

VERB = "contracts.end_terminated"


@transaction.atomic
def end_terminated(*, actor: Actor, termination_id: UUID) -> Termination:
    """The contract is terminated, or where it ended otherwise by then the announcement is overtaken. Nothing happens
    before its day."""
    termination = locked_termination(actor, VERB, termination_id)
    require(actor, VERB, termination)
    if termination.state != TerminationState.ANNOUNCED or termination.due_at is None:
        return termination
    if termination.due_at > clock.now():
        return termination
    if termination.contract.state in (ContractState.ACTIVE, ContractState.EXECUTED):
        record_all(actor, take_effect(actor, VERB, termination))
    else:
        record(actor, overtake(actor, VERB, termination))
    return termination
