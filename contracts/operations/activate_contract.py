"""An executed contract is in force, with the terms that began so far."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.calendar import current_stretch
from contracts.models import Contract
from contracts.operations.advance_terms import begin
from contracts.queries import version_in_force
from contracts.states import ContractState

VERB = "contracts.activate_contract"


@transaction.atomic
def activate_contract(*, actor: Actor, contract_id: UUID) -> Contract:
    """The contract is active and each of its terms up to today has a row.

    Raises DomainError `not_yet_effective` before its first version takes effect, `terms_missing` without terms,
    `terms_too_many` where its first day lies so far back that they are beyond counting.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    contract.STATES.check(contract.state, ContractState.ACTIVE)
    if version_in_force(contract, clock.today(contract.time_zone)) is None:
        raise DomainError("not_yet_effective", "No version of this contract is in effect yet.")
    if current_stretch(contract) is None:
        raise DomainError("terms_missing", "Set the terms first.")
    begin(actor, contract, verb=VERB)
    return contract
