"""Our words stay as they were sent."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record_all
from clm.lib.actor import Actor
from contracts.models import Change
from contracts.operations.negotiation.guards import check_ours, check_undecided, decide, locked_change
from contracts.states import ChangeState

VERB = "contracts.reject_change"


@transaction.atomic
def reject_change(*, actor: Actor, change_id: UUID) -> Change:
    """The change is rejected; our draft stays as it is. Raises DomainError `change_decided`, `turn_over`."""
    change = locked_change(change_id)
    require(actor, VERB, change)
    check_ours(change.contract, change.version_id)
    check_undecided(change)
    record_all(actor, decide(actor, VERB, [change], ChangeState.REJECTED))
    return change
