"""Reads of saved views: the named filters a person keeps for a list."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import QueryDict

from clm.lib.actor import Actor
from clm.pages.models import SavedView

# Asks for every filter of a list to be drawn.
ALL_FILTERS = "filters"


def views_of(actor: Actor, page: str) -> QuerySet[SavedView]:
    """The person's own views of a page, by name."""
    return SavedView.objects.filter(user_id=actor.person_id, page=page).order_by("name")


def clean_query(given: QueryDict) -> str:
    """An address's query without the page number, the format, empty values, `all`, which asks for no view, and what
    says how many filters are drawn."""
    kept = QueryDict(mutable=True)
    for name in given:
        if name not in ("page", "format", "all", ALL_FILTERS):
            kept.setlist(name, [value for value in given.getlist(name) if value])
    return kept.urlencode()
