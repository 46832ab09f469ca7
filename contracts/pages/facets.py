"""Found contracts, narrowed by what they have in common."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qs, urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from clm.access.middleware import actor_of
from clm.access.permissions import require
from clm.pages.saved_views import clean_query
from contracts import queries
from contracts.access import VIEW_INSIDE
from contracts.pages.lists import ContractFilter
from contracts.queries.facets import Count, facets_of
from contracts.queries.finding import found_for

# How the two ends of a range are called in addresses.
FROM, UNTIL = ("_after", "_from"), ("_before", "_below", "_to")


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
    query = clean_query(request.GET)
    address, asked = reverse("contracts"), parse_qs(query)  # once, for there are a hundred links
    shown = [
        {"label": facet.label, "counts": [_link(address, asked, count) for count in facet.counts]}
        for facet in facets.facets
    ]
    context = {
        "facets": shown,
        "found": facets,
        "list_url": f"{address}?{query or 'all=1'}",
        "crumbs": [(_("Contracts"), address)],
    }
    return render(request, "contracts/facets_page.html", context)


def _link(address: str, asked: Mapping[str, list[str]], count: Count) -> dict[str, Any]:
    """The list narrowed by one value; chosen where its filters are there already. Where another value of its kind is
    asked for it leads nowhere: a list has one of a kind, and with this one in its place it would be another number."""
    narrowed, is_other, is_chosen = dict(asked), False, True
    for name, value in count.filters.items():
        given = asked[name][-1] if name in asked else ""
        given = given.upper() if name == "currency" else given  # the list finds it in either case
        narrowed[name] = [_tighter(name, given, value)]
        is_other |= not name.endswith(FROM + UNTIL) and given not in ("", value)
        is_chosen &= given == value
    return {
        "label": count.label,
        "number": count.number,
        "url": "" if is_other else f"{address}?{urlencode(narrowed, doseq=True)}",
        "is_chosen": is_chosen,
    }


def _tighter(name: str, asked: str, value: str) -> str:
    """Of two ends of a range the one that leaves less: the number was counted within what was asked for."""
    if not asked or not name.endswith(FROM + UNTIL):
        return value
    choose = max if name.endswith(FROM) else min
    try:
        return choose(asked, value, key=Decimal)
    except InvalidOperation:
        return choose(asked, value)
