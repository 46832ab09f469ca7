"""Long work: the list, one job with its progress, stopping it and trying it again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require, visible
from clm.jobs.filters import JobFilter
from clm.jobs.history import job_history
from clm.jobs.models import Job, JobState
from clm.jobs.operations.cancel_job import cancel_job
from clm.jobs.operations.retry_job import retry_job
from clm.jobs.queries import kind_in_words, shown, subject_of, with_words
from clm.jobs.runner import LEADS_TO
from clm.pages.lists import Column, Empty, ListPage
from clm.pages.templatetags.covenant import words


def _title(row: Any) -> str:
    return row.shown_title or kind_in_words(row)


class JobsPage(ListPage):
    key = "jobs"
    title = gettext_lazy("Jobs")
    subtitle = gettext_lazy("Long work, and what came of it")
    verb = "jobs.list_jobs"
    columns = (
        Column("title", gettext_lazy("What"), _title, sort=("shown_title", "kind"), main=True),
        Column("state", gettext_lazy("State"), kind="state", sort=("state",)),
        Column("percent", gettext_lazy("Done, %"), kind="number"),
        Column("person", gettext_lazy("For"), value=lambda row: str(row.user or ""), sort=("user__name",)),
        Column("created_at", gettext_lazy("Begun"), kind="instant", sort=("created_at",)),
        Column("finished_at", gettext_lazy("Ended"), kind="instant", sort=("finished_at",)),
        Column("problems", gettext_lazy("Problems"), value=lambda row: len(row.problems), kind="number"),
    )
    filterset_class = JobFilter
    search_fields = ("kind", "title")
    default_sort = "-created_at"
    empty = Empty(
        title=gettext_lazy("No jobs yet"),
        hint=gettext_lazy("Imports, reports and verifications run here, with their progress and result."),
        icon="progress",
    )

    def rows(self) -> QuerySet[Job]:
        told = with_words(self.actor, Job.objects.select_related("user"))
        title = Case(When(has_words=True, then=F("title")), default=Value(""))
        return visible(self.actor, told.annotate(shown_title=title))

    def search(self, found: QuerySet[Job], text: str) -> QuerySet[Job]:
        """By kind, and by title where one is shown it."""
        return found.filter(Q(kind__icontains=text) | Q(shown_title__icontains=text)) if text else found

    def url_of(self, row: Job) -> str:
        return reverse("job", args=[row.pk])


@require_GET
def job(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A job: progress while it lives, then its result and what was refused."""
    context = _context(request, pk)
    return render(request, "jobs/job_page.html", {**context, "history": job_history(context["job"])})


@require_GET
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The part of the page that is polled. When the job ends, the whole page is fetched once."""
    context = _context(request, pk)
    answer = render(request, "components/job.html", context)
    if not context["job"].is_live and request.headers.get("HX-Target", "").startswith("job-"):
        answer["HX-Refresh"] = "true"
    return answer


def _context(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    actor = actor_of(request)
    require(actor, "jobs.view_job")
    row = shown(actor, get_visible(actor, Job.objects.select_related("user"), pk))
    return {
        "job": row,
        "job_url": reverse("job-progress", args=[pk]),
        "cancel_url": reverse("job-cancel", args=[pk]) if can(actor, "jobs.cancel_job") else "",
        "may_retry": row.state == JobState.FAILED and can(actor, "jobs.retry_job"),
        "subject": subject_of(actor, row),
        "leads_to": LEADS_TO.get(row.kind) or _("Look at it"),
        "figures": [(words(key), value) for key, value in row.result.items() if _is_figure(key, value)],
    }


def _is_figure(key: str, value: Any) -> bool:
    """Addresses and ids are for programs: the page links instead."""
    if key in ("url", "page", "holds") or key.endswith("_id"):
        return False
    return value is None or isinstance(value, str | int | float | bool)


@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    cancel_job(actor=actor_of(request), job_id=pk)
    messages.success(request, _("The job stops at its next step."))
    return redirect("job", pk=pk)


@require_POST
def retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    retry_job(actor=actor_of(request), job_id=pk)
    return redirect("job", pk=pk)
