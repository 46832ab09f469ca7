"""Celery's side of the dispatcher."""

from __future__ import annotations

from uuid import UUID

import structlog
from celery import shared_task
from django.conf import settings

from clm.access.scope import organization_scope
from clm.audit.chain import chain_entries
from clm.events.dispatcher import drain

log = structlog.get_logger("clm.events")


def wake_dispatcher(organization_id: UUID) -> None:
    """Chain the organization's new entries and ask a worker to dispatch. A broker that is away costs only time."""
    with organization_scope(organization_id):
        chain_entries(organization_id)
    if settings.CELERY_TASK_ALWAYS_EAGER:
        return
    try:
        dispatch_events.apply_async(ignore_result=True, retry=False)
    except Exception:
        log.warning("dispatch_not_queued", exc_info=True)


@shared_task
def dispatch_events() -> int:
    """Events reach their handlers."""
    return drain()
