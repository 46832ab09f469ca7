"""What signing puts into the navigation and on the contract's page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clm.access.permissions import visible
from clm.dashboards.registry import NavigationEntry, register_navigation
from clm.lib.actor import Actor
from contracts.access.bulk_sends import VIEW as VIEW_BULK
from contracts.access.signing import VIEW
from contracts.models import Contract, Envelope
from contracts.pages.envelopes import envelopes_tab
from contracts.panels import signing_letters
from contracts.tabs import ContractTab, register_contract_tab


def _count(actor: Actor, contract: Contract) -> int:
    return visible(actor, Envelope.objects.filter(contract=contract)).count()


def register() -> None:
    signing_letters.register()
    register_navigation(NavigationEntry("envelopes", _("Signatures"), "envelopes", "signature", VIEW, 18))
    register_navigation(NavigationEntry("bulk-sends", _("Sent to many"), "bulk-sends", "send", VIEW_BULK, 19))
    template = "contracts/tab_signatures.html"
    register_contract_tab(ContractTab("signatures", _("Signatures"), 62, VIEW, template, envelopes_tab, _count))
