"""Who wants the contract answers what was asked."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.events import requests as events
from contracts.models import ContractRequest, RequestQuestion
from contracts.operations.requests.guards import (
    check_seen,
    check_words,
    desk_of,
    lock_request,
    require_requester,
    save_next,
    tell_people,
)
from contracts.states import RequestState


@transaction.atomic
def answer_request(*, actor: Actor, request_id: UUID, answer: str, seen: int | None = None) -> ContractRequest:
    """The question is answered for good, and the request is back with who works on it, or in the queue.

    Raises Forbidden for anyone but the requester, DomainError `nothing_asked`, Invalid `words_missing`.
    """
    request = lock_request(request_id)
    require(actor, "contracts.answer_request", request)
    check_seen(request, seen)
    require_requester(actor, request)
    if request.state != RequestState.ASKED:
        raise DomainError("nothing_asked", _("Nothing is asked of you."))
    asked = RequestQuestion.objects.get(request=request, answered_at=None)
    asked.answer, asked.answered_by_id, asked.answered_at = check_words("answer", answer), actor.person_id, clock.now()
    asked.save(update_fields=["answer", "answered_by", "answered_at"])
    back = RequestState.ASSIGNED if request.assignee_id else RequestState.SUBMITTED
    previous = move(actor, request, to=back)
    save_next(request)
    record(actor, events.request_answered(request, asked, previous))
    title = _("Answered: %(title)s (%(reference)s)")
    tell_people(desk_of(request), request, title=title, body=asked.answer, by=actor, key="answered")
    return request
