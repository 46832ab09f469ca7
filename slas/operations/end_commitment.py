"""A commitment is measured no longer, from a date on."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from slas import events
from slas.engine.windows import start_of_day
from slas.models import Commitment, EvaluationWindow
from slas.models.commitment import WindowKind
from slas.operations.guards import find_successor, finish
from slas.operations.open_windows import first_instant
from slas.states import CommitmentState, WindowState


@transaction.atomic
def end_commitment(*, actor: Actor, commitment_id: UUID, ends_on: date | None = None, reason: str = "") -> Commitment:
    """Ended; `ends_on` (default: today in its zone) is the first day not measured, and cuts the window it lies in. It
    is never later than an end that was set before. Windows that are open are still judged and closed.

    Raises Invalid `end_invalid` for a day in the future or not after the first, `windows_due` while windows before
    that day are still to be opened, `already_judged` where a window that reaches beyond it was judged.
    """
    commitment = lock_row(Commitment, commitment_id)
    require(actor, "slas.end_commitment", commitment)
    former = commitment.ends_on
    if commitment.state == CommitmentState.ACTIVE:
        _cut(commitment, ends_on or clock.today(commitment.time_zone))
    previous = finish(actor, commitment, reason)
    record(actor, events.commitment_ended(commitment, previous, former, reason))
    return commitment


def _cut(commitment: Commitment, ends_on: date) -> None:
    if not commitment.starts_on < ends_on <= clock.today(commitment.time_zone):
        fields = {"ends_on": ["A day after the first one, today at the latest."]}
        raise Invalid("end_invalid", "It cannot end on that day.", fields=fields)
    ends_on = min(ends_on, commitment.ends_on or ends_on)
    end = start_of_day(ends_on, commitment.time_zone)
    rows = EvaluationWindow.objects.select_for_update().filter(commitment=commitment)
    check_windows_open(commitment, ends_on)
    if rows.filter(ends_at__gt=end).exclude(state=WindowState.OPEN).exists():
        raise DomainError("already_judged", "A window that reaches beyond that day was judged already.")
    cut_windows(commitment, ends_on)


def check_windows_open(commitment: Commitment, ends_on: date) -> None:
    """Raise `windows_due` unless all windows before that day, or before the commitment's own last one, are open."""
    until = min(ends_on, commitment.ends_on or ends_on, clock.today(commitment.time_zone))
    end = start_of_day(until, commitment.time_zone)
    rows = EvaluationWindow.objects.filter(commitment=commitment, ends_at__gte=end)
    if first_instant(commitment) < end and not rows.exists():
        raise DomainError("windows_due", "Windows before that day are still being opened; try again in a minute.")


def cut_windows(commitment: Commitment, ends_on: date) -> None:
    """`ends_on` is the first day not measured: the open window it lies in ends there, and later ones are gone.

    A rolling window is never cut: the one of the last day is full, and one that goes on beyond it never will be.
    """
    end = start_of_day(ends_on, commitment.time_zone)
    beyond = EvaluationWindow.objects.filter(commitment=commitment, ends_at__gt=end, state=WindowState.OPEN)
    gone = beyond if commitment.window_kind == WindowKind.ROLLING else beyond.filter(starts_at__gte=end)
    gone.delete()
    grace = timedelta(hours=commitment.grace_hours)
    beyond.update(ends_at=end, closes_at=end + grace, due_at=clock.now())
    commitment.ends_on = ends_on
    find_successor(commitment)
