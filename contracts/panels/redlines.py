"""What came back from other sides and waits for us, on the home page of those who decide on it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from clm.accounts.roles import Role
from clm.dashboards.registry import Panel, register_panel
from clm.lib.actor import Actor
from contracts.access.changes import VIEW
from contracts.queries.changes import waiting_answers

MOST = 8


def redlines(actor: Actor) -> dict[str, Any]:
    return {"answers": list(waiting_answers(actor)[:MOST])}


def register() -> None:
    register_panel(
        Panel(
            key="redlines",
            title=_("Redlines that wait"),
            template="contracts/panel_redlines.html",
            context=redlines,
            roles=frozenset({Role.LEGAL, Role.PROCUREMENT}),
            verb=VIEW,
            order=9,
        )
    )
