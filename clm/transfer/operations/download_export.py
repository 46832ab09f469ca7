"""The file of an export is handed out."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from clm.transfer import events
from clm.transfer.models import OrganizationExport


@transaction.atomic
def download_export(*, actor: Actor, export_id: UUID) -> OrganizationExport:
    """The ledger says who takes the file. Raises DomainError `export_gone` once it was removed or has expired."""
    export = lock_row(OrganizationExport, export_id)
    require(actor, "transfer.download_export", export)
    if not export.is_there or export.expires_at <= clock.now():
        raise DomainError("export_gone", _("The file of this export is no longer there: make another one."))
    export.downloads += 1
    export.save(update_fields=["downloads"])
    record(actor, events.export_downloaded(export))
    return export
