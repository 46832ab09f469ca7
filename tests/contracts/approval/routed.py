"""Contracts that wait for approval, for tests, made by calling verbs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from clm.accounts.models import Delegation
from clm.accounts.operations.create_delegation import create_delegation
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.models import Approval, ApprovalSeat, Contract, Matrix
from contracts.operations.approval.approve_step import approve_step
from contracts.operations.approval.request_approval import request_approval
from contracts.operations.create_party import create_party
from contracts.operations.matrices.activate_matrix import activate_matrix
from contracts.operations.matrices.add_rule import add_rule
from contracts.operations.matrices.create_matrix import create_matrix
from contracts.operations.set_parties import add_party
from contracts.operations.set_terms import set_terms
from contracts.queries.routing import active_matrix
from tests.cast import Cast
from tests.contracts.papers import TERMS, draft_contract, newest
from tests.proof import left_behind

FINANCE: dict[str, Any] = {"name": "Finance", "role": "finance"}
LEGAL: dict[str, Any] = {"name": "Legal", "role": "legal"}


def matrix_of(cast: Cast, *rules: dict[str, Any]) -> Matrix:
    """An active matrix with these rules."""
    admin = cast["administrator"]
    matrix = create_matrix(actor=admin)
    for rule in rules:
        add_rule(actor=admin, matrix_id=matrix.pk, **rule)
    before = active_matrix()
    return activate_matrix(actor=admin, matrix_id=matrix.pk, replaces=before.pk if before else None)


def ready_contract(actor: Actor, **facts: Any) -> Contract:
    """A draft contract with text, terms and parties: it may be sent for approval."""
    contract = draft_contract(actor, **facts)
    set_terms(actor=actor, version_id=newest(contract).pk, terms=TERMS)
    for name, role in (("Acme Ltd", "ours"), ("Cirrus Hosting GmbH", "counterparty")):
        party = create_party(actor=actor, name=f"{name} {contract.reference}", is_ours=role == "ours", country="DE")
        add_party(actor=actor, contract_id=contract.pk, party_id=party.pk, role=role)
    return Contract.objects.get(pk=contract.pk)


def requested(actor: Actor, contract: Contract | None = None, **facts: Any) -> Approval:
    contract = contract or ready_contract(actor, **facts)
    return request_approval(actor=actor, contract_id=contract.pk)


def seat_of(approval: Approval, actor: Actor, step: str = "") -> ApprovalSeat:
    seats = ApprovalSeat.objects.filter(step__approval=approval, person_id=actor.person_id)
    return (seats.filter(step__name=step) if step else seats).get()


def states(approval: Approval) -> tuple[str, str]:
    """Of the approval and of its contract."""
    approval.refresh_from_db()
    return approval.state, Contract.objects.get(pk=approval.contract_id).state


def refusal(act: Callable[[], Any]) -> str:
    """The code; nothing is left behind."""
    before = left_behind()
    with pytest.raises(DomainError) as refused:
        act()
    assert left_behind() == before
    return refused.value.code


def yes(actor: Actor, approval: Approval, of: Actor | None = None, step: str = "") -> ApprovalSeat:
    seat = seat_of(approval, of or actor, step)
    return approve_step(actor=actor, seat_id=seat.pk, seen=approval.content_hash)


def away(absentee: Actor, delegate: Actor, **limits: Any) -> Delegation:
    """For a week from now the delegate decides."""
    now = clock.now()
    return create_delegation(
        actor=absentee, delegate_id=delegate.person_id, starts_at=now, ends_at=now + timedelta(days=7), **limits
    )
