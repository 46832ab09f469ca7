"""A commitment is measured from now on, its past windows included."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from clm.access.permissions import require
from clm.audit.models import LedgerEntry
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import advisory_lock, lock_row
from slas import events
from slas.engine.windows import place
from slas.models import Commitment
from slas.models.commitment import RemedyKind
from slas.operations.guards import check_text_binds, find_amended, find_successor, was_measured
from slas.states import CommitmentState


@transaction.atomic
def activate_commitment(*, actor: Actor, commitment_id: UUID) -> Commitment:
    """Its windows are due to be opened, from `starts_on` on; a window in which it takes the place of an amended
    commitment, or another one takes its place, is one window, judged by both for their part of it.

    Raises `version_not_final`, `contract_not_active`, `commitment_overlaps`.
    """
    commitment = lock_row(Commitment, commitment_id, "version", "contract")
    require(actor, "slas.activate_commitment", commitment)
    check_text_binds(commitment, commitment.contract)
    _check_pays_once(commitment)
    find_amended(commitment)
    find_successor(commitment)
    previous = move(actor, commitment, to=CommitmentState.ACTIVE)
    commitment.windows_due_at = clock.now()
    commitment.save(update_fields=["windows_due_at"])
    record(actor, events.commitment_activated(commitment, previous))
    return commitment


def _check_pays_once(commitment: Commitment) -> None:
    """Raise `commitment_overlaps` where another commitment credits the same miss: both have a remedy for one indicator
    over windows of one kind, and some day is measured by both. Targets without a credit may stand side by side, and so
    may credits for windows of different kinds. One whose last day had come when it was ended, by whomever, paid for
    its days; where a person ended one before, that person answers for what it paid."""
    if commitment.remedy_kind == RemedyKind.NONE:
        return
    advisory_lock(f"commitments:{commitment.indicator_id}")
    rows = Commitment.objects.filter(indicator_id=commitment.indicator_id, window_kind=commitment.window_kind)
    rows = rows.filter(_pays(), Q(ends_on=None) | Q(ends_on__gt=commitment.starts_on))
    if commitment.ends_on is not None:
        rows = rows.filter(starts_on__lt=commitment.ends_on)
    rows = rows.exclude(pk=commitment.pk).exclude(remedy_kind=RemedyKind.NONE).order_by("starts_on", "pk")
    other = next((row for row in rows if row.state == CommitmentState.ACTIVE or _was_over(row)), None)
    if other is not None:
        raise DomainError("commitment_overlaps", _pays_already(other))


def _pays() -> Q:
    """Commitments that are measured, or were."""
    return Q(state=CommitmentState.ACTIVE) | Q(was_measured(), state=CommitmentState.ENDED)


def _was_over(ended: Commitment) -> bool:
    """Whether the last day that was set before had come on the day it was ended, or nobody but the clock or its
    contract ended it."""
    entries = LedgerEntry.objects.filter(subject_type=ended._meta.label_lower, subject_id=ended.pk)
    entry = entries.filter(event="commitment.ended").order_by("pk").last()
    if entry is None:
        return True  # nobody ended it, as far as is known
    former = entry.before.get("ends_on")
    local = entry.at.astimezone(place(ended.time_zone)).date()
    return entry.actor_kind == "system" or (former is not None and date.fromisoformat(former) <= local)


def _pays_already(other: Commitment) -> str:
    said = f"{other.name} credits the same misses of this indicator from {other.starts_on} on"
    if other.state == CommitmentState.ENDED:
        return f"{said}, until {other.ends_on}; begin on that day."
    return f"{said}; end it first."
