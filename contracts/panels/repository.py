"""What the repository puts on the contract's page: contracts that belong together."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clm.dashboards.registry import NavigationEntry, register_navigation
from contracts.access import VIEW_INSIDE
from contracts.access.relations import VIEW
from contracts.pages import views
from contracts.pages.relations import relations_tab
from contracts.queries.relations import count_ties
from contracts.tabs import ContractTab, register_contract_tab


def register() -> None:
    facts = "contracts/tab_facts.html"
    register_contract_tab(ContractTab("facts", _("Facts"), 15, VIEW_INSIDE, facts, views.facts_tab))
    register_navigation(
        NavigationEntry(
            "custom-fields",
            _("Own fields"),
            "custom-fields",
            "forms",
            "contracts.define_custom_field",
            85,
            group=_("Admin"),
        )
    )
    template = "contracts/tab_relations.html"
    register_contract_tab(ContractTab("relations", _("Related"), 27, VIEW, template, relations_tab, count_ties))
