"""Which contracts belong to a matter."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.events import retention as events
from contracts.models import Contract, Matter, MatterContract
from contracts.operations.retention.guards import wait_for_records
from contracts.queries.disposed import check_not_disposed
from contracts.queries.retention import standing_holds

VERB = "contracts.put_in_matter"


@transaction.atomic
def put_in_matter(*, actor: Actor, matter_id: UUID, contract_id: UUID) -> MatterContract:
    """The contract belongs to the matter, whose holds cover it from now on; the same again is what stands already.
    Raises DomainError `contract_disposed`."""
    wait_for_records(actor.organization_id)
    matter = lock_row(Matter, matter_id)
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, matter)
    require(actor, VERB, contract)
    check_not_disposed(contract)
    known = MatterContract.objects.filter(matter=matter, contract=contract).first()
    if known is not None:
        return known
    membership = MatterContract.objects.create(
        organization_id=actor.organization_id, matter=matter, contract=contract, created_at=clock.now()
    )
    record(actor, events.put_in_matter("matter.contract_added", membership))
    return membership


@transaction.atomic
def take_out_of_matter(*, actor: Actor, matter_id: UUID, contract_id: UUID) -> Matter:
    """Raises DomainError `on_hold` while a hold on the matter stands: release it first."""
    wait_for_records(actor.organization_id)
    matter = lock_row(Matter, matter_id)
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, matter)
    require(actor, VERB, contract)
    if standing_holds().filter(matter=matter).exists():
        raise DomainError("on_hold", _("A hold on this matter stands: release it first."))
    membership = MatterContract.objects.filter(matter=matter, contract=contract).first()
    if membership is not None:
        record(actor, events.put_in_matter("matter.contract_removed", membership))
        membership.delete()
    return matter
