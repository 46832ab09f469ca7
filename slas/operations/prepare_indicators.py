"""A contract has an uptime indicator for each key that telemetry names."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from contracts.models import Contract
from slas.models import Indicator, Service
from slas.operations.add_indicator import add_indicator
from slas.operations.add_service import add_service


@transaction.atomic
def prepare_indicators(*, actor: Actor, contract_id: UUID, keys: Sequence[str]) -> int:
    """Missing ones are made, each with a service of its name; answers how many. Keys of over 120 characters are left
    for the ingest to refuse."""
    contract = lock_row(Contract, contract_id)
    require(actor, "slas.add_indicator", contract)
    known = set(Indicator.objects.filter(key__in=keys).values_list("key", flat=True))
    wanted = [key for key in keys if key not in known and key.strip() and len(key) <= 120]
    for key in wanted:
        service = Service.objects.filter(contract=contract, name=key.strip()).first()
        service = service or add_service(actor=actor, contract_id=contract.pk, name=key)
        add_indicator(actor=actor, service_id=service.pk, key=key)
    return len(wanted)
