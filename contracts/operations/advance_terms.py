"""A contract's terms are where the calendar is; no period is ever skipped."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from contracts import events
from contracts.calendar import business_days_of, contract_rules, start_of, term_row
from contracts.engine.terms import Status, term_status
from contracts.models import Contract, Term
from contracts.states import ContractState

VERB = "contracts.advance_terms"


@transaction.atomic
def advance_terms(*, actor: Actor, contract_id: UUID) -> Contract:
    """Every term begun by now has its row and its event; a contract past its last term is expired. Idempotent.

    A run that was missed catches up on each period: each renewal leaves its own row, transition and event.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    if contract.is_in_force:
        catch_up(actor, contract)
    return contract


def catch_up(actor: Actor, contract: Contract) -> None:
    """Write the terms that began, in order, for a locked contract in force."""
    found = contract_rules(contract)
    if found is None:
        return
    terms, rules = found
    status = term_status(rules, clock.today(contract.time_zone), business_days_of(terms))
    known = Term.objects.filter(contract=contract).order_by("-number").values_list("number", flat=True).first() or 0
    for term in status.terms:
        if term.number > known:
            row = term_row(contract, terms, rules, term)
            row.save()
            if term.number > 1:
                move(actor, contract, to=ContractState.RENEWED, reason=f"term {term.number} began")
                move(actor, contract, to=ContractState.ACTIVE, reason=f"term {term.number}")
            record(actor, events.term_started(contract, row))
    contract.terms_due_at = start_of(status.term_end, contract.time_zone)
    if status.status is Status.EXPIRED:
        _expire(actor, contract)
    contract.save(update_fields=["terms_due_at"])


def _expire(actor: Actor, contract: Contract) -> None:
    contract.terms_due_at = None
    previous = move(actor, contract, to=ContractState.EXPIRED, reason="its last term ended")
    record(actor, events.contract_moved("contract.expired", VERB, contract, previous))
