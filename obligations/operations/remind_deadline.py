"""People are told of a date that comes near; a date that is over is passed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

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
from obligations.engine.recurrence import next_reminder
from obligations.models import Deadline
from obligations.states import DeadlineState

VERB = "obligations.remind_deadline"


@transaction.atomic
def remind_deadline(*, actor: Actor, deadline_id: UUID) -> Deadline:
    """The owner and procurement were told of this date, or it is passed. Does nothing before its next reminder."""
    deadline = lock_row(Deadline, deadline_id, "contract")
    require(actor, VERB, deadline)
    now = clock.now()
    if deadline.state != DeadlineState.OPEN or deadline.next_reminder_at is None or deadline.next_reminder_at > now:
        return deadline
    if deadline.closes_at <= now:
        previous = move(actor, deadline, to=DeadlineState.PASSED)
        deadline.next_reminder_at = None
        deadline.save(update_fields=["next_reminder_at"])
        record(actor, events.deadline_moved(VERB, deadline, previous))
        return deadline
    _tell(deadline)
    deadline.next_reminder_at = next_reminder(
        deadline.due_on, deadline.remind_days, zone=deadline.time_zone, after=now, closes_at=deadline.closes_at
    )
    deadline.save(update_fields=["next_reminder_at"])
    record(actor, events.deadline_reminded(deadline))
    return deadline


def _tell(deadline: Deadline) -> None:
    contract = deadline.contract
    what = {"kind": deadline.get_kind_display(), "title": contract.title, "date": _date_text(deadline)}
    tell(
        [contract.owner_id, *people_with_roles("procurement")],
        kind="deadline",
        title=_("%(kind)s on %(date)s: %(title)s") % what,
        body=_("%(kind)s of %(title)s is %(date)s (%(zone)s).") % (what | {"zone": deadline.time_zone}),
        url=f"/contracts/{contract.pk}/terms/",
        subject=deadline,
        dedupe_key=f"deadline:{deadline.pk}:{deadline.due_on}:{deadline.next_reminder_at:%Y-%m-%d}",
        due_at=deadline.closes_at - timedelta(seconds=1),
    )


def _date_text(deadline: Deadline) -> str:
    """The date, with the hour where it ends before its midnight."""
    local = deadline.closes_at.astimezone(ZoneInfo(deadline.time_zone))
    return f"{local:%Y-%m-%d, %H:%M}" if local.date() == deadline.due_on else deadline.due_on.isoformat()
