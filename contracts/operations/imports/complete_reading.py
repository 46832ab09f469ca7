"""An import is read: its columns wait for their meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from contracts.access.imports import IMPORT
from contracts.engine.import_fields import ImportMapping
from contracts.events import imports as events
from contracts.models import ContractImport
from contracts.operations.imports.guards import let_go, put_rows
from contracts.states import ImportState


@transaction.atomic
def complete_reading(
    *,
    actor: Actor,
    import_id: UUID,
    heads: Sequence[str],
    rows: Sequence[tuple[int, Mapping[str, Any]]],
    suggested: ImportMapping,
) -> ContractImport:
    """The import has the rows of its sheet and waits to be mapped, with a mapping that suggests itself. What was
    uploaded is let go, for files and rows are kept one by one. Called by the job that read it; done twice it is done
    once."""
    batch = lock_row(ContractImport, import_id)
    require(actor, IMPORT, batch)
    if batch.state != ImportState.READING:
        return batch
    put_rows(batch, rows)
    batch.heads, batch.mapping = list(heads), suggested.as_json()
    batch.save(update_fields=["heads", "mapping"])
    let_go(batch)
    move(actor, batch, to=ImportState.MAPPING)
    record(actor, events.import_set("import.read", batch, {"files": batch.files.count(), "rows": len(rows)}))
    return batch
