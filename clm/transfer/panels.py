"""What this app adds to the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clm.dashboards.registry import NavigationEntry, register_navigation


def register() -> None:
    register_navigation(
        NavigationEntry("exports", _("Exports"), "exports", "download", "transfer.view_export", 940, _("Admin"))
    )
