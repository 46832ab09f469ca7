"""What every page of the shell needs: navigation, inbox count, the person and their organizations."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from clm.access.permissions import can
from clm.accounts.delegations import acting_for
from clm.dashboards.registry import NAVIGATION
from clm.lib.actor import Actor


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of the shell: `actor`, `navigation` (entries with label, url, icon, group, active, badge), `inbox_count`,
    `organization`, `memberships`, `may_see_tokens`, `acting_for` (names of people who are away). Lazy where it costs a
    query; empty when nobody is signed in."""
    actor = getattr(request, "actor", None)
    if actor is None or not hasattr(request, "membership"):
        return {"actor": None, "navigation": [], "inbox_count": 0, "organization": None, "memberships": []}

    @cache
    def navigation() -> list[dict[str, Any]]:
        return _navigation(actor, request.path)

    return {
        "acting_for": _acting_for(request, actor),
        "actor": actor,
        # Called where a template has them, so never for an error page or a part of a page.
        "navigation": navigation,
        # What the entry counts already; a page asks once.
        "inbox_count": lambda: next((entry["badge"] for entry in navigation() if entry["key"] == "inbox"), 0),
        "organization": request.membership.organization,
        "memberships": request.memberships,  # type: ignore[attr-defined]
        "may_see_tokens": can(actor, "accounts.view_token"),
    }


def _acting_for(request: HttpRequest, actor: Actor) -> str:
    """The membership knows whether there is anybody: for almost everyone nothing more is asked."""
    if not getattr(request.membership, "acts_for_others", False):  # type: ignore[attr-defined]
        return ""
    return ", ".join(str(row.absentee) for row in acting_for(actor.person_id))


def _navigation(actor: Actor, path: str) -> list[dict[str, Any]]:
    """The entries this actor may use, in order; one of them at most is where the path is."""
    entries = [entry for entry in sorted(NAVIGATION.values(), key=lambda entry: entry.order) if can(actor, entry.verb)]
    urls = {entry.key: reverse(entry.url_name) for entry in entries}
    here = nearest(path, urls.values())
    return [
        {
            "key": entry.key,
            "label": entry.label,
            "group": entry.group,
            "url": urls[entry.key],
            "icon": entry.icon,
            "active": urls[entry.key] == here,
            "badge": entry.count(actor) if entry.count else None,
        }
        for entry in entries
    ]


def nearest(path: str, urls: Iterable[str]) -> str:
    """The longest of the addresses that the path lies under, empty where none; "/" is only itself."""
    return max((url for url in urls if (path == url if url == "/" else path.startswith(url))), key=len, default="")
