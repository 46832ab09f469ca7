"""Facts about contracts that are brought in together. Each contract leaves its own besides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clm.events.record import Event
from contracts.models import ContractImport

VERB = "contracts.import_contracts"


def import_set(
    type_: str,
    batch: ContractImport,
    after: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
    *,
    verb: str = VERB,
) -> Event:
    """import.started, .read, .mapped, .tried, .decided, .begun, .finished, .sheet_replaced, .scans_asked,
    .discarded."""
    return Event(
        type=type_, verb=verb, subject=batch, before=before or {}, after=after, payload={"import_id": batch.pk}
    )
