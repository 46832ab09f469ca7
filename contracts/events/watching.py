"""Facts about who watches a contract."""

from __future__ import annotations

from clm.events.record import Event
from contracts.models import Watcher


def watcher_set(type_: str, verb: str, watcher: Watcher) -> Event:
    """contract.watched or .unwatched."""
    facts = {"person": watcher.user_id}
    is_gone = type_.endswith(".unwatched")
    return Event(
        type=type_,
        verb=verb,
        subject=watcher,
        contract_id=watcher.contract_id,
        before=facts if is_gone else {},
        after={} if is_gone else facts,
        payload={"contract_id": watcher.contract_id, "user_id": watcher.user_id},
    )
