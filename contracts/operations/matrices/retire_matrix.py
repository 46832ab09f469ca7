"""Rules of who approves what are not used, or no longer."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import advisory_lock, lock_row
from contracts.events import approvals as events
from contracts.models import Matrix
from contracts.operations.matrices.activate_matrix import retire

VERB = "contracts.retire_matrix"


@transaction.atomic
def retire_matrix(*, actor: Actor, matrix_id: UUID) -> Matrix:
    """A draft is put aside; the active matrix is switched off, and from then on nobody is asked."""
    advisory_lock(f"matrices:{actor.organization_id}")
    matrix = lock_row(Matrix, matrix_id)
    require(actor, VERB, matrix)
    before = retire(actor, matrix)
    record(actor, events.matrix_event("matrix.retired", VERB, matrix, {"state": before}, {"state": matrix.state}))
    return matrix
