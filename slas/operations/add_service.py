"""A service that a counterparty provides under a contract exists."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from contracts.models import Contract
from slas import events
from slas.models import Service


@transaction.atomic
def add_service(*, actor: Actor, contract_id: UUID, name: str) -> Service:
    """Raises `service_exists` where the contract has one of that name, Invalid `name_missing`."""
    contract = lock_row(Contract, contract_id)
    require(actor, "slas.add_service", contract)
    if not name.strip():
        raise Invalid("name_missing", "A service has a name.", fields={"name": ["Give it a name."]})
    if Service.objects.filter(contract=contract, name=name.strip()).exists():
        raise DomainError("service_exists", "The contract has this service.", fields={"name": ["It exists already."]})
    service = Service.objects.create(organization_id=actor.organization_id, contract=contract, name=name.strip()[:120])
    record(actor, events.service_added(service))
    return service
