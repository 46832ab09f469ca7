"""Who may do and see what with requests: everyone inside asks, triagers see the queue."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from clm.access.permissions import visible
from clm.access.registry import register_system_actor, register_verbs, register_visibility, seen_through
from clm.access.subjects import register_subjects
from clm.accounts.roles import INSIDE, Role
from clm.audit.access import register_ledger_filter
from clm.lib.actor import Actor
from contracts.models import Contract, ContractRequest, RequestFile, RequestQuestion

VIEW = "contracts.view_request"
TRIAGERS = frozenset({Role.LEGAL, Role.PROCUREMENT, Role.ADMINISTRATOR})
# They read everything that is not confidential.
READERS = frozenset({Role.AUDITOR, Role.EXECUTIVE, Role.APPROVER})
DESK = "request_desk"


def register() -> None:
    register_verbs(
        {
            VIEW: INSIDE,
            "contracts.submit_request": INSIDE,
            "contracts.change_request": INSIDE,
            "contracts.answer_request": INSIDE,
            "contracts.withdraw_request": INSIDE,
            "contracts.attach_to_request": INSIDE,
            "contracts.assign_request": TRIAGERS,
            "contracts.ask_requester": TRIAGERS,
            "contracts.prioritize_request": TRIAGERS,
            "contracts.decline_request": TRIAGERS,
            "contracts.draft_request": TRIAGERS,
            "contracts.remind_request": set(),
        }
    )
    register_system_actor(DESK, {"contracts.remind_request", "contracts.restrict_contract"})
    register_subjects(ContractRequest)
    register_visibility(ContractRequest, VIEW, _requests)
    register_visibility(RequestQuestion, VIEW, seen_through("request", lambda: ContractRequest))
    register_visibility(RequestFile, VIEW, _files)
    register_ledger_filter(_entries)


def is_triager(actor: Actor) -> bool:
    return bool(actor.roles & TRIAGERS)


def _requests(actor: Actor, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Triagers see all, readers those that are not confidential, everybody their own; a counterparty none."""
    if actor.is_counterparty:
        return rows.none()
    if is_triager(actor):
        return rows
    own = Q(requester_id=actor.person_id)
    return rows.filter(own | Q(is_confidential=False)) if actor.roles & READERS else rows.filter(own)


def _files(actor: Actor, rows: QuerySet[Any]) -> QuerySet[Any]:
    """With the request, and with the contract that it became; a counterparty none."""
    if actor.is_counterparty:
        return rows.none()
    asked = visible(actor, ContractRequest.objects.all()).values("pk")
    became = visible(actor, Contract.objects.all()).values("pk")
    return rows.filter(Q(request__in=asked) | Q(request__contract__in=became))


def _entries(actor: Actor, rows: QuerySet[Any]) -> QuerySet[Any]:
    """What the ledger says of a confidential request is kept from those who do not see the request."""
    if is_triager(actor) or actor.is_system:
        return rows
    hidden = ContractRequest.objects.filter(is_confidential=True).exclude(requester_id=actor.person_id)
    return rows.exclude(subject_type=ContractRequest._meta.label_lower, subject_id__in=hidden.values("pk"))
