"""Facts about duties and dates."""

from __future__ import annotations

from typing import Any

from clm.events.record import Event
from obligations.models import Deadline, Obligation, Occurrence


def obligation_added(obligation: Obligation) -> Event:
    return _obligation("obligation.added", "obligations.add_obligation", obligation, _facts(obligation))


def obligation_ended(obligation: Obligation, reason: str) -> Event:
    return _obligation("obligation.ended", "obligations.end_obligation", obligation, {"state": "ended"}, reason)


def occurrences_scheduled(obligation: Obligation, added: int) -> Event:
    after = {"added": added, "occurrences_due_at": obligation.occurrences_due_at}
    return _obligation("obligation.scheduled", "obligations.schedule_occurrences", obligation, after)


def occurrence_moved(verb: str, occurrence: Occurrence, previous: str, reason: str = "") -> Event:
    """occurrence.<state>: submitted, fulfilled, disputed, waived, due, overdue."""
    return Event(
        type=f"occurrence.{occurrence.state}",
        verb=verb,
        subject=occurrence,
        contract_id=occurrence.contract_id,
        before={"state": previous},
        after={"state": occurrence.state, "due_on": occurrence.due_on, "proof": occurrence.proof},
        payload={"occurrence_id": occurrence.pk, "obligation_id": occurrence.obligation_id},
        reason=reason,
    )


def occurrence_reminded(occurrence: Occurrence) -> Event:
    return Event(
        type="occurrence.reminded",
        verb="obligations.advance_occurrence",
        subject=occurrence,
        contract_id=occurrence.contract_id,
        after={"due_on": occurrence.due_on, "next_at": occurrence.next_at},
        payload={"occurrence_id": occurrence.pk},
    )


def deadline_set(deadline: Deadline, before: dict[str, Any]) -> Event:
    return _deadline("deadline.set", "obligations.set_deadlines", deadline, before)


def deadline_moved(verb: str, deadline: Deadline, previous: str) -> Event:
    """deadline.<state>: decided, passed, withdrawn, open."""
    return _deadline(f"deadline.{deadline.state}", verb, deadline, {"state": previous})


def deadline_reminded(deadline: Deadline) -> Event:
    return _deadline("deadline.reminded", "obligations.remind_deadline", deadline, {})


def _deadline(type_: str, verb: str, deadline: Deadline, before: dict[str, Any]) -> Event:
    return Event(
        type=type_,
        verb=verb,
        subject=deadline,
        contract_id=deadline.contract_id,
        before=before,
        after={
            "kind": deadline.kind,
            "term_number": deadline.term_number,
            "due_on": deadline.due_on,
            "state": deadline.state,
            "next_reminder_at": deadline.next_reminder_at,
        },
        payload={"deadline_id": deadline.pk, "contract_id": deadline.contract_id, "kind": deadline.kind},
    )


def _obligation(type_: str, verb: str, obligation: Obligation, after: dict[str, Any], reason: str = "") -> Event:
    return Event(
        type=type_,
        verb=verb,
        subject=obligation,
        contract_id=obligation.contract_id,
        after=after,
        payload={"obligation_id": obligation.pk, "contract_id": obligation.contract_id},
        reason=reason,
    )


def _facts(obligation: Obligation) -> dict[str, Any]:
    names = ("title", "is_ours", "owner_id", "recurrence", "interval", "first_due_on", "ends_on", "passage_id")
    return {name: getattr(obligation, name) for name in names}
