"""The ledger: entries appended by a verb, put in the chain, and verified from the first to the last."""

from __future__ import annotations

from unittest.mock import patch

from django.db import transaction

from benchmarks.measure import Table, seconds
from clm.audit.chain import chain_breaks, chain_entries
from clm.audit.models import LedgerEntry
from clm.events.record import record, record_all
from clm.lib.actor import Actor
from contracts.events import contract_created
from contracts.models import Contract
from contracts.operations.create_contract import create_contract

ENTRIES = 20_000
BY_VERB = 500


def measure(table: Table, actor: Actor, entries: int = ENTRIES, by_verb: int = BY_VERB) -> None:
    """One entry a transaction as verbs leave them; many in one; then the chain over all of them."""
    contract = create_contract(actor=actor, title="Measured")
    with patch("clm.events.tasks.wake_dispatcher"):  # chaining and dispatching is another process's work
        _appended(table, actor, contract, entries - by_verb, by_verb)
    waiting = LedgerEntry.objects.filter(sequence=None).count()
    taken = seconds(lambda: _chained(actor))
    table.add("entries put in the chain", waiting / taken, "entries/s", f"{waiting:,} by one sequencer")
    chained = LedgerEntry.objects.exclude(sequence=None).count()
    broken: list[object] = []
    taken = seconds(lambda: broken.extend(chain_breaks(actor.organization_id)))
    if broken:
        raise RuntimeError(f"The chain does not hold: {broken[0]}")
    table.add("entries verified", chained / taken, "entries/s", f"{chained:,}, every field hashed again")


def _appended(table: Table, actor: Actor, contract: Contract, left: int, by_verb: int) -> None:
    taken = seconds(lambda: _each(actor, contract, by_verb))
    table.add("entries appended, one a transaction", by_verb / taken, "entries/s", "with their event for the outbox")
    taken = seconds(lambda: _many(actor, contract, left))
    table.add("entries appended, a thousand a transaction", left / taken, "entries/s", "with their events")


def _each(actor: Actor, contract: Contract, count: int) -> None:
    for _number in range(count):
        with transaction.atomic():
            record(actor, contract_created(contract))


def _many(actor: Actor, contract: Contract, count: int) -> None:
    for begin in range(0, count, 1000):
        with transaction.atomic():
            record_all(actor, [contract_created(contract) for _ in range(min(1000, count - begin))])


def _chained(actor: Actor) -> None:
    while chain_entries(actor.organization_id):
        pass
