"""What is still open is decided at once."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import get_visible, require
from clm.events.record import record_all
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.models import Change, Contract, Version
from contracts.operations.negotiation import accept_change as accepting
from contracts.operations.negotiation import reject_change as rejecting
from contracts.operations.negotiation.guards import check_ours, decide, desk_of
from contracts.states import ChangeState


@transaction.atomic
def decide_rest(*, actor: Actor, version_id: UUID, accept: bool) -> tuple[int, int]:
    """Every open change of what came back is accepted, or rejected; answers (how many, how many are left because our
    draft says something else there, or they are outside of the clauses). Raises DomainError `turn_over`, `other_base`,
    `draft_full`."""
    version = get_visible(actor, Version.objects.defer("text"), version_id)
    verb = accepting.VERB if accept else rejecting.VERB
    require(actor, verb, version)
    contract = lock_row(Contract, version.contract_id)
    check_ours(contract, version.pk)
    if accept:
        return _accept(actor, contract)
    waiting = list(Change.objects.filter(version=version, state=ChangeState.OPEN).order_by("position"))
    record_all(actor, decide(actor, verb, waiting, ChangeState.REJECTED))
    return len(waiting), 0


def _accept(actor: Actor, contract: Contract) -> tuple[int, int]:
    desk = desk_of(actor, contract)
    done, left = [], 0
    for change in [each for each in desk.changes.values() if each.state == ChangeState.OPEN]:
        try:
            accepting.take(desk, change)
        except DomainError as refusal:
            if refusal.code not in ("words_clash", "clause_gone", "outside_clauses"):
                raise
            left += 1
        else:
            done.append(change)
    desk.put_down()
    record_all(actor, decide(actor, accepting.VERB, done, ChangeState.ACCEPTED))
    return len(done), left
