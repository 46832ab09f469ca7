"""A person has read something in their inbox."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from clm.notify import events
from clm.notify.models import Notification


@transaction.atomic
def read_notification(*, actor: Actor, notification_id: UUID) -> Notification:
    """The notification is read; reading it again changes and records nothing."""
    notification = lock_row(Notification, notification_id)
    require(actor, "notify.read_notification", notification)
    if notification.read_at is None:
        notification.read_at = clock.now()
        notification.save(update_fields=["read_at"])
        record(actor, events.notification_read(notification))
    return notification
