"""Where approvals show themselves: in the navigation, on the contract's page and in the inbox."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clm.dashboards.registry import NavigationEntry, register_navigation
from clm.notify.acts import InboxAct, register_acts
from contracts.access.approvals import VIEW
from contracts.operations.approval.guards import ASKED
from contracts.pages.approvals import contract_tab, count_approvals
from contracts.queries.approvals import waiting_count
from contracts.tabs import ContractTab, register_contract_tab


def register() -> None:
    register_navigation(
        NavigationEntry("approvals", _("Approvals"), "approvals", "user-check", VIEW, 13, count=waiting_count)
    )
    register_contract_tab(
        ContractTab(
            "approvals", _("Approvals"), 62, VIEW, "contracts/tab_approvals.html", contract_tab, count_approvals
        )
    )
    register_acts(
        ASKED,
        InboxAct(_("Approve"), "approve/", "thumb-up"),
        InboxAct(_("Reject"), "reject/"),
    )
