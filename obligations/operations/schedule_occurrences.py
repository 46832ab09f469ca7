"""Every due date of a duty within the horizon is a row."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from obligations import events
from obligations.engine.recurrence import due_dates, morning_of, next_reminder
from obligations.models import Obligation, Occurrence
from obligations.states import ObligationState

# Rows are written this far ahead, and extended once less than half of it is left.
HORIZON = timedelta(days=400)


@transaction.atomic
def schedule_occurrences(*, actor: Actor, obligation_id: UUID) -> int:
    """Occurrences exist up to 400 days ahead, none skipped however late this runs; answers how many were added.

    Idempotent: a due date that has its row is left alone. An ended obligation gets none.
    """
    obligation = lock_row(Obligation, obligation_id, "contract")
    require(actor, "obligations.schedule_occurrences", obligation)
    added = add_occurrences(obligation) if obligation.state == ObligationState.ACTIVE else 0
    record(actor, events.occurrences_scheduled(obligation, added))
    return added


def add_occurrences(obligation: Obligation) -> int:
    """Write the missing rows of a locked obligation and say when to look again."""
    zone = obligation.contract.time_zone
    horizon = clock.now() + HORIZON
    dates = due_dates(
        obligation.first_due_on,
        recurrence=obligation.recurrence,
        interval=obligation.interval,
        until=max(horizon.astimezone(ZoneInfo(zone)).date(), obligation.first_due_on),
        ends_on=obligation.ends_on,
    )
    known = set(Occurrence.objects.filter(obligation=obligation).values_list("due_on", flat=True))
    rows = [
        Occurrence(
            organization_id=obligation.organization_id,
            obligation=obligation,
            contract=obligation.contract,
            due_on=due_on,
            next_at=min(
                morning_of(due_on - timedelta(days=obligation.remind_days), zone),
                next_reminder(due_on, [0], zone=zone, after=clock.now()),
            ),
        )
        for due_on in dates
        if due_on not in known
    ]
    Occurrence.objects.bulk_create(rows)
    obligation.occurrences_due_at = None if obligation.recurrence == "once" else clock.now() + HORIZON / 2
    obligation.save(update_fields=["occurrences_due_at"])
    return len(rows)
