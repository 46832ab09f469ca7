"""Starting, running, resuming and cancelling long work."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from clm.access.scope import organization_scope
from clm.access.subjects import subject_type_of
from clm.accounts.actors import actor_of_membership, actor_of_token_id
from clm.accounts.models import Membership
from clm.audit.moves import move
from clm.jobs.models import Job, JobState
from clm.lib import clock
from clm.lib.actor import Actor, ActorKind
from clm.lib.canonical import to_plain
from clm.lib.errors import DomainError

log = structlog.get_logger("clm.jobs")
STALE_AFTER = timedelta(seconds=120)
# A round of tries. Attempts count on when a person asks for another round.
MAX_ATTEMPTS = 5
# Work that runs on asks this often whether its person or token may still act.
ASK_AGAIN_SECONDS = 5.0


class Cancelled(Exception):
    """The person asked to stop; raised at the next progress report."""


class Superseded(Exception):
    """The job was taken for dead and runs elsewhere; raised at the next progress report of the run that was slow."""


class Progress:
    """What the work reports through. `at` is the last `done` that was reported: work that resumes starts there."""

    def __init__(self, job: Job) -> None:
        self._job_id = job.pk
        self.at = job.done
        self.kept: dict[str, Any] = dict(job.result)
        # What earlier runs listed, and how often: two breaks may read alike.
        self._listed = Counter((found["where"], found["message"]) for found in job.problems)
        self.job = job
        self.actor = _actor(job)
        self._asked = time.monotonic()

    @property
    def _rows(self) -> QuerySet[Job]:
        """The job, as long as this run is its latest."""
        return Job.objects.filter(pk=self._job_id, attempts=self.job.attempts)

    def report(self, done: int, total: int | None = None, message: str = "") -> None:
        """Store progress and a heartbeat. Raises Cancelled when the person asked to stop, Superseded when another run
        took over, and DomainError `no_actor` when they, or the token that started the work, may not act any more."""
        changes: dict[str, Any] = {"done": done, "heartbeat_at": clock.now(), "message": message[:200]}
        if total is not None:
            changes["total"] = total
        if not self._rows.update(**changes):
            raise Superseded
        self.at = done
        if Job.objects.filter(pk=self._job_id, cancel_requested_at__isnull=False).exists():
            raise Cancelled
        if time.monotonic() - self._asked >= ASK_AGAIN_SECONDS:
            self.actor, self._asked = _actor(self.job), time.monotonic()

    def keep(self, **facts: Any) -> None:
        """Store what is finished in the job's result, so that work that resumes finds it in `kept`."""
        self.kept |= to_plain(facts)
        if not self._rows.update(result=self.kept, heartbeat_at=clock.now()):
            raise Superseded

    def problem(self, where: str, message: str) -> None:
        """Keep a row-by-row problem for the job's page, unless an earlier run has listed it. Raises Superseded."""
        with transaction.atomic():
            job = self._rows.select_for_update().first()
            if job is None:
                raise Superseded
            if self._listed[where, message] > 0:
                self._listed[where, message] -= 1
                return
            job.problems = [*job.problems, {"where": where, "message": message}][:1000]
            job.save(update_fields=["problems"])


Work = Callable[[Progress, Mapping[str, Any]], Mapping[str, Any]]
KINDS: dict[str, Work] = {}
# By kind, what the `url` of a result does, as its button says.
LEADS_TO: dict[str, Any] = {}


def job_kind(kind: str, *, leads_to: Any = "") -> Callable[[Work], Work]:
    """Register the function that does a kind of job: (progress, parameters) -> result. It must be able to run again.

    A result may have a `url`, whose button says `leads_to`, and the `page` that the work was asked for on.
    """

    def register(work: Work) -> Work:
        KINDS[kind] = work
        LEADS_TO[kind] = leads_to
        return work

    return register


def start_job(
    actor: Actor, *, kind: str, title: str, parameters: Mapping[str, Any], subject: Model | None = None
) -> Job:
    """A queued job; a worker picks it up after the caller's transaction commits. The caller has asked permission.

    Name the subject wherever the work is about one contract: who may not see it any more is shown no words of the job.
    """
    if kind not in KINDS:
        raise LookupError(f"no work is registered for job kind {kind}")
    job = Job.objects.create(
        organization_id=actor.organization_id,
        kind=kind,
        title=title[:200],
        subject_type=subject_type_of(subject) if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        parameters=to_plain(parameters),
        actor_kind=actor.kind,
        actor_id=actor.identity,
        user_id=actor.user_id,
        heartbeat_at=clock.now(),
    )
    transaction.on_commit(lambda: enqueue(job.pk, actor.organization_id), robust=True)
    return job


