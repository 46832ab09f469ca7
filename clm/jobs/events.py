"""Facts about jobs."""

from __future__ import annotations

from clm.events.record import Event
from clm.jobs.models import Job


def job_cancelled(job: Job, *, previous: str) -> Event:
    return Event(
        type="job.cancel_requested",
        verb="jobs.cancel_job",
        subject=job,
        before={"state": previous},
        after={"state": job.state, "cancel_requested_at": job.cancel_requested_at},
        payload={"job_id": job.pk, "kind": job.kind},
    )


def job_retried(job: Job) -> Event:
    return Event(
        type="job.retried",
        verb="jobs.retry_job",
        subject=job,
        before={"state": "failed"},
        after={"state": job.state},
        payload={"job_id": job.pk, "kind": job.kind},
    )
