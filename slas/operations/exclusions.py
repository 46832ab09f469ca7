"""Stretches of time that one side asks to leave out: proposed, accepted or disputed, withdrawn. Only accepted count."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from slas import events
from slas.models import Commitment, EvaluationWindow, Exclusion
from slas.models.commitment import LateNotice
from slas.operations.guards import make_due, windows_between
from slas.splits import followers
from slas.states import ExclusionState


@transaction.atomic
def propose_exclusion(
    *,
    actor: Actor,
    commitment_id: UUID,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    announced_at: datetime | None = None,
) -> Exclusion:
    """[starts_at, ends_at) waits for the other side's word; no figure changes. Raises Invalid `exclusion_invalid`, for
    maintenance without its notice too where the commitment refuses it; else it is kept and never counts."""
    commitment = lock_row(Commitment, commitment_id)
    require(actor, "slas.propose_exclusion", commitment)
    _check(kind, starts_at, ends_at, reason)
    exclusion = Exclusion(
        organization_id=actor.organization_id,
        commitment=commitment,
        kind=kind,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip(),
        announced_at=announced_at,
        proposed_by_id=actor.person_id,
    )
    _check_notice(exclusion)
    exclusion.save()
    record(actor, events.exclusion_moved("slas.propose_exclusion", exclusion))
    return exclusion


@transaction.atomic
def accept_exclusion(*, actor: Actor, exclusion_id: UUID, reason: str = "") -> Exclusion:
    """It counts from now on: the windows it touches are judged again, closed ones by a revision.

    Raises `own_exclusion` to whoever proposed it: nobody excuses time by their own word alone.
    """
    exclusion = _locked(exclusion_id)
    require(actor, "slas.accept_exclusion", exclusion)
    if exclusion.proposed_by_id == actor.person_id:
        raise DomainError("own_exclusion", "Whoever proposed an exclusion cannot accept it; someone else has to.")
    previous = move(actor, exclusion, to=ExclusionState.ACCEPTED, reason=reason)
    _make_windows_due(exclusion)
    record(actor, events.exclusion_moved("slas.accept_exclusion", exclusion, previous, reason))
    return exclusion


@transaction.atomic
def dispute_exclusion(*, actor: Actor, exclusion_id: UUID, reason: str) -> Exclusion:
    """It does not count, and both figures are shown. Raises Invalid `reason_missing`."""
    exclusion = _locked(exclusion_id)
    require(actor, "slas.dispute_exclusion", exclusion)
    if not reason.strip():
        raise Invalid("reason_missing", "Say why it is disputed.", fields={"reason": ["Say why it is disputed."]})
    previous = move(actor, exclusion, to=ExclusionState.DISPUTED, reason=reason)
    record(actor, events.exclusion_moved("slas.dispute_exclusion", exclusion, previous, reason))
    return exclusion


@transaction.atomic
def withdraw_exclusion(*, actor: Actor, exclusion_id: UUID, reason: str = "") -> Exclusion:
    """It counts no longer; where it was accepted, its windows are judged again."""
    exclusion = _locked(exclusion_id)
    require(actor, "slas.withdraw_exclusion", exclusion)
    previous = move(actor, exclusion, to=ExclusionState.WITHDRAWN, reason=reason)
    if previous == ExclusionState.ACCEPTED:
        _make_windows_due(exclusion)
    record(actor, events.exclusion_moved("slas.withdraw_exclusion", exclusion, previous, reason))
    return exclusion


def _locked(exclusion_id: UUID) -> Exclusion:
    return lock_row(Exclusion, exclusion_id, "commitment")


def _check(kind: str, starts_at: datetime, ends_at: datetime, reason: str) -> None:
    faults: dict[str, list[str]] = {}
    if kind not in Exclusion.Kind.values:
        faults["kind"] = ["This is none of the choices."]
    if ends_at <= starts_at:
        faults["ends_at"] = ["It ends after it starts."]
    if not reason.strip():
        faults["reason"] = ["Say why this time should be left out."]
    if faults:
        raise Invalid("exclusion_invalid", "This cannot be left out.", fields=faults)


def _check_notice(exclusion: Exclusion) -> None:
    commitment = exclusion.commitment
    if commitment.late_notice == LateNotice.REFUSED and exclusion.is_late:
        text = f"Maintenance is announced at least {commitment.maintenance_notice_hours} hours before it begins."
        raise Invalid("exclusion_invalid", "This cannot be left out.", fields={"announced_at": [text]})


def _make_windows_due(exclusion: Exclusion) -> None:
    windows = EvaluationWindow.objects.filter(commitment_id__in=followers(exclusion.commitment_id))
    make_due(windows_between(windows, exclusion.starts_at, exclusion.ends_at))
