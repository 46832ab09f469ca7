"""What this app adds to the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clm.dashboards.registry import NavigationEntry, register_navigation


def register() -> None:
    register_navigation(
        NavigationEntry("ledger", _("Ledger"), "ledger", "lock-square", "audit.view_ledger", 920, _("Admin"))
    )
