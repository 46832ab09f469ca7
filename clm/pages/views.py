"""Saving and deleting views of lists, and the style guide."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.pages import samples
from clm.pages.operations.delete_view import delete_view
from clm.pages.operations.save_view import save_view
from clm.pages.operations.set_default_view import set_default_view


def _back(request: HttpRequest, query: str = "") -> HttpResponse:
    path = request.POST.get("path", "")
    safe = path if url_has_allowed_host_and_scheme(path, {request.get_host()}) else "/"
    return redirect(f"{safe}?{query}" if query else safe)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save the list's present filters under a name, then show the list with them."""
    form = request.POST
    view = save_view(
        actor=actor_of(request), page=form.get("page", ""), name=form.get("name", ""), query=form.get("query", "")
    )
    return _back(request, view.query)


@require_POST
def set_default(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """The list opens with this view from now on, or without one."""
    view = set_default_view(
        actor=actor_of(request), view_id=view_id, is_default=request.POST.get("is_default", "1") == "1"
    )
    return _back(request, view.query if view.is_default else "")


@require_POST
def delete(request: HttpRequest, view_id: UUID) -> HttpResponse:
    delete_view(actor=actor_of(request), view_id=view_id)
    return _back(request)


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component with sample data, for those who build pages."""
    form = samples.SampleForm({"title": "", "contact": "legal"} if "errors" in request.GET else None)
    return render(request, "pages/styleguide.html", samples.context(form))
