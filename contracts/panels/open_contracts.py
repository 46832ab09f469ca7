"""Where open contracts show themselves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clm.dashboards.registry import NavigationEntry, register_navigation
from contracts.access.open_contracts import VIEW


def register() -> None:
    register_navigation(
        NavigationEntry("open-contracts", _("Open contracting"), "open-contracts", "send", VIEW, 74, _("Library"))
    )
