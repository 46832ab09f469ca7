"""The life cycle's table is the only source of moves: what it lacks is refused, whatever the verb, state and role."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from clm.accounts.roles import Role
from clm.audit.models import Transition
from clm.audit.moves import move
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.models import Approval, Contract
from contracts.operations.activate_contract import activate_contract
from contracts.operations.approval.approve_step import approve_step
from contracts.operations.approval.reject_step import reject_step
from contracts.operations.approval.request_approval import request_approval
from contracts.operations.approval.withdraw_approval import withdraw_approval
from contracts.operations.archive_contract import archive_contract
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.record_execution import record_execution
from contracts.operations.terminate_contract import terminate_contract
from contracts.states import CONTRACT_STATES, ContractState
from tests.cast import Cast
from tests.contracts.approval.routed import FINANCE, matrix_of, ready_contract, requested, seat_of

STATES = sorted(ContractState.values)
DAY = date(2026, 1, 2)
OPEN = {"draft", "in_review", "in_negotiation"}
BEFORE = OPEN | {"in_approval", "approved", "out_for_signature"}

# What moves a contract -> the states from which it does, for those who may.
VERBS: dict[str, tuple[Callable[[Actor, Contract], Any], set[str]]] = {
    "record_execution": (
        lambda actor, contract: record_execution(actor=actor, contract_id=contract.pk, executed_on=DAY),
        {"draft"},
    ),
    "activate": (
        lambda actor, contract: activate_contract(actor=actor, contract_id=contract.pk),
        set(),  # its text is not final
    ),
    "terminate": (
        lambda actor, contract: terminate_contract(
            actor=actor, contract_id=contract.pk, terminated_on=DAY, reason="Over"
        ),
        {"executed", "active"},
    ),
    "archive": (
        lambda actor, contract: archive_contract(actor=actor, contract_id=contract.pk),
        BEFORE | {"expired", "terminated"},
    ),
    "request_approval": (
        lambda actor, contract: request_approval(actor=actor, contract_id=contract.pk),
        OPEN | {"approved"},  # where no approval of its text counts any more
    ),
    "begin_draft": (lambda actor, contract: begin_draft(actor=actor, contract_id=contract.pk), set()),
}  # fmt: skip


@pytest.mark.parametrize("source", STATES)
def test_what_the_table_lacks_is_refused_to_everyone(acme: Cast, source: str) -> None:
    contract = ready_contract(acme["legal"])
    for target in set(STATES) - CONTRACT_STATES.moves[source]:
        for role in Role.values:
            contract.state = source
            with pytest.raises(DomainError) as refused:
                move(acme[role], contract, to=target)
            assert (refused.value.code, contract.state) == ("illegal_move", source)
    assert not Transition.objects.filter(subject_id=contract.pk).exists()


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_moves_from_these_states_alone(acme: Cast, verb: str) -> None:
    """By whichever role, and never by a way that the table does not have."""
    matrix_of(acme, FINANCE)
    contract = ready_contract(acme["procurement"])
    call, expected = VERBS[verb]

    assert {source for source in STATES if _moves(acme, contract, source, call)} == expected


def _moves(cast: Cast, contract: Contract, source: str, call: Callable[[Actor, Contract], Any]) -> bool:
    """Whether any role moves it from there."""
    before = Contract.objects.get(pk=contract.pk).state
    Contract.objects.filter(pk=contract.pk).update(state=source)
    has_moved = any([_moved(cast[role], contract, source, call) for role in Role.values])
    Contract.objects.filter(pk=contract.pk).update(state=before)
    return has_moved


def _moved(actor: Actor, contract: Contract, source: str, call: Callable[[Actor, Contract], Any]) -> bool:
    """Whether this actor moves it; undone afterwards. Every step on the way is in the table."""
    begun = transaction.savepoint()
    before = Transition.objects.filter(subject_id=contract.pk).count()
    with suppress(DomainError):
        call(actor, contract)
    moves = Transition.objects.filter(subject_id=contract.pk).order_by("id")
    steps = list(moves.values_list("from_state", "to_state"))[before:]
    state = Contract.objects.get(pk=contract.pk).state
    transaction.savepoint_rollback(begun)
    assert all(CONTRACT_STATES.allows(*step) for step in steps)
    assert (steps[-1][1] if steps else source) == state
    return state != source


@pytest.mark.parametrize("source", STATES)
def test_decisions_move_it_only_while_it_waits(acme: Cast, source: str) -> None:
    """An approval that is open beside another state, as of an amendment, leaves the contract where it is."""
    matrix_of(acme, FINANCE)
    approval = requested(acme["procurement"])
    seat = seat_of(approval, acme["finance"])
    calls: dict[str, Callable[[Actor, Contract], Any]] = {
        "approved": lambda actor, _contract: approve_step(actor=actor, seat_id=seat.pk, seen=approval.content_hash),
        "rejected": lambda actor, _contract: reject_step(
            actor=actor, seat_id=seat.pk, seen=approval.content_hash, reason="No"
        ),
        "withdrawn": lambda actor, _contract: withdraw_approval(actor=actor, approval_id=approval.pk),
    }

    moved = {name for name, call in calls.items() if _moves(acme, approval.contract, source, call)}

    expected = {"in_approval": set(calls), "approved": {"rejected", "withdrawn"}}
    assert moved == expected.get(source, set())
    assert Approval.objects.get().state == "open"
