"""A commitment is measured from now on, its past windows included."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from slas import events
from slas.models import Commitment
from slas.operations.guards import check_text_binds, find_amended
from slas.states import CommitmentState


@transaction.atomic
def activate_commitment(*, actor: Actor, commitment_id: UUID) -> Commitment:
    """Its windows are due to be opened, from `starts_on` on; a window in which it takes the place of an amended
    commitment is one window, judged by both for their part of it. Raises `version_not_final`, `contract_not_active`."""
    commitment = lock_row(Commitment, commitment_id, "version", "contract")
    require(actor, "slas.activate_commitment", commitment)
    check_text_binds(commitment, commitment.contract)
    find_amended(commitment)
    previous = move(actor, commitment, to=CommitmentState.ACTIVE)
    commitment.windows_due_at = clock.now()
    commitment.save(update_fields=["windows_due_at"])
    record(actor, events.commitment_activated(commitment, previous))
    return commitment
