"""What every page of the shell needs: navigation, inbox count, the person and their organizations."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from clm.access.permissions import can
from clm.dashboards.registry import NAVIGATION
from clm.notify.models import Notification


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of the shell: `actor`, `navigation` (entries with label, url, icon, group, active, badge), `inbox_count`,
    `organization`, `memberships`. Lazy where it costs a query; empty when nobody is signed in."""
    actor = getattr(request, "actor", None)
    if actor is None or not hasattr(request, "membership"):
        return {"actor": None, "navigation": [], "inbox_count": 0, "organization": None, "memberships": []}
    return {
        "actor": actor,
        "navigation": [
            {
                "key": entry.key,
                "label": entry.label,
                "group": entry.group,
                "url": reverse(entry.url_name),
                "icon": entry.icon,
                "active": _is_at(request.path, reverse(entry.url_name)),
                "badge": entry.count(actor) if entry.count else None,
            }
            for entry in sorted(NAVIGATION.values(), key=lambda entry: entry.order)
            if can(actor, entry.verb)
        ],
        "inbox_count": Notification.objects.filter(user_id=actor.user_id, read_at=None).count(),
        "organization": request.membership.organization,
        "memberships": request.memberships,  # type: ignore[attr-defined]
    }


def _is_at(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
