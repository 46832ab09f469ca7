"""What this app adds to the home page and the navigation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, F, Window
from django.utils.translation import gettext_lazy as _

from clm.access.permissions import can, visible
from clm.access.subjects import about_what_is_seen
from clm.accounts.roles import EVERYONE
from clm.dashboards.registry import NavigationEntry, Panel, register_navigation, register_panel
from clm.lib.actor import Actor
from clm.notify.models import Notification


def waiting(actor: Actor) -> Mapping[str, Any]:
    """The unread things, the nearest due date first, and how many there are."""
    unread = visible(actor, Notification.objects.filter(read_at=None)).annotate(unread=Window(Count("pk")))
    first = list(unread.order_by(F("due_at").asc(nulls_last=True), "-id")[:8])
    return {"notifications": first, "count": first[0].unread if first else 0}


def unread_count(actor: Actor) -> int:
    """As `visible` counts them. Every page asks: only the kinds of subjects that the unread are about are looked at."""
    if not can(actor, "notify.view_notification"):
        return 0
    unread = Notification.objects.filter(read_at=None, user_id=actor.person_id)
    kinds = set(unread.order_by().values_list("subject_type", flat=True).distinct())
    return unread.filter(about_what_is_seen(actor, kinds)).count() if kinds else 0


def register() -> None:
    register_panel(
        Panel(
            "inbox",
            _("What waits for you"),
            "notify/inbox_panel.html",
            waiting,
            EVERYONE,
            "notify.view_notification",
            10,
        )
    )
    register_navigation(
        NavigationEntry("inbox", _("Inbox"), "inbox", "inbox", "notify.view_notification", 20, count=unread_count)
    )
