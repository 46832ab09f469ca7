"""The life cycle's table is the only source of moves: what it lacks is refused, whatever the verb, state and role."""

from __future__ import annotations

import ast
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import transaction

from clm.access.permissions import system_actor
from clm.access.registry import SYSTEM_ACTORS
from clm.accounts.roles import Role
from clm.audit.models import Transition
from clm.audit.moves import move
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.models import Contract
from contracts.states import CONTRACT_STATES, ContractState
from tests.access.table import collect
from tests.cast import Cast
from tests.contracts.life_ways import NOW, WAYS, Staged
from tests.contracts.papers import draft_contract

STATES = sorted(ContractState.values)
TABLE = collect()
OPERATIONS = Path(__file__).resolve().parents[2] / "contracts" / "operations"
# What moves a contract, for whichever verbs.
MOVERS = {
    "advance_terms", "approval/guards", "approval/request_approval", "archive_contract",
    "drafting/hand_over", "record_execution", "retention/approve_disposal", "signing/guards", "signing/send_envelope",
    "signing/sign_envelope", "termination/guards",
}  # fmt: skip


@pytest.mark.parametrize("source", STATES)
def test_what_the_table_lacks_is_refused_to_everyone(acme: Cast, source: str) -> None:
    contract = draft_contract(acme["legal"])
    for target in set(STATES) - CONTRACT_STATES.moves[source]:
        for role in Role.values:
            contract.state = source
            with pytest.raises(DomainError) as refused:
                move(acme[role], contract, to=target)
            assert (refused.value.code, contract.state) == ("illegal_move", source)
    assert not Transition.objects.filter(subject_id=contract.pk).exists()


@pytest.mark.parametrize("way", WAYS)
def test_a_verb_moves_from_these_states_alone(acme: Cast, way: str) -> None:
    """Every state, every role and every system actor: who may and from where, and nobody else from anywhere."""
    with clock.set_to(NOW):
        staged = WAYS[way].stage(acme)
    house = acme.organization.pk
    actors = acme.by_role | {name: system_actor(name, house) for name in SYSTEM_ACTORS}
    may = _who_may(WAYS[way].verb, staged)
    assert may
    with clock.set_to(staged.at):
        for source in STATES:
            target = WAYS[way].moves.get(source, "")
            Contract.objects.filter(pk=staged.contract.pk).update(state=source)
            _refused(staged, [actor for name, actor in actors.items() if name not in may])
            assert {name: _moved(staged, actors[name]) for name in may} == dict.fromkeys(may, target), source


def _who_may(verb: str, staged: Staged) -> set[str]:
    named = {name for name, verbs in SYSTEM_ACTORS.items() if verb in verbs} | set(TABLE.verbs.get(verb, ()))
    return named if staged.by is None else named & staged.by


def _trail(staged: Staged) -> list[tuple[str, str]]:
    moves = Transition.objects.filter(subject_id=staged.contract.pk).order_by("id")
    return list(moves.values_list("from_state", "to_state"))


def _state(staged: Staged) -> str:
    return Contract.objects.values_list("state", flat=True).get(pk=staged.contract.pk)


def _refused(staged: Staged, actors: list[Actor]) -> None:
    before = _trail(staged), _state(staged)
    for actor in actors:
        with pytest.raises(DomainError):
            staged.call(actor)
    assert (_trail(staged), _state(staged)) == before


def _moved(staged: Staged, actor: Actor) -> str:
    """Where this actor moves it; empty where nothing is moved. Undone afterwards. Every step is in the table."""
    before, source = _trail(staged), _state(staged)
    begun = transaction.savepoint()
    with suppress(DomainError):
        staged.call(actor)
    steps, state = _trail(staged)[len(before) :], _state(staged)
    transaction.savepoint_rollback(begun)
    ends = [source, *(target for _source, target in steps)]
    assert steps == list(pairwise(ends))
    assert all(CONTRACT_STATES.allows(*step) for step in steps)
    assert ends[-1] == state
    return state if steps else ""


def test_nothing_else_moves_a_contract() -> None:
    """A verb that moves contracts in a module of its own needs a way above."""
    found = {
        str(path.relative_to(OPERATIONS).with_suffix(""))
        for path in OPERATIONS.rglob("*.py")
        if any(_moves_a_contract(node) for node in ast.walk(ast.parse(path.read_text())))
    }

    assert found == MOVERS


def _moves_a_contract(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return False
    is_move = node.func.id in ("move", "move_along", "move_all") and len(node.args) > 1
    return is_move and ast.unparse(node.args[1]).split(".")[-1] in ("contract", "contracts")
