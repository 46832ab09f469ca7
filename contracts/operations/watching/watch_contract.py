"""Somebody wants to hear what happens to a contract, or no longer does."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from contracts.events import watching as events
from contracts.models import Contract, Watcher

VERB = "contracts.watch_contract"


@transaction.atomic
def watch_contract(*, actor: Actor, contract_id: UUID) -> Contract:
    """The actor is told of what happens to the contract; who watches it already watches it."""
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    if not Watcher.objects.filter(contract=contract, user_id=actor.person_id).exists():
        watcher = Watcher.objects.create(
            organization_id=contract.organization_id,
            contract=contract,
            user_id=actor.person_id,
            added_by_id=actor.person_id,
        )
        record(actor, events.watcher_set("contract.watched", VERB, watcher))
    return contract


@transaction.atomic
def unwatch_contract(*, actor: Actor, contract_id: UUID) -> Contract:
    """The actor is told no more; who does not watch it is not."""
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    watcher = Watcher.objects.filter(contract=contract, user_id=actor.person_id).first()
    if watcher is not None:
        record(actor, events.watcher_set("contract.unwatched", VERB, watcher))
        watcher.delete()
    return contract
