"""New rules of who approves what are begun."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Max

from clm.access.permissions import get_visible, require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import advisory_lock
from contracts.events import approvals as events
from contracts.models import Matrix, Rule
from contracts.operations.matrices.guards import FIELDS

VERB = "contracts.create_matrix"


@transaction.atomic
def create_matrix(*, actor: Actor, note: str = "", copy_of: UUID | None = None) -> Matrix:
    """A draft, with the rules of another matrix where one is named. Nothing is asked by it before it is switched on."""
    advisory_lock(f"matrices:{actor.organization_id}")
    require(actor, VERB)
    source = get_visible(actor, Matrix.objects.all(), copy_of) if copy_of else None
    last = Matrix.objects.aggregate(last=Max("number"))["last"]
    matrix = Matrix.objects.create(
        organization_id=actor.organization_id,
        number=(last or 0) + 1,
        note=note.strip(),
        created_by_id=actor.person_id,
        created_at=clock.now(),
    )
    rules = Rule.objects.filter(matrix=source).order_by("place") if source else Rule.objects.none()
    Rule.objects.bulk_create(
        Rule(
            organization_id=matrix.organization_id,
            matrix=matrix,
            place=place,
            **{name: getattr(rule, name) for name in FIELDS},
        )
        for place, rule in enumerate(rules, 1)
    )
    after = {"number": matrix.number, "copy_of": source.number if source else None, "state": matrix.state}
    record(actor, events.matrix_event("matrix.created", VERB, matrix, {}, after))
    return matrix
