from django.db.models import QuerySet

from clm.access.registry import register_verbs, register_visibility
from clm.accounts.roles import INSIDE, Role
from clm.jobs.models import Job
from clm.lib.actor import Actor


def register() -> None:
    # The other side asks for papers of its own, and follows that one job; it has no list of them.
    register_verbs(
        {
            "jobs.view_job": INSIDE | {Role.COUNTERPARTY},
            "jobs.list_jobs": INSIDE,
            "jobs.cancel_job": INSIDE,
            "jobs.retry_job": INSIDE,
        }
    )
    register_visibility(Job, "jobs.view_job", _own_jobs)


def _own_jobs(actor: Actor, rows: QuerySet[Job]) -> QuerySet[Job]:
    """People see their own jobs; administrators all."""
    return rows if Role.ADMINISTRATOR in actor.roles else rows.filter(user_id=actor.person_id)
