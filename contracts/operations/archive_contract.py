"""A contract that is over leaves the desk."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from contracts import events
from contracts.models import Contract
from contracts.operations.approval.guards import close_approvals
from contracts.operations.retention.guards import end
from contracts.queries.signing import check_not_out
from contracts.states import ContractState


@transaction.atomic
def archive_contract(*, actor: Actor, contract_id: UUID, reason: str = "") -> Contract:
    """The contract is archived: kept, found, and out of the way. One that was never signed is over from today."""
    contract = lock_row(Contract, contract_id)
    require(actor, "contracts.archive_contract", contract)
    check_not_out(contract)
    previous = move(actor, contract, to=ContractState.ARCHIVED, reason=reason)
    close_approvals(actor, contract, verb="contracts.archive_contract", why=_("The contract was archived."))
    end(contract, clock.today(contract.time_zone))
    facts = events.contract_moved("contract.archived", "contracts.archive_contract", contract, previous, reason=reason)
    record(actor, facts)
    return contract
