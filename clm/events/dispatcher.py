"""The dispatcher: fans events out to their handlers and runs what is due."""

from __future__ import annotations

import math
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from clm.access.scope import every_organization, organization_scope
from clm.accounts.models import Organization
from clm.accounts.roles import Role
from clm.events.handlers import handler_named, handlers_of
from clm.events.models import Delivery, DeliveryState, OutboxEvent
from clm.lib import clock
from clm.notify.tell import people_with_roles, tell

log = structlog.get_logger("clm.events")

MAX_ATTEMPTS = 8
# Only for the moment between the claim and the handler's lock on the row: what runs longer is held by that lock.
LEASE = timedelta(seconds=30)
# How many deliveries an organization has before it is the next one's turn.
TURN = 20
BEGUN = _lazy("The attempt has begun. If it is over, its worker or its connection ended with it.")
CRASHED = _lazy("Its worker ended during the attempt.")


def back_off(attempts: int) -> timedelta:
    """The wait after the n-th failed attempt: 2, 4, 8 ... seconds, an hour at most."""
    return timedelta(seconds=min(2**attempts, 3600))


def fan_out(*, batch: int = 500, failed: set[UUID] | None = None) -> int:
    """Every waiting event has a delivery for each of its handlers; answers how many events.

    Organizations take turns of `batch` events: ten thousand of one do not keep the others waiting. One whose turn fails
    is logged and joins the failed, which have no turn.
    """
    with every_organization():
        waiting = OutboxEvent.objects.filter(organization_id=OuterRef("pk"), fanned_out_at=None)
        turns = _organizations_with(waiting)
    return _turns(turns, lambda organization_id: _fan_out(organization_id, batch), set() if failed is None else failed)


def _turns(turns: list[UUID], turn: Callable[[UUID], int], failed: set[UUID]) -> int:
    """The sum over the organizations whose turn went through. What escapes the turn of one is logged, and the others
    have theirs."""
    done = 0
    for organization_id in turns:
        if organization_id in failed:
            continue
        try:
            done += turn(organization_id)
        except Exception:
            failed.add(organization_id)
            log.exception("turn_failed", organization_id=str(organization_id))
    return done


@transaction.atomic
def _fan_out(organization_id: UUID, batch: int) -> int:
    now = clock.now()
    with organization_scope(organization_id):
        waiting = OutboxEvent.objects.select_for_update(skip_locked=True).filter(fanned_out_at=None)
        events = list(waiting.order_by("id")[:batch])
        Delivery.objects.bulk_create(
            [
                Delivery(organization_id=organization_id, event=event, handler=name, due_at=now)
                for event in events
                for name in handlers_of(event.type)
            ],
            ignore_conflicts=True,
        )
        OutboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(fanned_out_at=now)
    return len(events)


def organizations_due() -> list[UUID]:
    """The organizations with a delivery that may begin now."""
    with every_organization():
        pending = Delivery.objects.filter(organization_id=OuterRef("pk"), status=DeliveryState.PENDING)
        return _organizations_with(pending.filter(due_at__lte=clock.now()))


def _organizations_with(rows: QuerySet[Any]) -> list[UUID]:
    return list(Organization.objects.filter(Exists(rows)).order_by("pk").values_list("pk", flat=True))


def deliver_next(organization_id: UUID) -> bool:
    """Run the organization's first due delivery; False when none is due. Any number of workers may call this at once.

    The attempt is counted and committed before the handler begins, so that a handler that takes its worker or its
    connection along is counted too, and is dead in the end instead of first again for ever.
    """
    with organization_scope(organization_id):
        delivery = _claim()
        if delivery is None:
            return False
        if delivery.status == DeliveryState.PENDING:
            _run(delivery)
    return True


