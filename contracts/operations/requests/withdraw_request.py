"""Who asked for a contract needs it no more."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from contracts.events import requests as events
from contracts.models import ContractRequest
from contracts.operations.requests.guards import (
    check_open,
    check_seen,
    lock_request,
    require_requester,
    save_next,
    tell_people,
)
from contracts.states import RequestState

VERB = "contracts.withdraw_request"


@transaction.atomic
def withdraw_request(*, actor: Actor, request_id: UUID, reason: str = "", seen: int | None = None) -> ContractRequest:
    """The request is withdrawn, and who works on it knows.

    Raises Forbidden for anyone but the requester, DomainError `request_closed`.
    """
    request = lock_request(request_id)
    require(actor, VERB, request)
    check_seen(request, seen)
    require_requester(actor, request)
    check_open(request)
    request.outcome = reason.strip()
    previous = move(actor, request, to=RequestState.WITHDRAWN, reason=request.outcome)
    save_next(request, "outcome")
    record(actor, events.request_closed("request.withdrawn", VERB, request, previous))
    title = _("Withdrawn: %(title)s (%(reference)s)")
    tell_people([request.assignee_id], request, title=title, body=request.outcome, by=actor)
    return request
