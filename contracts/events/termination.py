"""Facts about ending contracts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clm.events.record import Event
from contracts.models import Termination, TerminationItem

_FACTS = ("kind", "notice_on", "notice_length", "notice_unit", "ends_on")


def termination_announced(termination: Termination) -> Event:
    after = {name: getattr(termination, name) for name in _FACTS}
    return _termination("termination.announced", "contracts.announce_termination", termination, {}, after)


def termination_moved(verb: str, termination: Termination, before: str, reason: str = "") -> Event:
    """termination.withdrawn or termination.effective."""
    after = {"state": termination.state, "ends_on": termination.ends_on}
    return _termination(f"termination.{termination.state}", verb, termination, {"state": before}, after, reason)


def item_added(item: TerminationItem) -> Event:
    return _item("termination.item_added", "contracts.add_termination_item", item, {}, {"title": item.title})


def item_ticked(item: TerminationItem, before: Any) -> Event:
    after = {"done_at": item.done_at, "note": item.note}
    return _item("termination.item_ticked", "contracts.tick_termination_item", item, {"done_at": before}, after)


def _termination(
    type_: str,
    verb: str,
    termination: Termination,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reason: str = "",
) -> Event:
    return Event(
        type=type_,
        verb=verb,
        subject=termination,
        contract_id=termination.contract_id,
        before=before,
        after=after,
        payload={
            "termination_id": termination.pk,
            "contract_id": termination.contract_id,
            "state": termination.state,
            "ends_on": termination.ends_on,
        },
        reason=reason or termination.reason,
    )


def _item(type_: str, verb: str, item: TerminationItem, before: Mapping[str, Any], after: Mapping[str, Any]) -> Event:
    return Event(
        type=type_,
        verb=verb,
        subject=item,
        contract_id=item.termination.contract_id,
        before=before,
        after=after,
        payload={"termination_id": item.termination_id, "item_id": item.pk},
    )
