"""The dates of a contract's current term stand in the calendar, and older ones are settled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from contracts.calendar import end_of, goes_on
from contracts.models import Contract, RenewalDecision, Term
from obligations import events
from obligations.engine.recurrence import next_reminder
from obligations.models import Deadline
from obligations.models.deadline import DeadlineKind
from obligations.states import DeadlineState

VERB = "obligations.set_deadlines"
# Days before a date at which people are told, most important dates earliest.
REMIND_DAYS: Mapping[str, list[int]] = {
    DeadlineKind.NOTICE: [90, 60, 30, 14, 7, 1],
    DeadlineKind.RENEWAL: [7],
    DeadlineKind.END: [90, 30, 7],
}


@transaction.atomic
def set_deadlines(*, actor: Actor, contract_id: UUID) -> list[Deadline]:
    """The current term's notice deadline, and its renewal or end, are open rows; answers them, earliest first.

    Dates of earlier terms that still stand open are passed or decided. Idempotent.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    term = Term.objects.filter(contract=contract).order_by("-number").first()
    wanted = _wanted(contract, term) if term and contract.is_in_force else {}
    for stale in Deadline.objects.filter(contract=contract, state=DeadlineState.OPEN):
        if term is None or stale.term_number != term.number or stale.kind not in wanted:
            _close(actor, stale)
    kept = [_put(actor, contract, term, kind, *date_) for kind, date_ in wanted.items()] if term else []
    return sorted((row for row in kept if row is not None), key=lambda row: row.due_on)


def _wanted(contract: Contract, term: Term) -> dict[str, tuple[date, datetime]]:
    """Kind -> date and the instant it is over, for the current term: no notice once decided, and an end instead of a
    renewal after notice."""
    end = (term.ends_on, end_of(term.ends_on, contract.time_zone))
    decision = RenewalDecision.objects.filter(contract=contract, term_number=term.number).first()
    if decision is not None and decision.kind == RenewalDecision.Kind.NOTICE_GIVEN:
        return {DeadlineKind.END: end}
    renews = goes_on(contract, term)
    dates = {DeadlineKind.RENEWAL if renews or decision else DeadlineKind.END: end}
    if term.notice_deadline is not None and term.notice_closes_at is not None and decision is None:
        dates[DeadlineKind.NOTICE] = (term.notice_deadline, term.notice_closes_at)
    return {str(kind): on for kind, on in dates.items()}


def _put(actor: Actor, contract: Contract, term: Term, kind: str, due_on: date, closes_at: datetime) -> Deadline | None:
    found = Deadline.objects.filter(contract=contract, term_number=term.number, kind=kind).first()
    if found is not None and found.state == DeadlineState.OPEN and (found.due_on, found.trace) == (due_on, term.trace):
        return found
    if found is not None and found.state in (DeadlineState.PASSED, DeadlineState.DECIDED):
        return found
    before = {"due_on": found.due_on, "state": found.state} if found else {}
    deadline = found or Deadline(organization_id=contract.organization_id, contract=contract, kind=kind)
    if found is not None and found.state == DeadlineState.WITHDRAWN:
        move(actor, found, to=DeadlineState.OPEN)
    deadline.term_number, deadline.due_on, deadline.time_zone = term.number, due_on, contract.time_zone
    deadline.closes_at, deadline.remind_days, deadline.trace = closes_at, REMIND_DAYS[kind], term.trace
    deadline.next_reminder_at = _first_reminder(deadline)
    deadline.save()
    record(actor, events.deadline_set(deadline, before))
    return None if closes_at <= clock.now() else deadline


def _first_reminder(deadline: Deadline) -> datetime:
    """Now where the earliest reminder is already behind, so that a deadline learned late is told at once."""
    now = clock.now()
    if (deadline.due_on - clock.today(deadline.time_zone)).days <= max(deadline.remind_days):
        return now
    return next_reminder(
        deadline.due_on, deadline.remind_days, zone=deadline.time_zone, after=now, closes_at=deadline.closes_at
    )


def _close(actor: Actor, deadline: Deadline) -> None:
    over = deadline.closes_at <= clock.now()
    decided = RenewalDecision.objects.filter(
        contract_id=deadline.contract_id, term_number=deadline.term_number
    ).exists()
    if deadline.kind == DeadlineKind.NOTICE and decided:
        to = DeadlineState.DECIDED
    else:
        to = DeadlineState.PASSED if over else DeadlineState.WITHDRAWN
    previous = move(actor, deadline, to=to)
    deadline.next_reminder_at = None
    deadline.save(update_fields=["next_reminder_at"])
    record(actor, events.deadline_moved(VERB, deadline, previous))
