"""Two people at the library at once, on a real database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry, Transition
from clm.lib.errors import DomainError
from contracts.models import Draft, LibraryClause, LibraryClauseVersion, Omission
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.library.approve_library_clause import approve_library_clause
from contracts.operations.library.change_library_clause import change_library_clause
from contracts.operations.omissions.approve_omission import approve_omission
from contracts.operations.omissions.refuse_omission import refuse_omission
from tests.cast import Cast, add_person, make_cast
from tests.contracts.library.shelf import NEXT, approved, read_now, shelved
from tests.contracts.library.test_omissions import asked, lacking_draft


@pytest.fixture
def acme_kept(transactional_db: None) -> Cast:
    return make_cast("acme")


def at_once(cast: Cast, *acts: Callable[[], Any]) -> list[str]:
    """What each of two callers got: "done", or the code of the refusal. One act is done by both."""
    together = Barrier(2)

    def call(index: int) -> str:
        try:
            with organization_scope(cast.organization.pk):
                together.wait(timeout=10)
                acts[index % len(acts)]()
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

    outcome = at_once(acme_kept, lambda: approve_library_clause(actor=acme_kept["approver"], clause_id=clause.pk))

    assert outcome == ["done", "nothing_to_approve"]


def test_other_types_are_approved_once_whoever_approves(acme_kept: Cast) -> None:
    legal = acme_kept["legal"]
    with organization_scope(acme_kept.organization.pk):
        others = (acme_kept["approver"], add_person(acme_kept, "second", ["legal"]))
        clause = approved(legal).clause
        change_library_clause(actor=legal, clause_id=clause.pk, mandatory_for=["nda"])

    outcome = at_once(
        acme_kept, *(partial(approve_library_clause, actor=other, clause_id=clause.pk) for other in others)
    )

    assert outcome == ["done", "nothing_to_approve"]
    with organization_scope(acme_kept.organization.pk):
        clause.refresh_from_db()
        entries = LedgerEntry.objects.filter(event="library_clause.approved", after__mandatory_for=["nda"])
        assert (clause.mandatory_for, clause.proposed_for, entries.count()) == (["nda"], None, 1)


def test_of_two_changes_one_is_told_of_the_other(acme_kept: Cast) -> None:
    legal = acme_kept["legal"]
    with organization_scope(acme_kept.organization.pk):
        version = approved(legal)
        read = read_now(version.clause_id)

    outcome = at_once(
        acme_kept,
        lambda: change_library_clause(actor=legal, clause_id=version.clause_id, positions=NEXT, seen=read),
    )

    assert outcome == ["changed_meanwhile", "done"]
    with organization_scope(acme_kept.organization.pk):
        assert list(LibraryClauseVersion.objects.values_list("number", flat=True)) == [1, 2]


@pytest.fixture
def lacks(acme_kept: Cast) -> Draft:
    """A draft of procurement without its mandatory clause."""
    with organization_scope(acme_kept.organization.pk):
        add_person(acme_kept, "drafter", ["legal", "procurement"])
        return lacking_draft(acme_kept["drafter"])


@pytest.fixture
def omission(acme_kept: Cast, lacks: Draft) -> Omission:
    with organization_scope(acme_kept.organization.pk):
        return asked(acme_kept["drafter"], lacks.contract)


def entries(cast: Cast, *verbs: str) -> list[str]:
    with organization_scope(cast.organization.pk):
        rows = LedgerEntry.objects.filter(verb__in=[f"contracts.{verb}" for verb in verbs])
        return sorted(rows.values_list("event", flat=True))


def test_the_same_clause_is_asked_for_once(acme_kept: Cast, lacks: Draft) -> None:
    people = [acme_kept["drafter"], acme_kept["procurement"]]

    outcome = at_once(acme_kept, *[lambda actor=actor: asked(actor, lacks.contract) for actor in people])

    assert outcome == ["done", "omission_known"]
    assert entries(acme_kept, "ask_omission") == ["omission.asked"]
    with organization_scope(acme_kept.organization.pk):
        assert Omission.objects.count() == 1


def test_two_approve_and_one_did(acme_kept: Cast, omission: Omission) -> None:
    people = [acme_kept["legal"], acme_kept["approver"]]
    calls = [lambda actor=actor: approve_omission(actor=actor, omission_id=omission.pk) for actor in people]

    assert at_once(acme_kept, *calls) == ["done", "illegal_move"]
    assert entries(acme_kept, "approve_omission") == ["omission.approved"]


def test_of_approving_and_refusing_one_counts(acme_kept: Cast, omission: Omission) -> None:
    outcome = at_once(
        acme_kept,
        lambda: approve_omission(actor=acme_kept["legal"], omission_id=omission.pk),
        lambda: refuse_omission(actor=acme_kept["approver"], omission_id=omission.pk, reason="They host it"),
    )

    assert outcome == ["done", "illegal_move"]
    with organization_scope(acme_kept.organization.pk):
        omission.refresh_from_db()
        moves = Transition.objects.filter(subject_id=omission.pk).values_list("from_state", "to_state")
        assert list(moves) == [("asked", omission.state)]
    assert entries(acme_kept, "approve_omission", "refuse_omission") == [f"omission.{omission.state}"]
    decider = {"approved": "legal", "refused": "approver"}[omission.state]
    assert omission.decided_by_id == acme_kept.users[decider].pk


def test_handed_over_while_it_is_approved(acme_kept: Cast, lacks: Draft, omission: Omission) -> None:
    """After the approval or not at all: a draft that goes out has it behind it."""
    outcome = at_once(
        acme_kept,
        lambda: approve_omission(actor=acme_kept["legal"], omission_id=omission.pk),
        lambda: hand_over(actor=acme_kept["drafter"], draft_id=lacks.pk),
    )

    assert outcome in (["done", "done"], ["done", "mandatory_missing"])
    assert entries(acme_kept, "approve_omission") == ["omission.approved"]
    with organization_scope(acme_kept.organization.pk):
        lacks.refresh_from_db()
        assert lacks.state == ("handed_over" if outcome == ["done", "done"] else "open")
