"""What money puts on the home page, in the navigation, on the contract page and into the search box."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing import queries
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

CREDITS = "billing.view_credit"
INVOICES = "billing.view_invoice"
FINANCE = frozenset({Role.FINANCE, Role.ADMINISTRATOR})


def _discrepancies(actor: Actor) -> dict[str, Any]:
    return {"discrepancies": list(queries.open_discrepancies(actor)[:8])}


def _waiting(actor: Actor) -> dict[str, Any]:
    return {"credits": list(queries.waiting_credits(actor)[:8])}


def _at_risk(actor: Actor) -> dict[str, Any]:
    return {"credits": queries.credits_at_risk(actor), "revenue": queries.revenue_at_risk(actor)}


def _count(actor: Actor, contract: Contract) -> int:
    return queries.credits(actor).filter(contract=contract).count()


def _find_credits(actor: Actor, words: str, limit: int) -> list[Hit]:
    found = queries.find_credits(actor, words, limit)
    return [Hit(str(_("Credit")), row.reference, row.contract.title, reverse("credit", args=[row.pk])) for row in found]


def _find_invoices(actor: Actor, words: str, limit: int) -> list[Hit]:
    found = queries.find_invoices(actor, words, limit)
    return [Hit(str(_("Invoice")), row.number, row.seller_name, reverse("invoice", args=[row.pk])) for row in found]


def _panels() -> None:
    register_panel(
        Panel(
            key="discrepancies",
            title=_("Invoices that differ"),
            template="billing/panel_discrepancies.html",
            context=_discrepancies,
            roles=FINANCE,
            verb=INVOICES,
            order=10,
        )
    )
    register_panel(
        Panel(
            key="credits-waiting",
            title=_("Credits to approve and issue"),
            template="billing/panel_credits.html",
            context=_waiting,
            roles=FINANCE,
            verb=CREDITS,
            order=15,
        )
    )
    register_panel(
        Panel(
            key="money-at-risk",
            title=_("Revenue and credits at risk"),
            template="billing/panel_at_risk.html",
            context=_at_risk,
            roles=frozenset({Role.EXECUTIVE, Role.FINANCE}),
            verb=CREDITS,
            order=12,
        )
    )


def _navigation() -> None:
    group = _("Billing")
    register_navigation(NavigationEntry("billing", _("Overview"), "billing", "chart-pie", CREDITS, 80, group))
    register_navigation(NavigationEntry("credits", _("Credits"), "credits", "discount", CREDITS, 81, group))
    register_navigation(NavigationEntry("invoices", _("Invoices"), "invoices", "file-invoice", INVOICES, 82, group))
    register_navigation(NavigationEntry("fees", _("Fees"), "fees", "cash", "billing.view_fee", 83, group))


def register() -> None:
    _panels()
    _navigation()
    register_search_source(SearchSource("credits", _("Credits"), 50, _find_credits))
    register_search_source(SearchSource("invoices", _("Invoices"), 55, _find_invoices))
    register_contract_tab(
        ContractTab(
            key="money",
            label=_("Money"),
            order=60,
            verb=CREDITS,
            template="billing/contract_tab.html",
            context=queries.contract_money,
            count=_count,
        )
    )
    register_binding(
        Binding(
            key="fee",
            label=_("Fee"),
            hint=_("What is paid for the contract or one of its services, from a date on."),
            icon="cash",
            url_name="fee-bind",
            verb="billing.set_fee",
            order=30,
        )
    )
