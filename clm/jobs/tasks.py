from __future__ import annotations

from uuid import UUID

import structlog
from celery import shared_task

from clm.access.scope import every_organization, organization_scope
from clm.jobs import runner
from clm.jobs.models import Job, JobState
from clm.lib import clock

log = structlog.get_logger("clm.jobs")


@shared_task
def run_job(job_id: str, organization_id: str) -> None:
    """A queued job is done."""
    runner.run(UUID(job_id), UUID(organization_id))


@shared_task
def resume_jobs() -> int:
    """Jobs whose worker died run again."""
    stale_since = clock.now() - runner.STALE_AFTER
    with every_organization():
        live = Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING], heartbeat_at__lt=stale_since)
        found = list(live.values_list("pk", "organization_id"))
    resumed = 0
    for job_id, organization_id in found:
        resumed += _requeued(job_id, organization_id)
    return resumed


def _requeued(job_id: UUID, organization_id: UUID) -> bool:
    """One that cannot be asked for again keeps no other waiting."""
    try:
        with organization_scope(organization_id):
            return bool(runner.requeue_stale(job_id))
    except Exception:
        log.exception("job_not_resumed", job_id=str(job_id))
        return False
