"""Two people at the library at once, on a real database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from clm.access.scope import organization_scope
from clm.lib.errors import DomainError
from contracts.models import LibraryClause, LibraryClauseVersion
from contracts.operations.library.approve_library_clause import approve_library_clause
from contracts.operations.library.change_library_clause import change_library_clause
from tests.cast import Cast, make_cast
from tests.contracts.library.shelf import NEXT, approved, shelved


@pytest.fixture
def acme_kept(transactional_db: None) -> Cast:
    return make_cast("acme")


def at_once(cast: Cast, act: Callable[[], Any]) -> list[str]:
    """What each of two callers got: "done", or the code of the refusal."""
    together = Barrier(2)

    def call(_index: int) -> str:
        try:
            with organization_scope(cast.organization.pk):
                together.wait(timeout=10)
                act()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(max_workers=2) as pool:
        return sorted(pool.map(call, range(2)))


def test_a_title_is_added_once(acme_kept: Cast) -> None:
    assert at_once(acme_kept, lambda: shelved(acme_kept["legal"])) == ["done", "title_taken"]

    with organization_scope(acme_kept.organization.pk):
        assert LibraryClause.objects.count() == 1


def test_a_version_is_approved_once(acme_kept: Cast) -> None:
    legal = acme_kept["legal"]
    with organization_scope(acme_kept.organization.pk):
        clause = shelved(legal)

    outcome = at_once(acme_kept, lambda: approve_library_clause(actor=legal, clause_id=clause.pk))

    assert outcome == ["done", "nothing_to_approve"]


def test_of_two_changes_one_is_told_of_the_other(acme_kept: Cast) -> None:
    legal = acme_kept["legal"]
    with organization_scope(acme_kept.organization.pk):
        version = approved(legal)

    outcome = at_once(
        acme_kept,
        lambda: change_library_clause(actor=legal, clause_id=version.clause_id, positions=NEXT, seen=1),
    )

    assert outcome == ["changed_meanwhile", "done"]
    with organization_scope(acme_kept.organization.pk):
        assert list(LibraryClauseVersion.objects.values_list("number", flat=True)) == [1, 2]
