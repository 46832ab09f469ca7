"""Facts about contracts that do not agree: one in the history of each, with the topic alone, for whoever reads one of
them need not see the other."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from clm.events.record import Event
from contracts.models import Conflict


def conflict_set(type_: str, verb: str, conflict: Conflict, before: str = "", reason: str = "") -> list[Event]:
    """conflict.found, .acknowledged, .reopened or .settled."""
    return [_event(type_, verb, conflict, before, reason, each) for each in (conflict.contract_id, conflict.other_id)]


def _event(type_: str, verb: str, conflict: Conflict, before: str, reason: str, of_contract: UUID) -> Event:
    after: dict[str, Any] = {"topic": conflict.topic, "state": conflict.state}
    return Event(
        type=type_,
        verb=verb,
        subject=conflict,
        contract_id=of_contract,
        before={"state": before} if before else {},
        after=after,
        payload={"conflict_id": conflict.pk, "of_contract_id": of_contract, **after},
        reason=reason,
    )
