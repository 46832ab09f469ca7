"""A verification of the ledger is under way."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit import events
from clm.audit.work import VERIFY
from clm.events.record import record
from clm.jobs.models import Job
from clm.jobs.runner import start_job
from clm.lib.actor import Actor
from clm.lib.errors import DomainError


@transaction.atomic
def start_verification(*, actor: Actor) -> Job:
    """A job verifies the ledger; its result names every break. Raises DomainError `verification_running`."""
    require(actor, "audit.verify_ledger")
    if Job.objects.filter(kind=VERIFY, state__in=["queued", "running"]).exists():
        raise DomainError("verification_running", "The ledger is being verified already.")
    job = start_job(actor, kind=VERIFY, title=_("Verify the ledger"), parameters={})
    record(actor, events.verification_started(job))
    return job
