"""What this app adds to the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clm.dashboards.registry import NavigationEntry, register_navigation


def register() -> None:
    admin = _("Admin")
    register_navigation(NavigationEntry("people", _("People"), "people", "users", "accounts.view_person", 900, admin))
    register_navigation(
        NavigationEntry(
            "organization", _("Organization"), "organization", "building", "accounts.change_organization", 905, admin
        )
    )
    register_navigation(NavigationEntry("teams", _("Teams"), "teams", "users-group", "accounts.view_team", 902, admin))
    register_navigation(NavigationEntry("away", _("Away"), "away", "plane-departure", "accounts.view_delegation", 25))
    register_navigation(NavigationEntry("tokens", _("API tokens"), "tokens", "key", "accounts.view_token", 910, admin))
