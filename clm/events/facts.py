"""Facts about deliveries themselves."""

from __future__ import annotations

from clm.events.models import Delivery
from clm.events.record import Event


def delivery_replayed(delivery: Delivery, *, attempts: int) -> Event:
    return Event(
        type="delivery.replayed",
        verb="events.replay_delivery",
        subject=delivery,
        before={"status": "dead", "attempts": attempts},
        after={"status": delivery.status, "attempts": delivery.attempts},
        payload={"delivery_id": delivery.pk, "handler": delivery.handler},
    )
