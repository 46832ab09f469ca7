"""What a reader is shown of a job."""

from __future__ import annotations

from clm.jobs.models import Job
from clm.lib.actor import Actor


def is_own(actor: Actor, job: Job) -> bool:
    return job.user_id is not None and job.user_id == actor.person_id


def shown(actor: Actor, job: Job) -> Job:
    """The job as this reader may see it; never save what this returns.

    An administrator sees that somebody else's job runs, how far it is and how it ended. Its title, steps, result and
    refused rows may speak of a contract that the administrator is not among the readers of, so they are left out.
    """
    if not is_own(actor, job):
        job.title = kind_in_words(job)
        job.message, job.error, job.result = "", "", {}
        job.problems = [{"where": "", "message": ""} for _problem in job.problems]
    return job


def kind_in_words(job: Job) -> str:
    """`slas.evidence_bundle` as "Evidence bundle"."""
    return job.kind.rpartition(".")[2].replace("_", " ").capitalize()
