"""A mandatory clause stays mandatory in a contract."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.events import omissions as events
from contracts.models import Omission
from contracts.operations.omissions.guards import decide, locked_omission
from contracts.states import OmissionState

VERB = "contracts.refuse_omission"


@transaction.atomic
def refuse_omission(*, actor: Actor, omission_id: UUID, reason: str) -> Omission:
    """It may be asked anew with another reason. Raises DomainError `own_omission`, Invalid `reason_missing`."""
    omission = locked_omission(actor, VERB, omission_id)
    require(actor, VERB, omission)
    if not reason.strip():
        message = _("Say why it may not be left out.")
        raise Invalid("reason_missing", message, fields={"reason": [message]})
    before = decide(actor, omission, OmissionState.REFUSED, reason.strip())
    record(actor, events.omission_decided(VERB, omission, before))
    return omission
