"""What a reader is shown of a job."""

from __future__ import annotations

from django.db.models import Case, Model, Q, QuerySet, Value, When

from clm.access.permissions import visible
from clm.access.subjects import SUBJECTS, about_what_is_seen
from clm.jobs.models import Job
from clm.lib.actor import Actor


def shown(actor: Actor, job: Job) -> Job:
    """The job as this reader may see it; never save what this returns.

    Its title, steps, result and refused rows may speak of a contract that the reader is not, or no longer, among the
    readers of. Without them it still says that it runs, how far it is and how it ended.
    """
    if not _has_words(actor, job):
        job.title = kind_in_words(job)
        job.message, job.error, job.result = "", "", {}
        job.problems = [{"where": "", "message": ""} for _problem in job.problems]
    return job


def subject_of(actor: Actor, job: Job) -> Model | None:
    """What the job is about, where the actor reads the job's words."""
    model = SUBJECTS.get(job.subject_type)
    if model is None or not _has_words(actor, job):
        return None
    return visible(actor, model._default_manager.filter(pk=job.subject_id)).first()


def with_words(actor: Actor, rows: QuerySet[Job]) -> QuerySet[Job]:
    """The rows, each with `has_words`: whether `shown` leaves this reader its words. For lists: asks nothing more."""
    return rows.annotate(has_words=Case(When(_words_for(actor), then=Value(True)), default=Value(False)))


def _has_words(actor: Actor, job: Job) -> bool:
    known: bool | None = getattr(job, "has_words", None)
    return Job.objects.filter(_words_for(actor), pk=job.pk).exists() if known is None else known


def _words_for(actor: Actor) -> Q:
    """Jobs whose words the actor reads: their own, about nothing in particular or about what they see today."""
    return Q(user_id=actor.person_id) & about_what_is_seen(actor)


def kind_in_words(job: Job) -> str:
    """`slas.evidence_bundle` as "Evidence bundle"."""
    return job.kind.rpartition(".")[2].replace("_", " ").capitalize()
