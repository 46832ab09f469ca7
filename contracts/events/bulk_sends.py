"""Facts about sending one text to many. Rows are referred to by number: the ledger holds no address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clm.events.record import Event
from contracts.models import BulkRow, BulkSend


def bulk_fact(type_: str, verb: str, bulk: BulkSend, *, before: Mapping[str, Any] | None = None, **after: Any) -> Event:
    """bulk_send.created, .changed, .started."""
    return Event(
        type=type_, verb=verb, subject=bulk, before=before or {}, after=after, payload={"bulk_send_id": bulk.pk}
    )


def row_fact(type_: str, verb: str, row: BulkRow, **after: Any) -> Event:
    """bulk_row.drafted, .prepared, .sent, .refused."""
    facts = {"row": row.number, "contract_id": row.contract_id, "envelope_id": row.envelope_id, **after}
    return Event(
        type=type_,
        verb=verb,
        subject=row,
        contract_id=row.contract_id,
        after=facts,
        payload={"bulk_send_id": row.bulk_id, "row": row.number, "contract_id": row.contract_id},
    )
