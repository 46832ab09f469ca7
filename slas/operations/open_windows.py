"""A commitment has every window from its first day to now, the current one included; after its last day it ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from slas import events
from slas.engine.windows import Window, clipped, label, start_of_day, windows_between
from slas.models import Commitment, EvaluationWindow, Indicator
from slas.models.commitment import WindowKind
from slas.operations.guards import find_successor, finish, join_parts
from slas.splits import anchor_of, judged_from
from slas.states import CommitmentState

VERB = "slas.open_windows"
REASON = "its last day is over"
BATCH = 1000
SOON = timedelta(seconds=5)


@transaction.atomic
def open_windows(*, actor: Actor, commitment_id: UUID) -> Commitment:
    """Missing windows are opened and due at once; `windows_due_at` is when the next one begins, now where more than a
    batch is missing, and once the last one is open when `ends_on` comes. From then on the commitment has ended, once
    all of its windows are open; they are judged and closed as others are. Windows are cut at `starts_on` and `ends_on`
    (both at midnight in the commitment's zone), but the first one of a commitment that follows an amended one covers
    what that one judged of it too; rolling windows begin once they are full."""
    commitment = lock_row(Commitment, commitment_id)
    require(actor, VERB, commitment)
    if commitment.state != CommitmentState.ACTIVE:
        return commitment
    now = clock.now()
    if not _is_quiet(commitment):
        commitment.windows_due_at = now + SOON
        commitment.save(update_fields=["windows_due_at"])
        return commitment
    missing = list(islice(_missing(commitment, now), BATCH))
    EvaluationWindow.objects.bulk_create(_row(commitment, window, now) for window in missing)
    _join(commitment)
    commitment.windows_due_at = _next_due(commitment, missing, now)
    commitment.save(update_fields=["windows_due_at"])
    if missing:
        record(actor, events.windows_opened(commitment, [label(window) for window in missing]))
    if commitment.windows_due_at is None:
        find_successor(commitment)
        previous = finish(actor, commitment, REASON)
        record(actor, events.commitment_ended(commitment, previous, commitment.ends_on, REASON, verb=VERB))
    return commitment


def _is_quiet(commitment: Commitment) -> bool:
    """Whether no telemetry of the indicator is being stored; none is until the end of the transaction.

    Telemetry makes those windows due that it finds. A window opened beside it would not be among them, and could be
    closed without it. Answered without waiting: who stores telemetry waits for windows.
    """
    rows = Indicator.objects.select_for_update(no_key=True, skip_locked=True)
    return rows.filter(pk=commitment.indicator_id).first() is not None


def _missing(commitment: Commitment, now: datetime) -> Iterator[Window]:
    """The windows that are not there yet and have begun, in order."""
    last = EvaluationWindow.objects.filter(commitment=commitment).order_by("-ends_at").first()
    start = last.ends_at if last else first_instant(commitment)
    kind, zone = commitment.window_kind, commitment.time_zone
    until = min(now + timedelta(microseconds=1), _end(commitment) or datetime.max.replace(tzinfo=now.tzinfo))
    if start >= until:
        return
    low = None if kind == WindowKind.ROLLING else judged_from(commitment)
    for window in windows_between(kind, zone, start, until, anchor_of(commitment), commitment.window_days):
        part = clipped(window, low, _end(commitment))
        if part is not None:
            yield part


def _join(commitment: Commitment) -> None:
    """Windows that an amendment cut are parts of the whole one, whichever of the two was opened first."""
    for row in (commitment, Commitment.objects.filter(follows=commitment).first()):
        if row is not None and row.follows_id is not None:
            join_parts(row)


def first_instant(commitment: Commitment) -> datetime:
    """Where the first window begins; for rolling windows where the first one's last day does."""
    first = commitment.starts_on
    if commitment.window_kind == WindowKind.ROLLING:
        first += timedelta(days=(commitment.window_days or 1) - 1)
    return start_of_day(first, commitment.time_zone)


def _end(commitment: Commitment) -> datetime | None:
    """The first instant that is no longer measured."""
    return start_of_day(commitment.ends_on, commitment.time_zone) if commitment.ends_on else None


def _row(commitment: Commitment, window: Window, now: datetime) -> EvaluationWindow:
    return EvaluationWindow(
        organization_id=commitment.organization_id,
        commitment=commitment,
        is_rolling=commitment.window_kind == WindowKind.ROLLING,
        label=label(window),
        starts_at=window.start,
        ends_at=window.end,
        closes_at=window.end + timedelta(hours=commitment.grace_hours),
        due_at=now,
    )


def _next_due(commitment: Commitment, missing: list[Window], now: datetime) -> datetime | None:
    """When there is something to do again; null where all is open and the end has come."""
    if len(missing) == BATCH:
        return now
    last = EvaluationWindow.objects.filter(commitment=commitment).order_by("-ends_at").first()
    following = last.ends_at if last else first_instant(commitment)
    end = _end(commitment)
    if end is None or following < end:
        return following
    return end if end > now else None
