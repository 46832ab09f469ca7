"""An import of published contracts is under way."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.documents.blobs import StoredContent, blob_of
from clm.events.record import record
from clm.jobs.models import Job
from clm.jobs.runner import start_job
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.events import open_contracts as events
from contracts.operations.open_contracts.take_open_contract import SIDES, VERB

IMPORT = "contracts.import_open_contracts"


@transaction.atomic
def start_open_import(*, actor: Actor, stored: StoredContent, file_name: str, ours: str = "") -> Job:
    """A job takes every contract of the file, and lists what it could not take. Raises Invalid `side_unknown`."""
    require(actor, VERB)
    if ours not in SIDES:
        message = _("Choose one.")
        raise Invalid("side_unknown", message, fields={"ours": [message]})
    title = _("Published contracts of %(file)s") % {"file": file_name}
    parameters = {"blob_id": blob_of(stored).pk, "ours": ours}
    job = start_job(actor, kind=IMPORT, title=title, parameters=parameters)
    record(actor, events.import_started(job, ours))
    return job