@transaction.atomic
def _claim() -> Delivery | None:
    """The first due delivery with one attempt more, out of the others' reach for the lease; dead if none was left.

    A row that another worker runs is locked (see _run), and skipped however old its claim is.
    """
    now = clock.now()
    due = Delivery.objects.select_for_update(skip_locked=True).filter(status=DeliveryState.PENDING, due_at__lte=now)
    delivery = due.order_by("due_at", "id").first()
    if delivery is None:
        return None
    if delivery.attempts >= MAX_ATTEMPTS:
        delivery.status, delivery.last_error = DeliveryState.DEAD, str(CRASHED)
        _tell_administrators(delivery)
    else:
        delivery.attempts += 1
        delivery.due_at = now + max(LEASE, back_off(delivery.attempts))
        delivery.last_error = str(BEGUN)
    delivery.save(update_fields=["status", "attempts", "due_at", "last_error"])
    return delivery


def _run(claimed: Delivery) -> None:
    """The handler's writes and DONE are one transaction, which holds the row for as long as it runs."""
    try:
        with transaction.atomic():
            delivery = Delivery.objects.select_for_update().get(pk=claimed.pk)
            if not _is_still(delivery, claimed):
                return
            event = OutboxEvent.objects.get(pk=claimed.event_id)
            handler = handler_named(event.type, claimed.handler)
            if handler is None:
                raise LookupError(f"no handler is named {claimed.handler}")
            handler(event)
            delivery.status, delivery.done_at, delivery.last_error = DeliveryState.DONE, clock.now(), ""
            delivery.save(update_fields=["status", "done_at", "last_error"])
    except Exception:
        error = traceback.format_exc(limit=20)
        if not connection.in_atomic_block and not connection.is_usable():
            connection.close()
        _failed(claimed, error)


def _is_still(delivery: Delivery, claimed: Delivery) -> bool:
    """Nobody claimed, ended or replayed the delivery since this claim."""
    held = (DeliveryState.PENDING, claimed.attempts, claimed.due_at)
    return (delivery.status, delivery.attempts, delivery.due_at) == held


@transaction.atomic
def _failed(claimed: Delivery, error: str) -> None:
    delivery = Delivery.objects.select_for_update().get(pk=claimed.pk)
    if not _is_still(delivery, claimed):
        return
    delivery.last_error = _storable(error)[-4000:]
    if delivery.attempts >= MAX_ATTEMPTS:
        delivery.status = DeliveryState.DEAD
        _tell_administrators(delivery)
    delivery.due_at = clock.now() + back_off(delivery.attempts)
    delivery.save(update_fields=["status", "due_at", "last_error"])
    log.warning("handler_failed", handler=delivery.handler, event_id=str(delivery.event_id), attempts=delivery.attempts)


def _storable(error: str) -> str:
    """The text without what PostgreSQL refuses to store: a failure that cannot be written down would never be over."""
    return error.encode("utf-8", "replace").decode().replace("\x00", "?")


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


def drain(*, limit: int = 10_000, seconds: float = math.inf) -> int:
    """Fan out and deliver until nothing is due, the organizations in turn; answers how many deliveries ran.

    Once so many seconds are over no further round begins, and the organizations still to come in this one have one
    delivery each: a long backlog of the first keeps none of them waiting for ever. An organization whose turn fails is
    logged, and has its next turn at the next drain.
    """
    end = time.monotonic() + seconds
    delivered = 0
    not_fanned_out: set[UUID] = set()
    not_delivered: set[UUID] = set()
    while delivered < limit:
        fanned_out = fan_out(failed=not_fanned_out)
        ran = _turns(organizations_due(), lambda organization_id: _deliver(organization_id, end), not_delivered)
        delivered += ran
        if not (fanned_out or ran) or time.monotonic() >= end:
            break
    return delivered


def _deliver(organization_id: UUID, end: float) -> int:
    ran = 0
    while ran < TURN and deliver_next(organization_id):
        ran += 1
        if time.monotonic() >= end:
            break
    return ran


def work_waits() -> bool:
    """Whether an event waits for its deliveries, or a delivery may begin now."""
    with every_organization():
        waiting = OutboxEvent.objects.filter(organization_id=OuterRef("pk"), fanned_out_at=None)
        return bool(_organizations_with(waiting)) or bool(organizations_due())
