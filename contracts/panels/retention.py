"""Where records show themselves: in the navigation and on the home page of who keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from clm.access.permissions import visible
from clm.dashboards.registry import NavigationEntry, Panel, register_navigation, register_panel
from clm.lib.actor import Actor
from contracts.access.retention import KEEPERS, VIEW
from contracts.queries.retention import disposal_rows
from contracts.states import DisposalState

SHOWN = 8


def waiting(actor: Actor) -> Mapping[str, Any]:
    """The disposals that somebody else proposed."""
    found = visible(actor, disposal_rows()).filter(state=DisposalState.PROPOSED)
    return {"disposals": list(found.exclude(proposed_by_id=actor.person_id).order_by("created_at")[:SHOWN])}


def register() -> None:
    register_panel(
        Panel("disposals", str(_("To be let go")), "contracts/panel_disposals.html", waiting, KEEPERS, VIEW, 80)
    )
    register_navigation(NavigationEntry("records", _("Records"), "records", "archive", VIEW, 73, group=_("Library")))
