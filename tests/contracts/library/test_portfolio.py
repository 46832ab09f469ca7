"""The first portfolio's library: shelved once, with attribution, adopted by drafts and renewed since."""

from __future__ import annotations

import json

import pytest

from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry
from contracts import portfolio
from contracts.models import Clause, LibraryClause, LibraryClauseVersion
from contracts.portfolio import library as portfolio_library
from contracts.queries.clause_library import report_on
from tests.cast import Cast, make_cast

ENTRIES = json.loads(portfolio_library.DATA.read_text())


@pytest.fixture
def northwind(db: None) -> Cast:
    return make_cast("northwind")


def test_each_clause_names_whose_words_it_is() -> None:
    assert 12 <= len(ENTRIES) <= 20
    for entry in ENTRIES:
        assert "CC BY 4.0" in entry["attribution"], entry["title"]


def test_the_library_is_loaded_once_and_adopted(northwind: Cast) -> None:
    with organization_scope(northwind.organization.pk):
        portfolio.load(northwind.by_role, "northwind", lambda _done, _total: None)
        reports: list[tuple[int, int]] = []
        portfolio_library.load(northwind.by_role, "northwind", lambda *step: reports.append(step))
        entries = LedgerEntry.objects.count()
        portfolio_library.load(northwind.by_role, "northwind", lambda _done, _total: None)

        assert reports[-1] == (len(ENTRIES), len(ENTRIES))
        assert LedgerEntry.objects.count() == entries
        assert LibraryClause.objects.filter(state="approved").count() == len(ENTRIES)
        assert sorted(LibraryClauseVersion.objects.filter(number=2).values_list("state", flat=True)) == [
            "approved", "draft",
        ]  # fmt: skip
        tied = Clause.objects.filter(library_version__isnull=False).select_related("version__contract")
        assert {clause.version.contract.title for clause in tied} == {
            "Implementation services", "Rollout services, new plant",
        }  # fmt: skip
        assert {clause.version.state for clause in tied} == {"draft"}
        assert sum(report_on(version).offers for version in {clause.version for clause in tied}) == 1
