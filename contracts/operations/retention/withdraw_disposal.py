"""A proposal to dispose of a contract is taken back."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.notify.tell import settle_about
from contracts.events import retention as events
from contracts.models import Disposal
from contracts.operations.retention.guards import locked_disposal
from contracts.states import DisposalState

VERB = "contracts.withdraw_disposal"


@transaction.atomic
def withdraw_disposal(*, actor: Actor, disposal_id: UUID) -> Disposal:
    """It may be proposed anew. Raises DomainError `illegal_move` once it was decided."""
    disposal = locked_disposal(actor, VERB, disposal_id)
    require(actor, VERB, disposal)
    before = move(actor, disposal, to=DisposalState.WITHDRAWN)
    settle_about(disposal, "contract.disposal_proposed")
    record(actor, events.disposal_ended(VERB, disposal, before, ""))
    return disposal
