"""What the verbs of requests share: the locked row as somebody saw it, whose turn it is, and who is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid
from clm.lib.locks import lock_row
from clm.notify.tell import people_with_roles, tell
from contracts.access.requests import TRIAGERS
from contracts.models import ContractRequest
from contracts.operations.guards import changed_meanwhile
from contracts.queries.requests import due_from_now
from contracts.states import RequestState


def lock_request(request_id: UUID) -> ContractRequest:
    """The request, locked, with its people and its template."""
    return lock_row(ContractRequest, request_id, "template_version__template", "requester", "assignee")


def check_seen(request: ContractRequest, seen: int | None) -> None:
    """Raise DomainError `changed_meanwhile` where the request is another revision than the one that was looked at."""
    if seen is not None and seen != request.revision:
        message = _("Somebody changed this request meanwhile: look at it again.")
        raise changed_meanwhile(request, message, request.revision)


def check_open(request: ContractRequest) -> None:
    """Raise DomainError `request_closed` where the request is drafted, declined or withdrawn."""
    if not request.is_open:
        raise DomainError("request_closed", _("This request is closed."), detail={"state": request.state})


def require_requester(actor: Actor, request: ContractRequest) -> None:
    if request.requester_id != actor.person_id:
        raise Forbidden(_("Only who asked for the contract may do this."))


def save_next(request: ContractRequest, *changed: str) -> None:
    """The changed fields are saved as the next revision; who it waits for now has time until they are reminded."""
    request.revision += 1
    waits = request.state in (RequestState.SUBMITTED, RequestState.ASSIGNED, RequestState.ASKED)
    request.waits_until = due_from_now() if waits else None
    request.save(update_fields=[*changed, "revision", "waits_until"])


def check_words(name: str, text: str) -> str:
    """The text without space around it. Raises Invalid `words_missing` beside the field where nothing is left."""
    if not text.strip():
        message = _("Say it in a few words.")
        raise Invalid("words_missing", message, fields={name: [message]})
    return text.strip()


def desk_of(request: ContractRequest) -> set[UUID]:
    """Who works on it: the person it is assigned to, or all triagers while it is nobody's."""
    return {request.assignee_id} if request.assignee_id else set(people_with_roles(*TRIAGERS))


def tell_people(
    people: Iterable[UUID | None], request: ContractRequest, *, title: str, by: Actor, body: str = "", key: str = ""
) -> None:
    """Those of the people who see the request know, except the one who did it; once for each revision."""
    tell(
        {person for person in people if person is not None} - {by.person_id},
        kind="request",
        title=title % {"reference": request.reference, "title": request.title},
        body=body,
        url=request.get_absolute_url(),
        subject=request,
        dedupe_key=f"request:{request.pk}:{request.revision}:{key or request.state}",
    )


def facts_before(request: ContractRequest, changes: dict[str, Any]) -> dict[str, Any]:
    """What the changed facts were."""
    return {name: getattr(request, name) for name in changes}
