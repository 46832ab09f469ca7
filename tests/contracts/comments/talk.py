"""Contracts with threads for tests, made by calling verbs."""

from __future__ import annotations

from typing import Any

from clm.access.objects import grant
from clm.lib.actor import Actor
from contracts.models import Clause, Contract, Thread
from contracts.operations.comments.start_thread import start_thread
from tests.cast import Cast
from tests.contracts.papers import active_contract, newest


def open_to_other_side(cast: Cast, contract: Contract) -> Contract:
    """The contract, which cast["counterparty"] sees from now on."""
    grant([cast.users["counterparty"]], "see_confidential_contract", contract)
    return contract


def negotiated(cast: Cast, actor: Actor | None = None, **facts: Any) -> Contract:
    """A contract in force, whose final version the other side sees."""
    return open_to_other_side(cast, active_contract(actor or cast["legal"], **facts))


def availability(contract: Contract) -> Clause:
    """Clause 2.1 of the newest version."""
    return Clause.objects.get(version=newest(contract), number="2.1")


def thread(actor: Actor, contract: Contract, text: str = "Too low?", **given: Any) -> Thread:
    return start_thread(actor=actor, contract_id=contract.pk, text=text, **given)
