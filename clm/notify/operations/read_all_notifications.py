"""A person's inbox is read."""

from __future__ import annotations

from django.db import transaction

from clm.access.permissions import require, visible
from clm.accounts.models import User
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.notify import events
from clm.notify.models import Notification


@transaction.atomic
def read_all_notifications(*, actor: Actor) -> int:
    """Every notification the actor has now is read; answers how many were not. None unread records nothing."""
    require(actor, "notify.read_notification")
    unread = visible(actor, Notification.objects.filter(read_at=None))
    count = unread.update(read_at=clock.now())
    if count:
        record(actor, events.inbox_read(User.objects.get(pk=actor.person_id), count=count))
    return count
