"""Found contracts, narrowed by what they have in common."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from clm.access.middleware import actor_of
from clm.access.permissions import require
from clm.lib.plans import COUNTED
from clm.pages.saved_views import clean_query
from contracts import queries
from contracts.access import VIEW_INSIDE
from contracts.pages.lists import ContractFilter
from contracts.queries.facets import Count, facets_of
from contracts.queries.finding import found_for


@login_required
@require_GET
def contract_facets(request: HttpRequest) -> HttpResponse:
    """What the contracts of the list's address have in common, each with its number and a link to those."""
    actor = actor_of(request)
    require(actor, VIEW_INSIDE)
    every = queries.contracts(actor)
    words = request.GET.get("q", "").replace("\x00", "").strip()
    found = ContractFilter(request.GET, queryset=every, request=request).qs
    facets = facets_of(found_for(actor, found, words, of=every), actor.organization_id)
    shown = [
        {"label": facet.label, "counts": [_link(request.GET, count) for count in facet.counts]}
        for facet in facets.facets
    ]
    context = {
        "facets": shown,
        "found": facets,
        "counted": COUNTED,
        "list_url": f"{reverse('contracts')}?{clean_query(request.GET) or 'all=1'}",
        "crumbs": [(_("Contracts"), reverse("contracts"))],
    }
    return render(request, "contracts/facets_page.html", context)


def _link(given: QueryDict, count: Count) -> dict[str, Any]:
    """The list with the filters of one value in place of those of its kind; chosen where they are there already."""
    narrowed = given.copy()
    for name, value in count.filters.items():
        narrowed[name] = value
    return {
        "label": count.label,
        "number": count.number,
        "url": f"{reverse('contracts')}?{clean_query(narrowed)}",
        "is_chosen": all(given.get(name) == value for name, value in count.filters.items()),
    }
