"""The first portfolio's library: shelved once, with attribution, adopted by drafts and renewed since."""

from __future__ import annotations

import json

from clm.notify.models import Notification
from contracts.models import Clause, LibraryClause, LibraryClauseVersion
from contracts.portfolio import library as portfolio_library
from contracts.queries.clause_library import report_on
from tests.cast import Cast

ENTRIES = json.loads(portfolio_library.DATA.read_text())


def test_each_clause_names_whose_words_it_is() -> None:
    assert 12 <= len(ENTRIES) <= 20
    for entry in ENTRIES:
        assert "CC BY 4.0" in entry["attribution"], entry["title"]


def check_library(_cast: Cast, reported: tuple[int, int]) -> None:
    """What their stage leaves behind: tests.billing.test_portfolio loads once for all who check."""
    assert reported == (len(ENTRIES), len(ENTRIES))
    assert LibraryClause.objects.filter(state="approved").count() == len(ENTRIES)
    assert sorted(LibraryClauseVersion.objects.filter(number=2).values_list("state", flat=True)) == [
        "approved", "draft",
    ]  # fmt: skip
    tied = Clause.objects.filter(library_version__isnull=False).select_related("version__contract")
    assert {clause.version.contract.title for clause in tied} == {
        "Implementation services", "Rollout services, new plant",
    }  # fmt: skip
    assert {clause.version.state for clause in tied} == {"draft"}
    waits = Notification.objects.filter(kind="library.waits", read_at=None).values_list("title", flat=True)
    assert set(waits) == {"Library clause waits for approval: Payment Dispute"}
    assert sum(report_on(version).offers for version in {clause.version for clause in tied}) == 1
