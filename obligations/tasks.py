"""Due rows, one verb each."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from celery import shared_task
from django.db.models import Model, Q

from clm.access.permissions import system_actor
from clm.access.scope import every_organization, organization_scope
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.due import one_due
from obligations.access import CALENDAR
from obligations.models import Deadline, Obligation, Occurrence
from obligations.operations.advance_occurrence import advance_occurrence
from obligations.operations.remind_deadline import remind_deadline
from obligations.operations.schedule_occurrences import schedule_occurrences

BATCH = 500


def _each(model: type[Model], due: str, condition: Q, verb: Callable[[Actor, UUID], object]) -> int:
    """The verb, as the calendar, for each row for which the condition holds and whose instant has come, the longest due
    first, a batch at most; one that fails, or stays due, comes back later. Answers how many there were."""
    with every_organization():
        rows = model._default_manager.filter(condition, **{f"{due}__lte": clock.now()}).order_by(due, "pk")
        found = list(rows.values_list("pk", "organization_id", due)[:BATCH])
    for pk, organization_id, due_at in found:
        with organization_scope(organization_id), one_due(model, pk, due, due_at, "due_not_done"):
            verb(system_actor(CALENDAR, organization_id), pk)
    return len(found)


@shared_task
def refresh_deadlines() -> int:
    """Obligations whose horizon came near have their next occurrences."""
    return _each(
        Obligation,
        "occurrences_due_at",
        Q(state="active"),
        lambda actor, pk: schedule_occurrences(actor=actor, obligation_id=pk),
    )


@shared_task
def remind_due() -> int:
    """Dates and duties whose moment has come are told, due or overdue."""
    occurrences = _each(Occurrence, "next_at", Q(), lambda actor, pk: advance_occurrence(actor=actor, occurrence_id=pk))
    deadlines = _each(
        Deadline, "next_reminder_at", Q(state="open"), lambda actor, pk: remind_deadline(actor=actor, deadline_id=pk)
    )
    return occurrences + deadlines
