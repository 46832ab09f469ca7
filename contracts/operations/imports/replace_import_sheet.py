"""A corrected sheet takes the place of the one before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.access.imports import IMPORT
from contracts.engine.import_fields import mapping_of
from contracts.events import imports as events
from contracts.models import ContractImport, ImportRow
from contracts.operations.imports.guards import locked_import, put_rows
from contracts.operations.imports.map_import import again
from contracts.states import ImportState


@transaction.atomic
def replace_import_sheet(
    *, actor: Actor, import_id: UUID, heads: Sequence[str], rows: Sequence[tuple[int, Mapping[str, Any]]]
) -> ContractImport:
    """The import has the rows of this sheet, read before, and is to be tried again. What is a contract already stays:
    a line that says the same is not taken again, and one that names the same file is left out when it is tried.

    Columns that have the same heads keep their meaning. Raises DomainError `import_busy`, `import_unread`.
    """
    batch = locked_import(actor, import_id)
    require(actor, IMPORT, batch)
    if batch.state == ImportState.READING:
        raise DomainError("import_unread", _("This import is not read yet."))
    ImportRow.objects.filter(batch=batch, contract=None).delete()
    kept = {_as_text(cells) for cells in ImportRow.objects.filter(batch=batch).values_list("cells", flat=True)}
    put_rows(batch, [row for row in rows if _as_text(row[1]) not in kept])
    batch.heads = list(heads)
    mapping = mapping_of(batch.mapping).as_json()
    mapping["columns"] = {head: fact for head, fact in mapping["columns"].items() if head in batch.heads}
    batch.mapping = mapping
    batch.save(update_fields=["heads", "mapping"])
    again(actor, batch)
    record(actor, events.import_set("import.sheet_replaced", batch, {"rows": len(rows), "heads": batch.heads}))
    return batch


def _as_text(cells: Mapping[str, Any]) -> str:
    """The same for the same cells, in whatever order the columns are."""
    return json.dumps(cells, sort_keys=True)