def enqueue(job_id: UUID, organization_id: UUID) -> None:
    """Ask a worker to run the job; when the broker is away, the sweep finds it."""
    from clm.jobs.tasks import run_job

    try:
        run_job.apply_async(args=(str(job_id), str(organization_id)), retry=settings.CELERY_TASK_ALWAYS_EAGER)
    except Exception:
        if settings.CELERY_TASK_ALWAYS_EAGER:
            raise
        log.warning("job_not_queued", job_id=str(job_id), exc_info=True)


def run(job_id: UUID, organization_id: UUID) -> None:
    """Do the job if it is queued. Runs outside of a transaction: the work commits its own steps."""
    with organization_scope(organization_id):
        job = _claim(job_id)
        if job is None:
            return
        try:
            result = KINDS[job.kind](Progress(job), job.parameters)
        except Superseded:
            log.warning("job_superseded", job_id=str(job_id), attempt=job.attempts)
        except Cancelled:
            _finish(job, JobState.CANCELLED)
        except DomainError as refusal:
            _finish(job, JobState.FAILED, error=refusal.message)
        except Exception as error:
            log.exception("job_failed", job_id=str(job_id))
            what = {"error": type(error).__name__, "job": job_id}
            text = _("Something unexpected stopped it (%(error)s). The log tells more of job %(job)s.") % what
            _finish(job, JobState.FAILED, error=text)
        else:
            _finish(job, JobState.SUCCEEDED, result=result)


def run_here(job: Job) -> Job:
    """The job has ended: done in this process, or by a worker that was faster, which is waited for. For commands and
    for work that needs what a job leaves."""
    run(job.pk, job.organization_id)
    with organization_scope(job.organization_id):
        while (now := Job.objects.get(pk=job.pk)).is_live:
            time.sleep(0.2)
    return now


@transaction.atomic
def _claim(job_id: UUID) -> Job | None:
    job = Job.objects.select_for_update(skip_locked=True).filter(pk=job_id, state=JobState.QUEUED).first()
    if job is None:
        return None
    move(_mover(job), job, to=JobState.RUNNING)
    job.attempts += 1
    job.started_at = job.started_at or clock.now()
    job.heartbeat_at = clock.now()
    job.save(update_fields=["attempts", "started_at", "heartbeat_at"])
    return job


@transaction.atomic
def _finish(ran: Job, state: str, *, result: Mapping[str, Any] | None = None, error: str = "") -> None:
    job = Job.objects.select_for_update().get(pk=ran.pk)
    if (job.state, job.attempts) != (JobState.RUNNING, ran.attempts):
        return
    move(_mover(job), job, to=state)
    if result is not None:
        job.result = to_plain(result)
    job.error = error
    job.finished_at = clock.now()
    job.save(update_fields=["result", "error", "finished_at"])


def _actor(job: Job) -> Actor:
    """Whoever started the job, with what they may do now: a person's roles, a token's scopes within them."""
    request_id = f"job-{job.pk}"
    if job.actor_kind == "token":
        found = actor_of_token_id(UUID(job.actor_id), job.organization_id, request_id=request_id)
        if found is None:
            raise DomainError("no_actor", _("The token that started this job is no longer valid."))
        return found
    members = Membership.objects.filter(removed_at=None, user__is_active=True)
    membership = members.filter(user_id=job.user_id or UUID(int=0)).first()
    if membership is None:
        raise DomainError("no_actor", _("The person who started this job is no longer a member."))
    return actor_of_membership(membership, request_id=request_id)


def _mover(job: Job) -> Actor:
    """Who the transitions of a job are by: whoever started it, also when they may do nothing any more. A job of a
    removed person must still come to its end, or the sweep would stumble over it for ever."""
    kind = cast("ActorKind", job.actor_kind)
    return Actor(kind=kind, identity=job.actor_id, organization_id=job.organization_id, user_id=job.user_id)


@transaction.atomic
def requeue_stale(job_id: UUID) -> bool:
    """A job whose worker died is queued again, or fails after too many tries. Within its organization's scope."""
    job = Job.objects.select_for_update(skip_locked=True).filter(pk=job_id).first()
    if job is None or not job.is_live or (job.heartbeat_at or clock.now()) > clock.now() - STALE_AFTER:
        return False
    if job.state == JobState.RUNNING:
        gone = job.attempts % MAX_ATTEMPTS == 0
        move(_mover(job), job, to=JobState.FAILED if gone else JobState.QUEUED, reason="its worker died")
        if gone:
            job.error = _("Its worker ended before the job did, %(count)s times.") % {"count": MAX_ATTEMPTS}
            job.finished_at = clock.now()
            job.save(update_fields=["error", "finished_at"])
            return False
    job.heartbeat_at = clock.now()
    job.save(update_fields=["heartbeat_at"])
    transaction.on_commit(lambda: enqueue(job.pk, job.organization_id), robust=True)
    return True
