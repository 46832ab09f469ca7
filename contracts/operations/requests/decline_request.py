"""A request is not followed."""

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
    check_words,
    lock_request,
    save_next,
    tell_people,
)
from contracts.states import RequestState

VERB = "contracts.decline_request"


@transaction.atomic
def decline_request(*, actor: Actor, request_id: UUID, reason: str, seen: int | None = None) -> ContractRequest:
    """The request is declined, and who asked for it knows why. Raises DomainError `request_closed`."""
    request = lock_request(request_id)
    require(actor, VERB, request)
    check_seen(request, seen)
    check_open(request)
    request.outcome = check_words("reason", reason)
    previous = move(actor, request, to=RequestState.DECLINED, reason=request.outcome)
    save_next(request, "outcome")
    record(actor, events.request_closed("request.declined", VERB, request, previous))
    people = [request.requester_id, request.assignee_id]
    tell_people(people, request, title=_("Declined: %(title)s (%(reference)s)"), body=request.outcome, by=actor)
    return request
