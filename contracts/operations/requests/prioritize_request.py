"""How urgent a request is."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from contracts.events import requests as events
from contracts.models import ContractRequest
from contracts.models.request import Priority
from contracts.operations.requests.guards import check_open, check_seen, lock_request


@transaction.atomic
def prioritize_request(*, actor: Actor, request_id: UUID, priority: int, seen: int | None = None) -> ContractRequest:
    """The request has this priority in the queue. Raises DomainError `request_closed`."""
    request = lock_request(request_id)
    require(actor, "contracts.prioritize_request", request)
    check_seen(request, seen)
    check_open(request)
    previous, request.priority = request.priority, Priority(priority)
    if previous != request.priority:
        request.revision += 1
        request.save(update_fields=["priority", "revision"])
        record(actor, events.request_prioritized(request, previous))
    return request
