"""Due rows, one verb each."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.db.models import Model, Q

from clm.access.permissions import system_actor
from clm.access.scope import every_organization, organization_scope
from clm.lib import clock
from obligations.access import CALENDAR
from obligations.models import Deadline, Obligation, Occurrence
from obligations.operations.advance_occurrence import advance_occurrence
from obligations.operations.remind_deadline import remind_deadline
from obligations.operations.schedule_occurrences import schedule_occurrences

BATCH = 500


def due(model: type[Model], condition: Q) -> list[tuple[UUID, UUID]]:
    """(id, organization id) of the rows for which the condition holds, oldest first, a batch at most."""
    with every_organization():
        rows = model._default_manager.filter(condition).order_by("pk")
        return list(rows.values_list("pk", "organization_id")[:BATCH])


@shared_task
def refresh_deadlines() -> int:
    """Obligations whose horizon came near have their next occurrences."""
    found = due(Obligation, Q(state="active", occurrences_due_at__lte=clock.now()))
    for obligation_id, organization_id in found:
        with organization_scope(organization_id):
            schedule_occurrences(actor=system_actor(CALENDAR, organization_id), obligation_id=obligation_id)
    return len(found)


@shared_task
def remind_due() -> int:
    """Dates and duties whose moment has come are told, due or overdue."""
    occurrences = due(Occurrence, Q(next_at__lte=clock.now()))
    deadlines = due(Deadline, Q(state="open", next_reminder_at__lte=clock.now()))
    for occurrence_id, organization_id in occurrences:
        with organization_scope(organization_id):
            advance_occurrence(actor=system_actor(CALENDAR, organization_id), occurrence_id=occurrence_id)
    for deadline_id, organization_id in deadlines:
        with organization_scope(organization_id):
            remind_deadline(actor=system_actor(CALENDAR, organization_id), deadline_id=deadline_id)
    return len(occurrences) + len(deadlines)
