"""The first portfolio's service levels: breaches stand in every state that a person should see."""

from __future__ import annotations

from collections import Counter

import pytest

from clm.access.scope import organization_scope
from contracts import portfolio as papers
from slas import portfolio
from slas.models import Breach, Exclusion
from tests.cast import Cast, make_cast


@pytest.fixture
def northwind(db: None) -> Cast:
    return make_cast("northwind")


def test_breaches_and_exclusions_stand_in_every_state(northwind: Cast) -> None:
    def load_all() -> None:
        for load in (papers.load, portfolio.load_levels, portfolio.load_judgements):
            load(northwind.by_role, northwind.organization.slug, lambda done, total: None)

    with organization_scope(northwind.organization.pk):
        load_all()
        breaches = Counter(Breach.objects.values_list("state", flat=True))
        exclusions = Counter(Exclusion.objects.values_list("state", flat=True))
        load_all()

        assert set(breaches) == {"open", "acknowledged", "resolved", "withdrawn"}
        assert breaches["withdrawn"] >= 1
        assert set(exclusions) == {"proposed", "disputed", "withdrawn", "accepted"}
        assert Counter(Breach.objects.values_list("state", flat=True)) == breaches
