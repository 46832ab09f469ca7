"""What the first house holds for risky: its own weights, an order that disagrees with its master, and a view that tells
of what gets risky."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction

from clm.accounts.models import Organization
from clm.lib.actor import Actor
from clm.pages.models import SavedView
from clm.pages.operations.save_view import save_view
from clm.pages.operations.set_view_alert import set_view_alert
from clm.portfolio.registry import Cast, Stage, register_stage
from contracts.models import Contract, RiskScale
from contracts.models.contract import Category
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.name_party import name_party
from contracts.operations.relations.relate_contracts import relate_contracts
from contracts.operations.risk.activate_risk_scale import activate_risk_scale
from contracts.operations.risk.create_risk_scale import create_risk_scale
from contracts.operations.set_terms import set_terms
from contracts.papers import Paper, put_paper, read_paper

HOUSE = "northwind"
MASTER, ORDER = "Data centre services, master agreement", "Rack space in Hamburg"
OTHER_SIDE = "Elbe Rechenzentrum GmbH"
VIEW = "High risk"
MASTER_TEXT = """Master Agreement

1. Services

The Provider runs data centre services for the Customer as each order says.

2. Payment

The Customer pays each invoice within 30 days of its receipt.

3. Liability

In no event shall the aggregate liability of either party exceed EUR 250,000.

4. Governing law

This Agreement is governed by the laws of Germany.
"""
ORDER_TEXT = """Order

1. Rack space

The Provider lets eight racks in Hamburg to the Customer. The Customer buys rack space from no other supplier: the
Provider is the exclusive supplier of rack space in Hamburg.

2. Payment

The Customer pays each invoice within 14 days of the invoice date.

3. Governing law

This order is governed by the laws of Austria.
"""
TEXTS = (MASTER_TEXT, ORDER_TEXT)
MASTER_TERMS = {"starts_on": date(2026, 1, 1), "initial_months": 24, "renewal": "none"}
ORDER_TERMS = {
    "starts_on": date(2026, 7, 1), "initial_months": 36, "renewal": "automatic", "renewal_months": 12,
    "notice_length": 90, "notice_unit": "days",
}  # fmt: skip


def load(cast: Cast, slug: str, report: Callable[[int, int], None]) -> None:
    """In the first house alone. What is there already is left alone."""
    if slug == HOUSE:
        if not RiskScale.objects.exists():
            _weights(cast["administrator"])
        if not Contract.objects.filter(title=ORDER).exists():
            papers = [put_paper(cast["legal"], read_paper(text.encode(), "agreement.txt")) for text in TEXTS]
            _family(cast["legal"], *papers)
        if not SavedView.objects.filter(name=VIEW).exists():
            view = save_view(actor=cast["legal"], page="contracts", name=VIEW, query="risk=high")
            set_view_alert(actor=cast["legal"], view_id=view.pk, alert="daily", by_mail=False)
    report(1, 1)


def _weights(administrator: Actor) -> None:
    note = "Liability weighs more than value since the outage"
    scale = create_risk_scale(actor=administrator, liability=30, value=10, home=["DE"], note=note)
    activate_risk_scale(actor=administrator, scale_id=scale.pk, replaces=None)


@transaction.atomic
def _family(legal: Actor, master_paper: Paper, order_paper: Paper) -> None:
    """An order under a master of the same party: by another law, within other days, and for longer."""
    master = _drafted(legal, MASTER, master_paper, MASTER_TERMS, category=Category.MASTER)
    facts: dict[str, Any] = {"category": Category.ORDER, "value_amount": 620_000, "currency": "EUR"}
    order = _drafted(legal, ORDER, order_paper, ORDER_TERMS, **facts)
    relate_contracts(actor=legal, contract_id=order.pk, other_id=master.pk, kind="order")


def _drafted(legal: Actor, title: str, paper: Paper, terms: dict[str, Any], **facts: Any) -> Contract:
    contract = create_contract(actor=legal, title=title, time_zone="Europe/Berlin", **facts)
    version = add_version(actor=legal, contract_id=contract.pk, paper=paper)
    set_terms(actor=legal, version_id=version.pk, terms=terms)
    ours = Organization.objects.get(pk=legal.organization_id).name
    for name, role in ((ours, "ours"), (OTHER_SIDE, "counterparty")):
        name_party(actor=legal, contract_id=contract.pk, name=name, role=role)
    return contract


def register() -> None:
    register_stage(Stage(key="risk", title="Risk and disagreements", order=21, load=load))
