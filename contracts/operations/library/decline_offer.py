"""A contract does not take a newer version of a library clause."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from contracts.events import library as events
from contracts.models import Contract, DeclinedOffer
from contracts.queries.clause_library import offered_to

VERB = "contracts.decline_offer"


@transaction.atomic
def decline_offer(*, actor: Actor, contract_id: UUID, library_version_id: UUID, reason: str = "") -> DeclinedOffer:
    """The version is offered no more to the texts of this contract; what they have from the library stays as it is. A
    later version is offered again.

    Raises Invalid `not_offered` where no clause of an open text of the contract has an older version, DomainError
    `offer_declined` where it was declined already.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    if DeclinedOffer.objects.filter(contract=contract, library_version_id=library_version_id).exists():
        raise DomainError("offer_declined", _("This was declined already."))
    version = offered_to(contract).filter(pk=library_version_id).first()
    if version is None:
        message = _("This version is not offered to the contract.")
        raise Invalid("not_offered", message, fields={"library_version": [message]})
    declined = DeclinedOffer.objects.create(
        organization_id=contract.organization_id,
        contract=contract,
        library_version=version,
        reason=reason.strip(),
        declined_by_id=actor.person_id,
        created_at=clock.now(),
    )
    record(actor, events.offer_declined(declined))
    return declined
