"""A job stops."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.jobs import events
from clm.jobs.models import Job, JobState
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row


@transaction.atomic
def cancel_job(*, actor: Actor, job_id: UUID) -> Job:
    """A queued job is cancelled; a running one is asked, and stops at its next step with what it finished kept.

    Raises DomainError `job_over` when it has ended. Asking twice changes nothing.
    """
    job = lock_row(Job, job_id)
    require(actor, "jobs.cancel_job", job)
    if not job.is_live:
        raise DomainError("job_over", "This job has ended already.")
    if job.cancel_requested_at is not None:
        return job
    now, previous = clock.now(), job.state
    job.cancel_requested_at = now
    if job.state == JobState.QUEUED:
        move(actor, job, to=JobState.CANCELLED, at=now)
        job.finished_at = now
    job.save(update_fields=["cancel_requested_at", "finished_at"])
    record(actor, events.job_cancelled(job, previous=previous))
    return job
