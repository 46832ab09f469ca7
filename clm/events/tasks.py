"""Celery's side of the dispatcher."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

import structlog
from celery import shared_task
from django.conf import settings

from clm.access.scope import organization_scope
from clm.audit.chain import BATCH, chain_entries
from clm.events.dispatcher import drain, work_waits
from clm.lib.locks import held_if_free

log = structlog.get_logger("clm.events")
# How long one run of the task delivers before jobs and judging have their turn in its worker process.
TURN_SECONDS = 3.0

_held: ContextVar[bool] = ContextVar("covenant_wakes_held", default=False)


@contextmanager
def wakes_held(organization_id: UUID) -> Iterator[None]:
    """Within the block commits wake nobody; at its end the organization is chained and dispatched once.

    For work of very many verbs. A crash inside costs only time: beat chains and dispatches what is left.
    """
    token = _held.set(True)
    try:
        yield
    finally:
        _held.reset(token)
    wake_dispatcher(organization_id)


def wake_dispatcher(organization_id: UUID) -> None:
    """Chain the organization's new entries and ask a worker to dispatch. A broker that is away costs only time."""
    if _held.get():
        return
    with organization_scope(organization_id):
        while chain_entries(organization_id) == BATCH:
            continue
    if not settings.CELERY_TASK_ALWAYS_EAGER:
        _queue_dispatch()


def _queue_dispatch() -> None:
    try:
        dispatch_events.apply_async(ignore_result=True, retry=False)
    except Exception:
        log.warning("dispatch_not_queued", exc_info=True)


@shared_task
def dispatch_events() -> int:
    """Events reach their handlers, for a turn of some seconds; answers how many deliveries ran.

    One process delivers at a time, and the others have their slots for jobs and judging: while it does, this answers 0
    at once. What is left is asked for again, behind the tasks that wait meanwhile.
    """
    delivered, is_over = _deliver_alone()
    if not delivered and work_waits():
        delivered, is_over = _deliver_alone()  # What came between the last look and the turn's end was answered 0.
    if (delivered or is_over) and work_waits():
        _queue_dispatch()
    return delivered


def _deliver_alone() -> tuple[int, bool]:
    """How many deliveries ran, and whether the turn's time was over before its work was."""
    with held_if_free("clm.events.dispatch") as is_mine:
        if not is_mine:
            return 0, False
        end = time.monotonic() + TURN_SECONDS
        return drain(seconds=TURN_SECONDS), time.monotonic() >= end
