"""Contracts whose end is announced."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Termination
from contracts.operations.termination.announce_termination import announce_termination
from tests.contracts.papers import active_contract

JUNE = datetime(2026, 6, 1, 12, tzinfo=UTC)
NOTICE: dict[str, Any] = {
    "kind": "convenience", "notice_on": date(2026, 6, 1), "notice_length": 30, "ends_on": date(2026, 7, 2),
    "reason": "We move in house",
}  # fmt: skip


def announced(actor: Actor, **facts: Any) -> Termination:
    """On 1 June 2026, to end with the beginning of 2 July."""
    with clock.set_to(JUNE):
        contract = active_contract(actor)
        return announce_termination(actor=actor, contract_id=contract.pk, **NOTICE | facts)
