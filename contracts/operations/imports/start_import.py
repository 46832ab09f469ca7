"""Contracts begin to come in: an archive and its sheet are there to be read."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.documents.blobs import StoredContent, blob_of
from clm.events.record import record
from clm.jobs.runner import start_job
from clm.lib.actor import Actor
from clm.lib.errors import Forbidden, Invalid
from contracts.access.imports import IMPORT
from contracts.events import imports as events
from contracts.models import ContractImport
from contracts.operations.imports.guards import READ


@transaction.atomic
def start_import(
    *,
    actor: Actor,
    name: str,
    archive: StoredContent | None = None,
    sheet: StoredContent | None = None,
    sheet_name: str = "",
    is_confidential: bool = False,
) -> ContractImport:
    """The import exists and a job reads it. Put the bytes before. A confidential one makes confidential contracts.

    Raises Invalid `import_empty` where there is neither an archive nor a sheet.
    """
    require(actor, IMPORT)
    if is_confidential:
        require(actor, "contracts.restrict_contract")
    if archive is None and sheet is None:
        message = _("Choose an archive or a sheet.")
        raise Invalid("import_empty", message, fields={"archive": [message]})
    if actor.user_id is None:
        raise Forbidden("A person or a token imports contracts.")
    batch = ContractImport.objects.create(
        organization_id=actor.organization_id,
        name=" ".join(name.split())[:200] or _("Import"),
        started_by_id=actor.user_id,
        is_confidential=is_confidential,
        archive=blob_of(archive) if archive is not None else None,
        sheet=blob_of(sheet) if sheet is not None else None,
        sheet_name=sheet_name[:250],
    )
    title = _("Read %(name)s") % {"name": batch.name}
    start_job(actor, kind=READ, title=title, parameters={"import_id": batch.pk}, subject=batch)
    after = {
        "name": batch.name,
        "is_confidential": is_confidential,
        "archive": archive.sha256 if archive else None,
        "sheet": sheet.sha256 if sheet else None,
    }
    record(actor, events.import_set("import.started", batch, after))
    return batch
