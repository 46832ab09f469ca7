"""What a contract promised is measured no longer than the contract is in force."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.intervals import MICROSECOND
from clm.lib.locks import lock_row
from contracts.models import Contract
from slas import events
from slas.engine.windows import place, start_of_day
from slas.models import Commitment, EvaluationWindow
from slas.operations.end_commitment import check_windows_open, cut_windows
from slas.operations.guards import finish, was_measured
from slas.operations.open_windows import open_windows
from slas.states import CommitmentState, WindowState

VERB = "slas.end_with_contract"
REASON = "its contract is no longer in force"


@transaction.atomic
def end_with_contract(*, actor: Actor, contract_id: UUID, ends_on: date) -> list[Commitment]:
    """The contract's commitments end; `ends_on` is the contract's first day out of force. Idempotent. Those that ended
    on a later day end on this one; what ended before it stays.

    The running window is cut there as by `end_commitment`, and windows not opened yet are opened first. Where a window
    beyond that day was judged already, measuring ends with that window: a judgement stays, and a person settles what
    came of it. In a zone where the day has not come yet the end is set, and `open_windows` ends the commitment then.
    Raises `windows_due` where windows cannot be opened because telemetry is being stored: try again.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    longer = Q(was_measured(), state=CommitmentState.ENDED, ends_on__gt=ends_on)
    found = Commitment.objects.filter(Q(state=CommitmentState.ACTIVE) | longer, contract=contract).order_by("pk")
    return [_end(actor, pk, ends_on) for pk in found.values_list("pk", flat=True)]


def _end(actor: Actor, commitment_id: UUID, ends_on: date) -> Commitment:
    commitment = lock_row(Commitment, commitment_id)
    while commitment.windows_due_at is not None and commitment.windows_due_at <= clock.now():
        commitment = open_windows(actor=actor, commitment_id=commitment_id)
    check_windows_open(commitment, ends_on)
    former = commitment.ends_on
    last = _last_day(commitment, min(ends_on, former or ends_on))
    is_shorter = _shorten(commitment, last)
    is_over = last <= max(commitment.starts_on, clock.today(commitment.time_zone))
    if commitment.state == CommitmentState.ACTIVE and is_over:
        previous = finish(actor, commitment, REASON)
        record(actor, events.commitment_ended(commitment, previous, former, REASON, verb=VERB))
    elif is_shorter:
        _set_end(actor, commitment, former)
    return commitment


def _shorten(commitment: Commitment, last: date) -> bool:
    """No window goes on beyond the day; whether the commitment was to be measured beyond it."""
    if last <= commitment.starts_on:
        _drop_windows(commitment)
        return True
    if last == commitment.ends_on:
        return False
    cut_windows(commitment, last)
    return True


def _set_end(actor: Actor, commitment: Commitment, former: date | None) -> None:
    """The last day of one that ended is another, or one that goes on is looked at again until that day has come."""
    if commitment.state == CommitmentState.ACTIVE:
        commitment.windows_due_at = clock.now()
    commitment.save(update_fields=["ends_on", "windows_due_at"])
    windows = EvaluationWindow.objects.filter(commitment=commitment).count()
    record(actor, events.commitment_end_set(commitment, former, windows, REASON, VERB))


def _last_day(commitment: Commitment, ends_on: date) -> date:
    """The first day not measured: that of the contract, or the one after the last window that was judged beyond it."""
    rows = EvaluationWindow.objects.filter(commitment=commitment).exclude(state=WindowState.OPEN)
    beyond = rows.filter(ends_at__gt=start_of_day(ends_on, commitment.time_zone))
    judged = beyond.aggregate(last=Max("ends_at"))["last"]
    if judged is None:
        return ends_on
    local: date = (judged - MICROSECOND).astimezone(place(commitment.time_zone)).date()
    return local + timedelta(days=1)


def _drop_windows(commitment: Commitment) -> None:
    """Of a commitment that would have begun after its contract ended nothing is measured, and it has no last day: none
    is before its first (constraint `commitment_span`). What it would have judged of the one that it follows is that
    one's own again."""
    rows = EvaluationWindow.objects.filter(commitment=commitment)
    EvaluationWindow.objects.filter(whole__in=rows).update(whole=None, due_at=clock.now())
    rows.delete()
    commitment.ends_on = None
