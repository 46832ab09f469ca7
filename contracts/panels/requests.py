"""Where requests show themselves: on the home page, in the navigation and in the search box."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clm.accounts.roles import INSIDE
from clm.dashboards.registry import (
    Hit,
    NavigationEntry,
    Panel,
    SearchSource,
    register_navigation,
    register_panel,
    register_search_source,
)
from clm.lib.actor import Actor
from contracts.access.requests import TRIAGERS, VIEW
from contracts.queries import requests as requesting
from contracts.states import RequestState


def _queue(actor: Actor) -> dict[str, Any]:
    return {"requests": list(requesting.waiting(actor)[:8])}


def _own(actor: Actor) -> dict[str, Any]:
    """What they are asked about first, whatever else is open."""
    rows = list(requesting.own(actor)[:5])
    asked = [row for row in rows if row.state == RequestState.ASKED]
    return {"waiting": asked, "requests": [row for row in rows if row not in asked]}


def _search(actor: Actor, words: str, limit: int) -> list[Hit]:
    named = Q(title__icontains=words) | Q(reference__iexact=words.strip()) | Q(counterparty__icontains=words)
    rows = requesting.listed(actor).filter(named).order_by("-id")[:limit]
    kind = str(_("Request"))
    return [
        Hit(kind, row.title, f"{row.reference} · {row.get_state_display()}", row.get_absolute_url()) for row in rows
    ]


def register() -> None:
    register_panel(
        Panel(
            key="request_queue",
            title=_("Requests that wait"),
            template="contracts/panel_request_queue.html",
            context=_queue,
            roles=frozenset(TRIAGERS),
            verb=VIEW,
            order=8,
        )
    )
    register_panel(
        Panel(
            key="request_own",
            title=_("Ask for a contract"),
            template="contracts/panel_request_own.html",
            context=_own,
            roles=frozenset(INSIDE),
            verb="contracts.submit_request",
            order=65,
        )
    )
    register_navigation(NavigationEntry("requests", _("Requests"), "requests", "file-plus", VIEW, 12))
    register_search_source(SearchSource("requests", _("Requests"), 15, _search))
