"""What was asked for is put right, by who asked or by who works on it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Forbidden
from contracts.events import requests as events
from contracts.models import ContractRequest
from contracts.operations.requests.guards import (
    check_open,
    check_seen,
    check_words,
    facts_before,
    lock_request,
    save_next,
)
from contracts.operations.requests.submit_request import checked_facts
from contracts.queries.requests import kept_answers
from contracts.states import RequestState

VERB = "contracts.change_request"


@transaction.atomic
def change_request(*, actor: Actor, request_id: UUID, seen: int | None = None, **changes: Any) -> ContractRequest:
    """The request has the changes: `title`, `answers` (all of them), and the facts of `checked_facts`. Nothing happens
    where nothing differs.

    Who asked may change it until somebody works on it, and while more information is asked; then who works on it may.
    Raises Forbidden, DomainError `request_closed`, Invalid `answers_wrong`.
    """
    request = lock_request(request_id)
    require(actor, VERB, request)
    check_seen(request, seen)
    check_open(request)
    if not may_change(actor, request):
        raise Forbidden(_("The request is changed by who asked for it, or by who works on it."))
    after = _differing(request, _checked(actor, request, changes))
    if not after:
        return request
    before = facts_before(request, after)
    for name, value in after.items():
        setattr(request, name, value)
    save_next(request, *after)
    record(actor, events.request_changed(request, _plain(before), _plain(after)))
    return request


def may_change(actor: Actor, request: ContractRequest) -> bool:
    if request.state == RequestState.ASSIGNED:
        return request.assignee_id == actor.person_id
    return request.is_open and request.requester_id == actor.person_id


def _checked(actor: Actor, request: ContractRequest, changes: dict[str, Any]) -> dict[str, Any]:
    rest = dict(changes)
    found: dict[str, Any] = {}
    if "title" in rest:
        found["title"] = check_words("title", rest.pop("title"))
    if "answers" in rest:
        found["answers"] = kept_answers(request.template_version, rest.pop("answers"))
    return found | checked_facts(actor, {"currency": request.currency, **rest})


def _differing(request: ContractRequest, wanted: dict[str, Any]) -> dict[str, Any]:
    if wanted.get("counterparty", request.counterparty) != request.counterparty:
        wanted.setdefault("party", None)  # another name is another party
    return {name: value for name, value in wanted.items() if getattr(request, name) != value}


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: (value.pk if name == "party" and value else value) for name, value in facts.items()}
