"""What this app adds to the home page and the navigation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from clm.access.permissions import visible
from clm.accounts.roles import PEOPLE_INSIDE
from clm.dashboards.registry import NavigationEntry, Panel, register_navigation, register_panel
from clm.jobs.models import Job, JobState
from clm.jobs.queries import shown, with_words
from clm.lib.actor import Actor


def my_jobs(actor: Actor) -> Mapping[str, Any]:
    """Live jobs first, then the latest that ended."""
    mine = with_words(actor, visible(actor, Job.objects.all()))
    live = mine.filter(state__in=[JobState.QUEUED, JobState.RUNNING]).order_by("-id")[:5]
    ended = mine.exclude(state__in=[JobState.QUEUED, JobState.RUNNING]).filter(user_id=actor.person_id)
    latest = ended.order_by("-id")[:5]
    return {"live": [shown(actor, job) for job in live], "ended": [shown(actor, job) for job in latest]}


def register() -> None:
    register_panel(Panel("jobs", _("Jobs"), "jobs/jobs_panel.html", my_jobs, PEOPLE_INSIDE, "jobs.list_jobs", 900, 6))
    register_navigation(NavigationEntry("jobs", _("Jobs"), "jobs", "progress", "jobs.list_jobs", 930, _("Admin")))
