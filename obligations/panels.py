"""What duties and dates put on the home page, in the navigation, on the contract page and into the search box."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from clm.accounts.roles import Role
from clm.dashboards.registry import (
    Hit,
    NavigationEntry,
    Panel,
    SearchSource,
    register_navigation,
    register_panel,
    register_search_source,
)
from clm.lib.actor import Actor
from contracts.models import Contract
from contracts.tabs import Binding, ContractTab, register_binding, register_contract_tab
from obligations import queries

VIEW = "obligations.view_obligation"


def _dates(actor: Actor) -> dict[str, Any]:
    return {"deadlines": list(queries.open_deadlines(actor)[:8])}


def _duties(actor: Actor) -> dict[str, Any]:
    return {"occurrences": list(queries.waiting_occurrences(actor)[:8])}


def _count(actor: Actor, contract: Contract) -> int:
    return queries.obligations(actor).filter(contract=contract).count()


def _search(actor: Actor, words: str, limit: int) -> list[Hit]:
    return [
        Hit(str(_("Duty")), duty.title, duty.contract.title, f"/obligations/{duty.pk}/")
        for duty in queries.find_obligations(actor, words, limit)
    ]


def register() -> None:
    register_panel(
        Panel(
            key="deadlines",
            title=str(_("Notice dates and renewals ahead")),
            template="obligations/panel_deadlines.html",
            context=_dates,
            roles=frozenset({Role.PROCUREMENT, Role.LEGAL, Role.EXECUTIVE, Role.ADMINISTRATOR}),
            verb=VIEW,
            order=20,
        )
    )
    register_panel(
        Panel(
            key="duties",
            title=str(_("Duties that wait")),
            template="obligations/panel_duties.html",
            context=_duties,
            roles=frozenset({Role.LEGAL, Role.PROCUREMENT, Role.ACCOUNT_MANAGER, Role.EXECUTIVE, Role.AUDITOR}),
            verb=VIEW,
            order=40,
        )
    )
    register_navigation(NavigationEntry("obligations", _("Obligations"), "obligations", "checklist", VIEW, 50))
    register_navigation(NavigationEntry("deadlines", _("Renewals"), "deadlines", "calendar", VIEW, 55))
    register_search_source(SearchSource("obligations", _("Obligations"), 40, _search))
    register_contract_tab(
        ContractTab(
            key="obligations",
            label=_("Obligations"),
            order=50,
            verb=VIEW,
            template="obligations/contract_tab.html",
            context=queries.contract_duties,
            count=_count,
        )
    )
    register_binding(
        Binding(
            key="obligation",
            label=_("Duty"),
            hint=_("Someone must do something by a date, once or again and again."),
            icon="checklist",
            url_name="obligation-bind",
            verb="obligations.add_obligation",
            order=20,
        )
    )
