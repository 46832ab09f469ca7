"""An import runs: its rows become contracts."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.jobs.models import Job
from clm.jobs.runner import start_job
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.access.imports import IMPORT
from contracts.engine.import_fields import ASK, mapping_of
from contracts.events import imports as events
from contracts.models import ContractImport, ImportRow
from contracts.operations.imports.guards import RUN, check_mapping, locked_import
from contracts.queries.imports import counts_of
from contracts.states import ImportState


@transaction.atomic
def run_import(*, actor: Actor, import_id: UUID) -> Job:
    """A job makes a contract of every row that was found good; one that was cancelled goes on where it ended.

    Raises DomainError `import_untried`, `import_busy`, `undecided` while duplicates wait for a decision.
    """
    batch = locked_import(actor, import_id)
    require(actor, IMPORT, batch)
    if batch.state not in (ImportState.TRIED, ImportState.RUNNING):
        raise DomainError("import_untried", _("Try it first: see what would become of each row."))
    mapping = mapping_of(batch.mapping)
    check_mapping(actor, batch, mapping)
    waiting = ImportRow.objects.filter(batch=batch, outcome=ImportRow.Outcome.DUPLICATE, decision="").count()
    if mapping.duplicates == ASK and waiting:
        raise DomainError("undecided", _("%(count)s duplicates wait for your decision.") % {"count": waiting})
    if batch.state == ImportState.TRIED:
        move(actor, batch, to=ImportState.RUNNING)
    record(actor, events.import_set("import.begun", batch, counts_of(batch)))
    title = _("Import %(name)s") % {"name": batch.name}
    return start_job(actor, kind=RUN, title=title, parameters={"import_id": batch.pk}, subject=batch)


@transaction.atomic
def finish_import(*, actor: Actor, import_id: UUID) -> None:
    """Every row has come to its end. Called by the job; done twice it is done once."""
    batch = lock_row(ContractImport, import_id)
    require(actor, IMPORT, batch)
    if batch.state != ImportState.RUNNING:
        return
    batch.finished_at = clock.now()
    batch.save(update_fields=["finished_at"])
    move(actor, batch, to=ImportState.FINISHED)
    record(actor, events.import_set("import.finished", batch, counts_of(batch)))
