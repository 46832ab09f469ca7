"""A request becomes a draft contract."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require, system_actor
from clm.accounts.models import Membership
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.access.requests import DESK
from contracts.events import requests as events
from contracts.models import Contract, ContractParty, ContractRequest
from contracts.operations.guards import changed_meanwhile
from contracts.operations.name_party import name_party
from contracts.operations.requests.guards import check_open, check_seen, lock_request, save_next, tell_people
from contracts.operations.restrict_contract import restrict_contract
from contracts.operations.set_parties import add_party
from contracts.operations.templates.draft_from_template import draft_from_template
from contracts.queries.requests import RequestPaper, make_request_paper
from contracts.states import RequestState

VERB = "contracts.draft_request"


def draft_request(
    *, actor: Actor, request_id: UUID, seen: int | None = None, made: RequestPaper | None = None
) -> ContractRequest:
    """The request has its contract: a draft of its answers, owned by who works on it, with the other side named; and
    who asked for it knows. The contract of a confidential request is seen by these two only, until others are named.
    In a transaction of your own make the paper before: see `make_request_paper`.

    Raises DomainError `not_assigned` for anyone but the assignee, `request_closed`, `changed_meanwhile` where the
    answers changed after the paper was made, `template_not_approved`; Invalid `answers_wrong`.
    """
    require(actor, VERB)
    made = made or make_request_paper(actor, request_id)
    with transaction.atomic():
        request = lock_request(request_id)
        require(actor, VERB, request)
        check_seen(request, seen)
        check_open(request)
        _check_assignee(actor, request)
        if made.revision != request.revision:
            message = _("Somebody changed this request meanwhile: look at it again.")
            raise changed_meanwhile(request, message, request.revision)
        request.contract = _draft(actor, request, made)
        save_next(request, "contract")
        previous = move(actor, request, to=RequestState.DRAFTED)
        request.waits_until = None
        request.save(update_fields=["waits_until"])
        record(actor, events.request_drafted(request, previous))
        tell_people([request.requester_id], request, title=_("Drafted: %(title)s (%(reference)s)"), by=actor)
    return request


def _check_assignee(actor: Actor, request: ContractRequest) -> None:
    if request.state != RequestState.ASSIGNED or request.assignee_id != actor.person_id:
        message = _("A request is drafted by who works on it: take it first.")
        raise DomainError("not_assigned", message, detail={"state": request.state})


def _draft(actor: Actor, request: ContractRequest, made: RequestPaper) -> Contract:
    contract = draft_from_template(
        actor=actor,
        template_version_id=request.template_version_id,
        answers=request.answers,
        title=request.title,
        paper=made.paper,
        value_amount=request.value_amount,
        currency=request.currency,
        description=request.reason,
    )
    role = ContractParty.Role.COUNTERPARTY
    if request.party_id is not None:
        add_party(actor=actor, contract_id=contract.pk, party_id=request.party_id, role=role)
    elif request.counterparty:
        name_party(actor=actor, contract_id=contract.pk, name=request.counterparty, role=role)
    if request.is_confidential:
        _restrict(actor, request, contract)
    return contract


def _restrict(actor: Actor, request: ContractRequest, contract: Contract) -> None:
    """Those who asked and who work on it see it; not everybody who drafts may restrict, so the desk does."""
    wanted = {request.requester_id, actor.person_id}
    present = Membership.objects.filter(user_id__in=wanted, removed_at=None).values_list("user_id", flat=True)
    desk = system_actor(DESK, request.organization_id)
    restrict_contract(actor=desk, contract_id=contract.pk, people=list(present))
