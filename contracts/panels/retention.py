"""Where records show themselves: in the navigation. What waits is told in the inbox."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clm.dashboards.registry import NavigationEntry, register_navigation
from contracts.access.retention import VIEW


def register() -> None:
    register_navigation(NavigationEntry("records", _("Records"), "records", "archive", VIEW, 73, group=_("Library")))
