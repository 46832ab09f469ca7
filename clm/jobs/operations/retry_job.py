"""A failed job runs again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.jobs import events
from clm.jobs.models import Job, JobState
from clm.jobs.runner import MAX_ATTEMPTS, enqueue
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row


@transaction.atomic
def retry_job(*, actor: Actor, job_id: UUID) -> Job:
    """The job is queued again, goes on where it was, and has its tries anew. Raises DomainError `illegal_move`,
    `subject_busy` while another job works on the same."""
    job = lock_row(Job, job_id)
    require(actor, "jobs.retry_job", job)
    job.STATES.check(job.state, JobState.QUEUED)
    _check_alone(job)
    move(actor, job, to=JobState.QUEUED)
    # The next full round of tries: a number that was used stays with its run, which may still be about somewhere.
    job.attempts = -(-job.attempts // MAX_ATTEMPTS) * MAX_ATTEMPTS
    job.error, job.finished_at, job.cancel_requested_at, job.heartbeat_at = "", None, None, clock.now()
    if not job.result:
        job.problems = []  # work that kept nothing lists what it finds anew
    job.save(update_fields=["attempts", "error", "finished_at", "problems", "cancel_requested_at", "heartbeat_at"])
    record(actor, events.job_retried(job))
    transaction.on_commit(lambda: enqueue(job.pk, job.organization_id), robust=True)
    return job


def _check_alone(job: Job) -> None:
    """Two jobs on one subject would undo each other's work."""
    if job.subject_id is None:
        return
    same = Job.objects.filter(subject_type=job.subject_type, subject_id=job.subject_id).exclude(pk=job.pk)
    if same.filter(state__in=(JobState.QUEUED, JobState.RUNNING)).exists():
        raise DomainError("subject_busy", _("Another job works on the same: wait for it, or cancel it."))
