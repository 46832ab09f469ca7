"""The dispatcher: fans events out to their handlers and runs what is due."""

from __future__ import annotations

import traceback
from datetime import timedelta

import structlog
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from clm.access.scope import every_organization, organization_scope
from clm.accounts.roles import Role
from clm.events.handlers import handler_named, handlers_of
from clm.events.models import Delivery, DeliveryState, OutboxEvent
from clm.lib import clock
from clm.notify.tell import people_with_roles, tell

log = structlog.get_logger("clm.events")

MAX_ATTEMPTS = 8


def back_off(attempts: int) -> timedelta:
    """The wait after the n-th failed attempt: 2, 4, 8 ... seconds, an hour at most."""
    return timedelta(seconds=min(2**attempts, 3600))


@transaction.atomic
def fan_out(*, batch: int = 500) -> int:
    """Every waiting event has a delivery for each of its handlers; answers how many events."""
    now = clock.now()
    with every_organization():
        events = list(
            OutboxEvent.objects.select_for_update(skip_locked=True).filter(fanned_out_at=None).order_by("id")[:batch]
        )
        Delivery.objects.bulk_create(
            [
                Delivery(organization_id=event.organization_id, event=event, handler=name, due_at=now)
                for event in events
                for name in handlers_of(event.type)
            ],
            ignore_conflicts=True,
        )
        OutboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(fanned_out_at=now)
    return len(events)


def deliver_next() -> bool:
    """Run one due delivery; False when none is due. Any number of workers may call this at once."""
    with transaction.atomic():
        with every_organization():
            delivery = (
                Delivery.objects.select_for_update(skip_locked=True, of=("self",))
                .filter(status=DeliveryState.PENDING, due_at__lte=clock.now())
                .select_related("event")
                .order_by("due_at", "id")
                .first()
            )
        if delivery is None:
            return False
        with organization_scope(delivery.organization_id):
            _run(delivery)
    return True


def _run(delivery: Delivery) -> None:
    delivery.attempts += 1
    try:
        with transaction.atomic():
            handler = handler_named(delivery.event.type, delivery.handler)
            if handler is None:
                raise LookupError(f"no handler is named {delivery.handler}")
            handler(delivery.event)
    except Exception:
        _failed(delivery, traceback.format_exc(limit=20))
    else:
        delivery.status = DeliveryState.DONE
        delivery.done_at = clock.now()
        delivery.last_error = ""
    delivery.save(update_fields=["status", "attempts", "due_at", "done_at", "last_error"])


def _failed(delivery: Delivery, error: str) -> None:
    delivery.last_error = error[-4000:]
    if delivery.attempts >= MAX_ATTEMPTS:
        delivery.status = DeliveryState.DEAD
        _tell_administrators(delivery)
    delivery.due_at = clock.now() + back_off(delivery.attempts)
    log.warning(
        "handler_failed",
        handler=delivery.handler,
        event_id=str(delivery.event_id),
        attempts=delivery.attempts,
    )


def _tell_administrators(delivery: Delivery) -> None:
    """Once a day and handler: a neighbour that is away kills many deliveries at once."""
    tell(
        people_with_roles(Role.ADMINISTRATOR),
        kind="events.dead_letter",
        title=_("An event could not be handled: %(type)s") % {"type": delivery.event.type},
        body=_("It failed %(count)s times. Look at the error, mend its cause and replay it.")
        % {"count": delivery.attempts},
        url=reverse("dead-letter", args=[delivery.pk]),
        dedupe_key=f"dead:{delivery.handler}:{clock.today()}",
    )


def drain(*, limit: int = 10_000) -> int:
    """Fan out and deliver until nothing is due; answers how many deliveries ran."""
    delivered = 0
    while delivered < limit:
        fan_out()
        if not deliver_next():
            break
        delivered += 1
    return delivered
