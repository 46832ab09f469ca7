"""Facts about what came back and what we decided. The words stay in the rows, and the ledger has their digest."""

from __future__ import annotations

from collections.abc import Sequence

from clm.events.record import Event
from clm.lib.canonical import digest
from contracts.models import Change, Receipt


def version_received(receipt: Receipt, changes: Sequence[Change]) -> Event:
    version = receipt.version
    after = {
        "number": version.number,
        "sent": receipt.sent_id,
        "changes": len(changes),
        "is_tracked": receipt.is_tracked,
        "reads_back": receipt.reads_back,
    }
    return Event(
        type="version.received",
        verb="contracts.receive_version",
        subject=version,
        contract_id=version.contract_id,
        before={},
        after=after,
        payload={
            "contract_id": version.contract_id,
            "version_id": version.pk,
            "changes": len(changes),
            "reads_back": receipt.reads_back,
        },
    )


def change_decided(verb: str, change: Change, before: str) -> Event:
    """change.accepted, .rejected, .countered, .reopened."""
    after = {"state": change.state, "words": digest({"new": change.new_text, "counter": change.counter})}
    state = "reopened" if change.state == "open" else change.state
    return Event(
        type=f"change.{state}",
        verb=verb,
        subject=change,
        contract_id=change.contract_id,
        before={"state": before},
        after=after,
        payload={"contract_id": change.contract_id, "version_id": change.version_id, "change_id": change.pk},
    )
