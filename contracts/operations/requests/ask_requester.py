"""More information is asked of who wants the contract."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.events import requests as events
from contracts.models import ContractRequest, RequestQuestion
from contracts.operations.requests.guards import (
    check_open,
    check_seen,
    check_words,
    lock_request,
    save_next,
    tell_people,
)
from contracts.states import RequestState


@transaction.atomic
def ask_requester(*, actor: Actor, request_id: UUID, question: str, seen: int | None = None) -> ContractRequest:
    """The request waits for the requester's answer, and they know.

    Raises DomainError `request_closed`, `illegal_move` where it waits for one already, Invalid `words_missing`.
    """
    request = lock_request(request_id)
    require(actor, "contracts.ask_requester", request)
    check_seen(request, seen)
    check_open(request)
    words = check_words("question", question)
    previous = move(actor, request, to=RequestState.ASKED)
    asked = RequestQuestion.objects.create(
        organization_id=actor.organization_id,
        request=request,
        number=request.questions.count() + 1,
        question=words,
        asked_by_id=actor.person_id,
        created_at=clock.now(),
    )
    save_next(request)
    record(actor, events.information_asked(request, asked, previous))
    title = _("More information is needed: %(title)s (%(reference)s)")
    tell_people([request.requester_id], request, title=title, body=words, by=actor)
    return request
