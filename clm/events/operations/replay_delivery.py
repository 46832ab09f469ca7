"""A dead delivery is tried again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events import facts
from clm.events.models import Delivery, DeliveryState
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row


@transaction.atomic
def replay_delivery(*, actor: Actor, delivery_id: UUID) -> Delivery:
    """The delivery is due now, with all its attempts before it. Raises DomainError `delivery_not_dead`."""
    delivery = lock_row(Delivery, delivery_id)
    require(actor, "events.replay_delivery", delivery)
    if delivery.status != DeliveryState.DEAD:
        raise DomainError("delivery_not_dead", "Only a dead delivery is replayed.")
    attempts = delivery.attempts
    delivery.status = DeliveryState.PENDING
    delivery.attempts = 0
    delivery.due_at = clock.now()
    delivery.save(update_fields=["status", "attempts", "due_at"])
    record(actor, facts.delivery_replayed(delivery, attempts=attempts))
    return delivery
