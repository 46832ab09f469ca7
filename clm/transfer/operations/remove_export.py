"""The file of an export is no longer needed."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from clm.transfer import events
from clm.transfer.files import drop_after_commit
from clm.transfer.models import OrganizationExport


@transaction.atomic
def remove_export(*, actor: Actor, export_id: UUID) -> OrganizationExport:
    """Nobody downloads the export any more, and its file goes with the commit. Doing it again changes nothing."""
    export = lock_row(OrganizationExport, export_id)
    require(actor, "transfer.remove_export", export)
    if not export.is_there:
        return export
    drop_after_commit(export.storage_name)
    export.storage_name, export.removed_at = "", clock.now()
    export.save(update_fields=["storage_name", "removed_at"])
    record(actor, events.export_removed(export))
    return export
