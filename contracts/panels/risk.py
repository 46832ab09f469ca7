"""Where risk shows itself: on the contract's page and in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clm.dashboards.registry import NavigationEntry, register_navigation
from contracts.access.risk import VIEW, VIEW_CONFLICT
from contracts.pages import alerts
from contracts.pages.risk import risk_tab
from contracts.tabs import ContractTab, register_contract_tab


def register() -> None:
    alerts.register()
    register_contract_tab(ContractTab("risk", _("Risk"), 64, VIEW, "contracts/tab_risk.html", risk_tab))
    register_navigation(NavigationEntry("conflicts", _("Disagreements"), "conflicts", "arrows-diff", VIEW_CONFLICT, 16))
    register_navigation(
        NavigationEntry(
            "risk-scales", _("Risk weights"), "risk-scales", "gauge", "contracts.create_risk_scale", 86,
            group=_("Admin"),
        )
    )  # fmt: skip
