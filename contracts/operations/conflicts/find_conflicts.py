"""Where a contract does not agree with others of the same party is listed."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record_all
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import advisory_lock, lock_row
from contracts.engine.conflicts import Disagreement
from contracts.events import conflicts as events
from contracts.models import Conflict, Contract
from contracts.queries.conflicts import as_said, compared_with, fingerprint_of, found_between
from contracts.states import ENDED, ConflictState

VERB = "contracts.find_conflicts"
Key = tuple[UUID, UUID, str]


@transaction.atomic
def find_conflicts(*, actor: Actor, contract_id: UUID) -> list[Conflict]:
    """Each disagreement with another contract that is not over has its row; one that is gone is settled, and one that
    was acknowledged is open again where either contract says something else by now. Contracts of an organization are
    compared one after another, so that a pair is found once. Answers those that stand."""
    compare_in_turn(actor)
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    rows = Conflict.objects.select_for_update(of=("self",)).filter(Q(contract=contract) | Q(other=contract))
    known: dict[Key, Conflict] = {(row.contract_id, row.other_id, row.topic): row for row in rows.order_by("pk")}
    others = [] if contract.state in ENDED else _compared(contract, known)
    standing = [_put(actor, contract, other, each, known) for other, each in found_between(contract, others)]
    kept = {row.pk for row in standing}
    for row in known.values():
        if row.pk not in kept and row.state != ConflictState.SETTLED:
            _turn(actor, row, ConflictState.SETTLED, "conflict.settled")
    return standing


def compare_in_turn(actor: Actor) -> None:
    """Whoever compares takes this before any contract: who waits for it must not hold the other of somebody's pair."""
    advisory_lock(f"conflicts:{actor.organization_id}")


def _compared(contract: Contract, known: Iterable[Key]) -> list[Contract]:
    """Those that it is to be compared with, and those that it was: none is settled for newer ones came."""
    met = {pk for first, second, _topic in known for pk in (first, second)} - {contract.pk}
    return compared_with(contract, also=met)


def _put(
    actor: Actor, contract: Contract, other: Contract, found: Disagreement, known: dict[Key, Conflict]
) -> Conflict:
    """The row of a pair, the older contract first, as both say it now."""
    mine, theirs = as_said(found.first), as_said(found.second)
    is_first = contract.pk < other.pk
    pair = (contract, other) if is_first else (other, contract)
    says = (mine, theirs) if is_first else (theirs, mine)
    fingerprint = fingerprint_of(*says)
    row = known.get((pair[0].pk, pair[1].pk, found.topic))
    if row is None:
        row = Conflict.objects.create(
            organization_id=contract.organization_id, contract=pair[0], other=pair[1], topic=found.topic,
            says=says[0], other_says=says[1], fingerprint=fingerprint, found_at=clock.now(),
        )  # fmt: skip
        record_all(actor, events.conflict_set("conflict.found", VERB, row))
        return row
    is_other = row.fingerprint != fingerprint
    if row.says != says[0] or row.other_says != says[1]:
        row.says, row.other_says, row.fingerprint = says[0], says[1], fingerprint
        row.save(update_fields=["says", "other_says", "fingerprint"])
    if row.state == ConflictState.SETTLED or (is_other and row.state == ConflictState.ACKNOWLEDGED):
        _turn(actor, row, ConflictState.OPEN, "conflict.reopened")
    return row


def _turn(actor: Actor, row: Conflict, to: ConflictState, type_: str) -> None:
    """Nobody has acknowledged what is open again."""
    row.acknowledged_by = row.acknowledged_at = None
    row.reason = ""
    before = move(actor, row, to=to)
    row.save(update_fields=["acknowledged_by", "acknowledged_at", "reason"])
    record_all(actor, events.conflict_set(type_, VERB, row, before))
