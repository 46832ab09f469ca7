"""The part of the home page that is polled while the first portfolio loads."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from clm.access.middleware import actor_of
from clm.access.permissions import require
from clm.portfolio.panels import live_load


@require_GET
def progress(request: HttpRequest) -> HttpResponse:
    """The bar; when there is nothing to wait for any more, the page is fetched anew."""
    actor = actor_of(request)
    require(actor, "dashboards.view_home")
    job = live_load(actor)
    if job is None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "components/job.html", {"job": job, "job_url": reverse("portfolio-progress")})
