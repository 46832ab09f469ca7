"""A contract has an indicator and the service it measures."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from contracts.models import Contract
from slas.models import Indicator, Service
from slas.operations.add_indicator import add_indicator
from slas.operations.add_service import add_service
from slas.terms import NewIndicator


@transaction.atomic
def measure_service(*, actor: Actor, contract_id: UUID, indicator: NewIndicator) -> Indicator:
    """The service is made where the contract has none of that name; refusals are those of the two verbs, together."""
    contract = lock_row(Contract, contract_id)
    require(actor, "slas.add_indicator", contract)
    service = Service.objects.filter(contract=contract, name=indicator.service_name.strip()).first()
    service = service or add_service(actor=actor, contract_id=contract.pk, name=indicator.service_name)
    given = asdict(indicator)
    given.pop("service_name")
    return add_indicator(actor=actor, service_id=service.pk, **given)
