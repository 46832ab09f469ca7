"""The home page by role, and the search page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clm.access.middleware import actor_of
from clm.access.permissions import require
from clm.dashboards.queries import drawn_panels, search_everything

SHORTEST = 2


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The union of the panels of the person's roles. Without a membership: what to do about it."""
    if getattr(request, "actor", None) is None:
        return render(request, "dashboards/home_without_organization.html")
    actor = actor_of(request)
    require(actor, "dashboards.view_home")
    # Without the request's context processors: the shell is drawn once, not once a panel.
    shared = {"request": request, "csrf_token": get_token(request), "actor": actor}
    return render(request, "dashboards/home_page.html", {"panels": drawn_panels(actor, shared)})


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Everything the person may see that matches `q`, grouped by kind. One letter finds nothing."""
    actor = actor_of(request)
    require(actor, "dashboards.search")
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    found = search_everything(actor, words) if len(words) >= SHORTEST else []
    context = {"q": words, "found": found, "is_too_short": 0 < len(words) < SHORTEST}
    return render(request, "search/search_page.html", context)
