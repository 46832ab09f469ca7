"""What contracts put on the home page, in the navigation, on their own page and into the search box."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from clm.access.permissions import can
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
from clm.lib.plans import met_soon
from contracts import queries
from contracts.access import VIEW_INSIDE
from contracts.access.retention import VIEW as VIEW_RECORDS
from contracts.models import Contract, Party
from contracts.pages import views
from contracts.queries.finding import found_for
from contracts.queries.party_names import parties_named
from contracts.queries.retention import held_among
from contracts.states import ContractState
from contracts.tabs import ContractTab, register_contract_tab

VIEW = "contracts.view_contract"


def _drafts(actor: Actor) -> dict[str, Any]:
    rows = queries.contracts(actor).filter(state=ContractState.DRAFT).select_related("owner").order_by("-id")
    return {"contracts": list(rows[:8])}


def _recent(actor: Actor) -> dict[str, Any]:
    return {"contracts": list(queries.contracts(actor).select_related("owner").order_by("-id")[:8])}


def _by_state(actor: Actor) -> dict[str, Any]:
    counted = queries.contracts(actor).order_by().values("state").annotate(number=Count("pk")).order_by("-number")
    return {"states": list(counted)}


def _expiring(actor: Actor) -> dict[str, Any]:
    rows = queries.listed(actor).filter(state=ContractState.ACTIVE, term_ends_on__isnull=False)
    return {"contracts": list(rows.order_by("term_ends_on")[:10])}


def _search_contracts(actor: Actor, words: str, limit: int) -> list[Hit]:
    found = found_for(actor, visible_rows(actor), words)
    rows = met_soon(lambda rows: list(rows[:limit]), found.rows, found.gathered)
    held = held_among(row.pk for row in rows) if can(actor, VIEW_RECORDS) else set()
    return [Hit(str(_("Contract")), row.title, _beneath(row, row.pk in held), f"/contracts/{row.pk}/") for row in rows]


def _beneath(row: Contract, is_held: bool) -> str:
    names = queries.names_of(row, "counterparty")
    return " · ".join([row.reference, names, *([str(_("On hold"))] if is_held else [])])


def visible_rows(actor: Actor) -> Any:
    return queries.listed(actor).order_by("-id")


def _search_parties(actor: Actor, words: str, limit: int) -> list[Hit]:
    rows: list[Party] = parties_named(queries.parties(actor), words, limit)
    return [Hit(str(_("Party")), row.name, row.country, f"/contracts/parties/{row.pk}/") for row in rows]


def _count_versions(actor: Actor, contract: Contract) -> int:
    return queries.versions(actor, contract).count()


def _panel(key: str, title: Any, context: Any, roles: set[str], order: int) -> None:
    register_panel(
        Panel(
            key=key,
            title=str(title),
            template=f"contracts/panel_{key}.html",
            context=context,
            roles=frozenset(roles),
            verb=VIEW,
            order=order,
        )
    )


def register() -> None:
    _panel("drafts", _("Drafts"), _drafts, {Role.LEGAL}, 10)
    _panel("recent", _("Newest contracts"), _recent, {Role.PROCUREMENT, Role.AUDITOR, Role.APPROVER}, 60)
    _panel(
        "by_state",
        _("Contracts by state"),
        _by_state,
        {Role.EXECUTIVE, Role.LEGAL, Role.ADMINISTRATOR, Role.APPROVER},
        70,
    )
    _panel("expiring", _("Terms that end next"), _expiring, {Role.EXECUTIVE, Role.PROCUREMENT, Role.APPROVER}, 30)
    register_navigation(NavigationEntry("contracts", _("Contracts"), "contracts", "file-text", VIEW, 10))
    register_navigation(NavigationEntry("parties", _("Parties"), "parties", "building", "contracts.view_party", 15))
    register_navigation(
        NavigationEntry(
            "templates", _("Templates"), "templates", "books", "contracts.view_template", 71, group=_("Library")
        )
    )
    register_search_source(SearchSource("contracts", _("Contracts"), 10, _search_contracts))
    register_search_source(SearchSource("parties", _("Parties"), 20, _search_parties))
    register_contract_tab(ContractTab("text", _("Text"), 10, VIEW, "contracts/tab_text.html", views.text_tab))
    register_contract_tab(ContractTab("terms", _("Terms"), 20, VIEW, "contracts/tab_terms.html", views.terms_tab))
    register_contract_tab(
        ContractTab("parties", _("Parties"), 25, VIEW, "contracts/tab_parties.html", views.parties_tab)
    )
    register_contract_tab(
        ContractTab(
            "versions", _("Versions"), 60, VIEW, "contracts/tab_versions.html", views.versions_tab, _count_versions
        )
    )
    register_contract_tab(
        ContractTab("history", _("History"), 90, VIEW_INSIDE, "contracts/tab_history.html", views.history_tab)
    )


def register_all() -> None:
    """The contracts' own panels and those of every capability."""
    from contracts.panels import (
        approvals,
        comments,
        help,
        library,
        open_contracts,
        portal,
        redlines,
        repository,
        requests,
        retention,
        risk,
        signing,
    )

    register()
    for part in (
        approvals,
        comments,
        help,
        library,
        open_contracts,
        portal,
        redlines,
        repository,
        requests,
        retention,
        risk,
        signing,
    ):
        part.register()
