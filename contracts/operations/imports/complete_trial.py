"""An import was tried."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from contracts.access.imports import IMPORT
from contracts.events import imports as events
from contracts.models import ContractImport
from contracts.queries.imports import counts_of
from contracts.states import ImportState


@transaction.atomic
def complete_trial(*, actor: Actor, import_id: UUID) -> ContractImport:
    """The import may run. Called by the job that tried it; done twice it is done once."""
    batch = lock_row(ContractImport, import_id)
    require(actor, IMPORT, batch)
    if batch.state == ImportState.MAPPING:
        move(actor, batch, to=ImportState.TRIED)
        record(actor, events.import_set("import.tried", batch, counts_of(batch)))
    return batch
