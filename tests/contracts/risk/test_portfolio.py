"""The first portfolio's risk: loaded once, with an order that disagrees with its master and outlives it."""

from __future__ import annotations

from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry
from clm.events.dispatcher import drain
from clm.pages.models import SavedView
from contracts.models import Conflict, Contract, RiskScale
from contracts.portfolio import risk as portfolio
from tests.cast import make_cast


def test_it_is_loaded_once(db: None) -> None:
    cast = make_cast("northwind")
    with organization_scope(cast.organization.pk):
        portfolio.load(cast.by_role, "northwind", lambda *_step: None)
        entries = LedgerEntry.objects.count()
        portfolio.load(cast.by_role, "northwind", lambda *_step: None)
        assert LedgerEntry.objects.count() == entries
        drain()
        assert RiskScale.objects.get().state == "active"
        assert set(Conflict.objects.values_list("topic", flat=True)) == {"law", "payment", "term"}
        assert Contract.objects.get(title=portfolio.ORDER).risk_band == "high"
        assert SavedView.objects.get().alert == "daily"
