"""What the columns of an import mean is said."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.jobs.models import Job
from clm.jobs.runner import start_job
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.access.imports import IMPORT
from contracts.engine.import_fields import ImportMapping
from contracts.events import imports as events
from contracts.models import ContractImport
from contracts.operations.imports.guards import TRY, check_mapping, locked_import
from contracts.states import ImportState


@transaction.atomic
def map_import(*, actor: Actor, import_id: UUID, mapping: ImportMapping) -> Job:
    """The import has this mapping, and a job tries what it would make of every row that is no contract yet.

    Raises DomainError `import_busy`, `import_unread`, Invalid as `check_mapping`.
    """
    batch = locked_import(actor, import_id)
    require(actor, IMPORT, batch)
    if batch.state == ImportState.READING:
        raise DomainError("import_unread", _("This import is not read yet."))
    check_mapping(actor, batch, mapping)
    before = batch.mapping
    batch.mapping = mapping.as_json()
    batch.save(update_fields=["mapping"])
    again(actor, batch)
    changed = {key for key, value in batch.mapping.items() if before.get(key) != value}
    after = {key: batch.mapping[key] for key in changed}
    record(actor, events.import_set("import.mapped", batch, after, {key: before.get(key) for key in changed}))
    title = _("Try %(name)s") % {"name": batch.name}
    return start_job(actor, kind=TRY, title=title, parameters={"import_id": batch.pk}, subject=batch)


def again(actor: Actor, batch: ContractImport) -> None:
    """It is to be tried once more before it runs."""
    if batch.state != ImportState.MAPPING:
        move(actor, batch, to=ImportState.MAPPING)
