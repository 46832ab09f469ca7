"""The scans of an import are read."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.documents.ocr import check_installed
from clm.events.record import record
from clm.jobs.models import Job
from clm.jobs.runner import start_job
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.access.imports import IMPORT
from contracts.events import imports as events
from contracts.models import ImportFile
from contracts.operations.imports.guards import SCANS, locked_import
from contracts.operations.imports.map_import import again
from contracts.states import ImportState


@transaction.atomic
def recognize_import(*, actor: Actor, import_id: UUID) -> Job:
    """A job recognizes the words of files that are pictures alone; then it is to be tried again, for their texts may be
    here already. Raises DomainError `ocr_missing`, `import_busy`, `no_scans`."""
    batch = locked_import(actor, import_id)
    require(actor, IMPORT, batch)
    check_installed()
    scans = ImportFile.objects.filter(batch=batch, is_scan=True, text_blob=None).count()
    if not scans or batch.state == ImportState.READING:
        raise DomainError("no_scans", _("There is no scan without text in this import."))
    again(actor, batch)
    record(actor, events.import_set("import.scans_asked", batch, {"scans": scans}))
    title = _("Read the scans of %(name)s") % {"name": batch.name}
    return start_job(actor, kind=SCANS, title=title, parameters={"import_id": batch.pk}, subject=batch)
