"""A contract may do without a mandatory clause."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from contracts.events import omissions as events
from contracts.models import Omission
from contracts.operations.omissions.guards import decide, locked_omission
from contracts.states import OmissionState

VERB = "contracts.approve_omission"


@transaction.atomic
def approve_omission(*, actor: Actor, omission_id: UUID, note: str = "") -> Omission:
    """The contract is handed over and made final without the clause. Raises DomainError `own_omission`."""
    omission = locked_omission(actor, VERB, omission_id)
    require(actor, VERB, omission)
    before = decide(actor, omission, OmissionState.APPROVED, note.strip())
    record(actor, events.omission_decided(VERB, omission, before))
    return omission
