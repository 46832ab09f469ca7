"""Facts about inboxes."""

from __future__ import annotations

from clm.accounts.models import Organization, User
from clm.events.record import Event
from clm.notify.models import Notification


def notification_read(notification: Notification) -> Event:
    return Event(
        type="notification.read",
        verb="notify.read_notification",
        subject=notification,
        before={"read_at": None},
        after={"read_at": notification.read_at},
        payload={"notification_id": notification.pk, "user_id": notification.user_id},
    )


def inbox_read(user: User, *, count: int) -> Event:
    return Event(
        type="inbox.read",
        verb="notify.read_notification",
        subject=user,
        after={"read": count},
        payload={"user_id": user.pk, "count": count},
    )


def inboxes_settled(organization: Organization, *, count: int) -> Event:
    return Event(
        type="inboxes.settled",
        verb="notify.settle_inboxes",
        subject=organization,
        after={"read": count},
        payload={"count": count},
    )
