"""What this app adds to the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clm.access.permissions import visible
from clm.dashboards.registry import NavigationEntry, register_navigation
from clm.events.models import Delivery, DeliveryState
from clm.lib.actor import Actor


def dead_letters(actor: Actor) -> int:
    return visible(actor, Delivery.objects.filter(status=DeliveryState.DEAD)).count()


def register() -> None:
    entry = NavigationEntry(
        "dead-letters",
        _("Dead letters"),
        "dead-letters",
        "mail-x",
        "events.view_delivery",
        940,
        _("Admin"),
        dead_letters,
    )
    register_navigation(entry)
    register_navigation(
        NavigationEntry("api-docs", _("API"), "api-docs", "code", "accounts.view_token", 950, _("Admin"))
    )
