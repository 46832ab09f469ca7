"""An import that nobody wants is given up before anything came of it."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.access.imports import DISCARD
from contracts.events import imports as events
from contracts.models import ContractImport
from contracts.operations.imports.guards import check_free, erase_unneeded
from contracts.states import ImportState


@transaction.atomic
def discard_import(*, actor: Actor, import_id: UUID) -> ContractImport:
    """Its rows and files are gone, and their bytes within a day where nothing else has them. That it was, and what was
    uploaded by its hash, stays in the ledger.

    Raises DomainError `import_busy`, `import_discarded`, and `import_begun` where it runs or contracts came of it.
    """
    batch = lock_row(ContractImport, import_id)
    require(actor, DISCARD, batch)
    check_free(batch)
    if batch.state in (ImportState.RUNNING, ImportState.FINISHED) or batch.rows.exclude(contract=None).exists():
        raise DomainError("import_begun", _("This import was begun: it stays, and says where its contracts came from."))
    files = list(batch.files.values_list("blob_id", "text_blob_id"))
    counts = {"rows": batch.rows.count(), "files": len(files)}
    blobs = [batch.archive_id, batch.sheet_id, *(blob for pair in files for blob in pair)]
    batch.rows.all().delete()
    batch.files.all().delete()
    batch.archive, batch.sheet, batch.heads, batch.mapping = None, None, [], {}
    batch.save(update_fields=["archive", "sheet", "heads", "mapping"])
    erase_unneeded(blobs)
    move(actor, batch, to=ImportState.DISCARDED)
    record(actor, events.import_set("import.discarded", batch, {}, counts, verb=DISCARD))
    return batch
