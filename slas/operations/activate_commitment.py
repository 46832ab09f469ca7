"""A commitment is measured from now on, its past windows included."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from clm.access.permissions import require
from clm.audit.models import Transition
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import advisory_lock, lock_row
from slas import events
from slas.models import Commitment
from slas.models.commitment import RemedyKind
from slas.operations.guards import check_text_binds, find_amended, was_measured
from slas.states import CommitmentState


@transaction.atomic
def activate_commitment(*, actor: Actor, commitment_id: UUID) -> Commitment:
    """Its windows are due to be opened, from `starts_on` on; a window in which it takes the place of an amended
    commitment is one window, judged by both for their part of it.

    Raises `version_not_final`, `contract_not_active`, `commitment_overlaps`.
    """
    commitment = lock_row(Commitment, commitment_id, "version", "contract")
    require(actor, "slas.activate_commitment", commitment)
    check_text_binds(commitment, commitment.contract)
    _check_pays_once(commitment)
    find_amended(commitment)
    previous = move(actor, commitment, to=CommitmentState.ACTIVE)
    commitment.windows_due_at = clock.now()
    commitment.save(update_fields=["windows_due_at"])
    record(actor, events.commitment_activated(commitment, previous))
    return commitment


def _check_pays_once(commitment: Commitment) -> None:
    """Raise `commitment_overlaps` where another commitment credits the same miss: both have a remedy for one indicator
    over windows of one kind, and some day is measured by both. Targets without a credit may stand side by side, and so
    may credits for windows of different kinds. One that ended on its own last day paid for its days; where a person
    ended one, that person answers for what it paid."""
    if commitment.remedy_kind == RemedyKind.NONE:
        return
    advisory_lock(f"commitments:{commitment.indicator_id}")
    rows = Commitment.objects.filter(indicator_id=commitment.indicator_id, window_kind=commitment.window_kind)
    rows = rows.filter(_pays(), Q(ends_on=None) | Q(ends_on__gt=commitment.starts_on))
    if commitment.ends_on is not None:
        rows = rows.filter(starts_on__lt=commitment.ends_on)
    other = rows.exclude(pk=commitment.pk).exclude(remedy_kind=RemedyKind.NONE).order_by("starts_on", "pk").first()
    if other is not None:
        raise DomainError("commitment_overlaps", _pays_already(other))


def _pays() -> Q:
    """Commitments that are measured, and those whose last day has come without anybody's doing."""
    moves = Transition.objects.filter(subject_type=Commitment._meta.label_lower, subject_id=OuterRef("pk"))
    by_itself = Exists(moves.filter(to_state=CommitmentState.ENDED, actor_kind="system"))
    return Q(state=CommitmentState.ACTIVE) | Q(by_itself, was_measured(), state=CommitmentState.ENDED)


def _pays_already(other: Commitment) -> str:
    said = f"{other.name} credits the same misses of this indicator from {other.starts_on} on"
    if other.state == CommitmentState.ENDED:
        return f"{said}, until {other.ends_on}; begin on that day."
    return f"{said}; end it first."
