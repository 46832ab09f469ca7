"""A request that waits too long is brought back to mind."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from contracts.events import requests as events
from contracts.models import ContractRequest
from contracts.operations.requests.guards import desk_of, tell_people
from contracts.states import RequestState


@transaction.atomic
def remind_request(*, actor: Actor, request_id: UUID) -> ContractRequest:
    """Those it waits for are told once: who asked where more information is asked, else who works on it, else all
    triagers. Nothing happens before it has waited too long."""
    request = lock_row(ContractRequest, request_id)
    require(actor, "contracts.remind_request", request)
    if request.waits_until is None or request.waits_until > clock.now():
        return request
    request.waits_until = None
    request.save(update_fields=["waits_until"])
    people = {request.requester_id} if request.state == RequestState.ASKED else desk_of(request)
    tell_people(people, request, title=_("Still waits for you: %(title)s (%(reference)s)"), by=actor, key="waited")
    record(actor, events.request_waited(request))
    return request
