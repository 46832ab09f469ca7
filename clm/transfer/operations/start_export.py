"""An export of the whole organization is under way."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.jobs.models import Job
from clm.jobs.runner import start_job
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import advisory_lock
from clm.transfer import events

EXPORT = "transfer.export"


@transaction.atomic
def start_export(*, actor: Actor) -> Job:
    """A job writes everything that the organization has into a file that administrators download. Raises DomainError
    `export_running`."""
    advisory_lock(f"{EXPORT}:{actor.organization_id}")
    require(actor, "transfer.export_organization")
    if Job.objects.filter(kind=EXPORT, state__in=["queued", "running"]).exists():
        raise DomainError("export_running", _("The organization is being exported already."))
    job = start_job(actor, kind=EXPORT, title=_("Export the organization"), parameters={})
    record(actor, events.export_started(job))
    return job
