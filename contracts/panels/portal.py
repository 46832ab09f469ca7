"""The home page of the other side: its agreements, whose turn it is in each, and what is being said."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from clm.access.permissions import visible
from clm.accounts.models import Organization
from clm.accounts.roles import Role
from clm.dashboards.registry import Panel, register_panel
from clm.lib.actor import Actor
from contracts import queries
from contracts.access.other_side import told_states
from contracts.models import Thread
from contracts.queries.drafts import NEGOTIABLE
from contracts.states import ThreadState

MOST = 50


def agreements(actor: Actor) -> dict[str, Any]:
    """The newest agreements with their turns and open threads; three queries."""
    rows: list[Any] = list(queries.contracts(actor).order_by("-id")[:MOST])
    spoken = visible(actor, Thread.objects.filter(state=ThreadState.OPEN, contract__in=[row.pk for row in rows]))
    counted = dict(spoken.order_by().values_list("contract").annotate(number=Count("pk")))
    told_states(actor, rows)
    for row in rows:
        row.open_threads = counted.get(row.pk, 0)
        row.is_being_agreed = row.shown_state in NEGOTIABLE
    return {"agreements": rows, "house": Organization.objects.get(pk=actor.organization_id).name}


def register() -> None:
    register_panel(
        Panel(
            key="portal",
            title=_("Your agreements"),
            template="contracts/portal_panel.html",
            context=agreements,
            roles=frozenset({Role.COUNTERPARTY}),
            verb="contracts.view_contract",
            order=5,
            columns=12,
        )
    )
