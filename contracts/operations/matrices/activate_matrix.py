"""New rules of who approves what are switched on."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import advisory_lock
from contracts.events import approvals as events
from contracts.models import Matrix, Rule
from contracts.operations.matrices.guards import locked_draft
from contracts.queries.routing import active_matrix
from contracts.states import MatrixState

VERB = "contracts.activate_matrix"


@transaction.atomic
def activate_matrix(*, actor: Actor, matrix_id: UUID, replaces: UUID | None) -> Matrix:
    """From now on these rules say who is asked, and no others; what is asked already stays as it was asked, but a text
    for which nobody was asked, and which these rules ask about, is approved no more within minutes: somebody sends it
    again. `replaces` is the matrix that was active on the screen, None where none was.

    Raises DomainError `matrix_fixed`, `matrix_empty`, `changed_meanwhile` where another is active by now.
    """
    advisory_lock(f"matrices:{actor.organization_id}")
    matrix = locked_draft(actor, VERB, matrix_id)
    require(actor, VERB, matrix)
    if not Rule.objects.filter(matrix=matrix).exists():
        raise DomainError("matrix_empty", _("A matrix without rules asks nobody: add one first."))
    before = active_matrix()
    if (before.pk if before else None) != replaces:
        raise DomainError("changed_meanwhile", _("Another matrix was switched on meanwhile: compare with that one."))
    if before is not None:
        retire(actor, before)
    matrix.activated_at, matrix.activated_by_id = clock.now(), actor.person_id
    matrix.save(update_fields=["activated_at", "activated_by"])
    move(actor, matrix, to=MatrixState.ACTIVE)
    after = {"state": matrix.state, "replaces": before.number if before else None}
    record(actor, events.matrix_event("matrix.activated", VERB, matrix, {"state": "draft"}, after))
    return matrix


def retire(actor: Actor, matrix: Matrix) -> str:
    """Facts first, then the move; answers the state before."""
    matrix.retired_at = clock.now()
    matrix.save(update_fields=["retired_at"])
    return move(actor, matrix, to=MatrixState.RETIRED)
