"""Rows that were not sent yet are sent by a job."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.jobs.models import Job
from clm.jobs.runner import start_job
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from contracts.events.bulk_sends import bulk_fact
from contracts.models import BulkRow, BulkSend
from contracts.queries.bulk_sends import dry_run, live_job, targets_of

VERB, KIND = "contracts.start_bulk_send", "contracts.send_in_bulk"


@transaction.atomic
def start_bulk_send(*, actor: Actor, bulk_id: UUID) -> Job:
    """The job that sends what was not sent yet; started again, what was refused is tried again.

    Raises DomainError `bulk_running`, `nothing_left`, `rows_unfit` where no row can be sent, Invalid `mapping_missing`.
    """
    bulk = lock_row(BulkSend, bulk_id)
    require(actor, VERB, bulk)
    if live_job(bulk) is not None:
        raise DomainError("bulk_running", _("It is being sent already."))
    lacking = [each for each in targets_of(bulk) if each.is_required and each.key not in bulk.mapping]
    if lacking:
        message = _("Say which column holds this.")
        raise Invalid("mapping_missing", message, fields={f"mapping.{each.key}": [message] for each in lacking})
    left = BulkRow.objects.filter(bulk=bulk, sent_at=None)
    if not left.exists():
        raise DomainError("nothing_left", _("Every row was sent."))
    if all(each.problems for each in dry_run(bulk, left)):
        raise DomainError("rows_unfit", _("No row can be sent as it is: look at what is wrong with them."))
    bulk.started_at = bulk.started_at or clock.now()
    bulk.save(update_fields=["started_at"])
    record(actor, bulk_fact("bulk_send.started", VERB, bulk, rows=left.count()))
    parameters = {"bulk_id": bulk.pk}
    return start_job(actor, kind=KIND, title=bulk.title, parameters=parameters, subject=bulk)
