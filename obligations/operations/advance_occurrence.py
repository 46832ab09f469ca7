"""What happens to a due date by itself: people are reminded, it falls due, it is overdue."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from clm.notify.tell import people_with_roles, tell
from obligations import events
from obligations.engine.recurrence import end_of, morning_of
from obligations.models import Occurrence
from obligations.states import OccurrenceState

VERB = "obligations.advance_occurrence"


@transaction.atomic
def advance_occurrence(*, actor: Actor, occurrence_id: UUID) -> Occurrence:
    """The occurrence is where the clock says: reminded before, due on its day, overdue after it.

    Catches up in one go after missed runs; called again for the same instant it does nothing more.
    """
    occurrence = lock_row(Occurrence, occurrence_id, "obligation", "contract")
    require(actor, VERB, occurrence)
    if occurrence.next_at is None or occurrence.next_at > clock.now():
        return occurrence
    zone = occurrence.contract.time_zone
    if clock.now() >= end_of(occurrence.due_on, zone):
        _fall(actor, occurrence, OccurrenceState.OVERDUE, None, escalate=True)
    elif clock.now() >= morning_of(occurrence.due_on, zone):
        _fall(actor, occurrence, OccurrenceState.DUE, end_of(occurrence.due_on, zone), escalate=False)
    else:
        _remind(actor, occurrence, zone)
    return occurrence


def _fall(actor: Actor, occurrence: Occurrence, to: str, next_at: object, *, escalate: bool) -> None:
    occurrence.next_at = next_at  # type: ignore[assignment]
    occurrence.save(update_fields=["next_at"])
    previous = move(actor, occurrence, to=to)
    title = _("Overdue: %s") if escalate else _("Due today: %s")
    _tell(occurrence, title % occurrence.obligation.title, escalate=escalate)
    record(actor, events.occurrence_moved(VERB, occurrence, previous))


def _remind(actor: Actor, occurrence: Occurrence, zone: str) -> None:
    occurrence.next_at = morning_of(occurrence.due_on, zone)
    occurrence.save(update_fields=["next_at"])
    _tell(occurrence, _("Due on %(date)s: %(title)s") % _named(occurrence), escalate=False)
    record(actor, events.occurrence_reminded(occurrence))


def _named(occurrence: Occurrence) -> dict[str, str]:
    return {"date": occurrence.due_on.isoformat(), "title": occurrence.obligation.title}


def _tell(occurrence: Occurrence, title: str, *, escalate: bool) -> None:
    people = [occurrence.obligation.owner_id, occurrence.contract.owner_id]
    tell(
        people + (people_with_roles("executive") if escalate else []),
        kind="obligation",
        title=title,
        body=occurrence.obligation.description,
        url=f"/obligations/{occurrence.obligation_id}/",
        subject=occurrence,
        dedupe_key=f"occurrence:{occurrence.pk}:{occurrence.state}:{title[:40]}",
        due_at=end_of(occurrence.due_on, occurrence.contract.time_zone) - timedelta(seconds=1),
    )
