"""While the first portfolio loads, everyone's home page begins with its progress."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clm.accounts.roles import EVERYONE
from clm.dashboards.registry import Panel, register_panel
from clm.jobs.models import Job, JobState
from clm.lib.actor import Actor


def live_load(actor: Actor) -> Job | None:
    """The organization's load that is under way."""
    live = Job.objects.filter(kind="portfolio.load", state__in=[JobState.QUEUED, JobState.RUNNING])
    return live.order_by("-id").first()


def loading(actor: Actor) -> Mapping[str, Any]:
    return {"job": live_load(actor), "job_url": reverse("portfolio-progress")}


def register() -> None:
    register_panel(
        Panel(
            "portfolio",
            _("The first portfolio is loading"),
            "portfolio/loading_panel.html",
            loading,
            EVERYONE,
            "dashboards.view_home",
            order=0,
            columns=12,
            is_shown=lambda actor: live_load(actor) is not None,
        )
    )
