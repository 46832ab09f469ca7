"""Somebody works on a request."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.accounts.models import Membership
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from contracts.access.requests import TRIAGERS
from contracts.events import requests as events
from contracts.models import ContractRequest
from contracts.operations.requests.guards import check_open, check_seen, lock_request, save_next, tell_people
from contracts.operations.requests.prioritize_request import prioritize_request
from contracts.states import RequestState


@transaction.atomic
def assign_request(
    *, actor: Actor, request_id: UUID, assignee_id: UUID, seen: int | None = None, priority: int | None = None
) -> ContractRequest:
    """The request is this triager's, who knows, as does who asked for it. One that waits for information goes on
    waiting, and comes to the assignee when it is answered. With a `priority` it has that, too.

    Raises DomainError `request_closed`, `already_assigned` where they have it, `changed_meanwhile` where somebody was
    quicker, Invalid `assignee_unknown` where the person is no present triager.
    """
    request = lock_request(request_id)
    require(actor, "contracts.assign_request", request)
    check_seen(request, seen)
    check_open(request)
    if request.assignee_id == assignee_id:
        raise DomainError("already_assigned", _("The request is theirs already."))
    _check_triager(assignee_id)
    before = {"state": request.state, "assignee": request.assignee_id}
    former, request.assignee_id = request.assignee_id, assignee_id
    save_next(request, "assignee")
    if request.state != RequestState.ASKED:
        move(actor, request, to=RequestState.ASSIGNED)
    record(actor, events.request_assigned(request, before))
    tell_people([assignee_id], request, title=_("Yours to draft: %(title)s (%(reference)s)"), by=actor, key="yours")
    others = [request.requester_id, former]
    tell_people(others, request, title=_("In progress: %(title)s (%(reference)s)"), by=actor)
    if priority is None:
        return request
    return prioritize_request(actor=actor, request_id=request_id, priority=priority)


def _check_triager(user_id: UUID) -> None:
    members = Membership.objects.filter(user_id=user_id, removed_at=None, user__is_active=True)
    if not members.filter(roles__overlap=sorted(TRIAGERS)).exists():
        message = _("Requests are assigned to somebody of legal, procurement or administration.")
        raise Invalid("assignee_unknown", message, fields={"assignee": [message]})
