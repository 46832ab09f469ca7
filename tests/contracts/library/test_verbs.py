"""What each verb of the library leaves behind, what it refuses, and what no change of the library touches."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from clm.access.permissions import visible
from clm.access.scope import organization_scope
from clm.audit.models import Transition
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid, NotVisible
from contracts.library_categories import CUAD, ClauseCategory
from contracts.models import Clause, LibraryClause, LibraryClauseVersion
from contracts.operations.library.add_library_clause import add_library_clause
from contracts.operations.library.adopt_library_clause import adopt_library_clause
from contracts.operations.library.approve_library_clause import approve_library_clause
from contracts.operations.library.change_library_clause import change_library_clause
from contracts.operations.library.retire_library_clause import retire_library_clause
from contracts.operations.name_party import name_party
from contracts.operations.record_execution import record_execution
from contracts.operations.set_terms import set_terms
from contracts.queries.clause_library import report_on
from tests.cast import Cast
from tests.contracts.library.shelf import (
    LADDER,
    NEXT,
    approved,
    approver_beside,
    availability,
    freed,
    read_now,
    renewed,
    shelved,
)
from tests.contracts.papers import TERMS, draft_contract, newest
from tests.proof import last_entry, last_event, left_behind


def test_the_categories_are_those_of_cuad_and_ours() -> None:
    assert len(CUAD) == 41
    assert {"service_level", "service_credits", "data_protection"} <= set(ClauseCategory.values) - CUAD


def test_adding_a_clause(alice: Actor) -> None:
    before = left_behind()

    clause = shelved(alice, risk="high", guidance="Ask operations")

    assert left_behind() == (before[0] + 1, before[1] + 1, before[2])
    assert last_event() == ("library_clause.added", {"library_clause_id": str(clause.pk)})
    assert (clause.state, clause.owner_id, clause.risk) == ("draft", alice.user_id, "high")
    version = clause.versions.get()
    assert (version.number, version.state, version.positions) == (1, "draft", LADDER)
    assert [name for name, _position in version.keyed] == ["preferred", "fallback-1", "unacceptable-1"]
    entry = last_entry()
    assert entry.verb == "contracts.add_library_clause"
    assert entry.after["positions"] == LADDER


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"title": ""}, "title_wrong"),
        ({"category": "weather"}, "category_unknown"),
        ({"risk": "none"}, "risk_unknown"),
        ({"mandatory_for": ["weather"]}, "type_unknown"),
        ({"owner_id": uuid4()}, "owner_unknown"),
        ({"positions": []}, "ladder_wrong"),
        ({"positions": LADDER[1:]}, "ladder_wrong"),
        ({"positions": [*LADDER, LADDER[0]]}, "ladder_wrong"),
        ({"positions": [{"kind": "preferred", "text": " "}]}, "ladder_wrong"),
        ({"positions": [LADDER[0], {"kind": "unacceptable", "text": "No", "why": ""}]}, "ladder_wrong"),
        ({"positions": [LADDER[0], {"kind": "maybe", "text": "No"}]}, "ladder_wrong"),
    ],
)
def test_what_is_no_clause_is_refused(alice: Actor, facts: dict[str, Any], code: str) -> None:
    before = left_behind()

    with pytest.raises(Invalid) as refused:
        shelved(alice, **facts)

    assert refused.value.code == code
    assert refused.value.fields
    assert left_behind() == before


def test_a_title_is_there_once(alice: Actor) -> None:
    shelved(alice)

    with pytest.raises(DomainError) as refused:
        shelved(alice, title="AVAILABILITY")

    assert refused.value.code == "title_taken"


def test_approving_fixes_the_version(alice: Actor) -> None:
    clause = shelved(alice)
    before = left_behind()

    approve_library_clause(actor=approver_beside(alice), clause_id=clause.pk, seen=read_now(clause.pk))

    version = clause.versions.get()
    assert left_behind() == (before[0] + 1, before[1] + 1, before[2] + 2)
    assert (version.state, LibraryClause.objects.get().state) == ("approved", "approved")
    moves = Transition.objects.order_by("-id").values_list("subject_type", "from_state", "to_state")[:2]
    assert set(moves) == {
        ("contracts.libraryclause", "draft", "approved"), ("contracts.libraryclauseversion", "draft", "approved"),
    }  # fmt: skip
    payload = {"library_clause_id": str(clause.pk), "library_version_id": str(version.pk), "number": 1, "is_new": True}
    assert last_event() == ("library_clause.approved", payload)
    for change in ({"positions": []}, {"state": "draft"}, {"note": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            LibraryClauseVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        LibraryClauseVersion.objects.filter(pk=version.pk).delete()


def test_a_version_is_approved_once_and_not_unread(alice: Actor) -> None:
    version = approved(alice)

    with pytest.raises(DomainError) as twice:
        approve_library_clause(actor=approver_beside(alice), clause_id=version.clause_id)
    read = read_now(version.clause_id)
    for positions in (NEXT, NEXT[:1]):
        change_library_clause(actor=alice, clause_id=version.clause_id, positions=positions)
        with pytest.raises(DomainError) as unread:
            approve_library_clause(actor=approver_beside(alice), clause_id=version.clause_id, seen=read)
        assert unread.value.code == "changed_meanwhile"
        read = read_now(version.clause_id)
    approve_library_clause(actor=approver_beside(alice), clause_id=version.clause_id, seen=read)

    assert twice.value.code == "nothing_to_approve"


def test_other_positions_are_the_next_version_until_that_is_approved(alice: Actor) -> None:
    version = approved(alice)

    change_library_clause(
        actor=alice, clause_id=version.clause_id, positions=NEXT, note="Quarterly", seen=read_now(version.clause_id)
    )
    entry = last_entry()
    assert (entry.event, entry.reason, entry.after["version"]) == ("library_clause.changed", "Quarterly", 2)
    assert (entry.before["positions"], entry.after["positions"]) == (LADDER, NEXT)
    change_library_clause(
        actor=alice, clause_id=version.clause_id, positions=NEXT[:1], seen=read_now(version.clause_id)
    )

    states = list(LibraryClauseVersion.objects.values_list("number", "state"))
    assert states == [(1, "approved"), (2, "draft")]
    assert LibraryClauseVersion.objects.get(number=2).positions == NEXT[:1]
    assert LibraryClauseVersion.objects.get(number=1).positions == LADDER


def test_facts_change_without_a_version_and_nothing_at_all_leaves_nothing(alice: Actor) -> None:
    version = approved(alice)

    change_library_clause(actor=alice, clause_id=version.clause_id, risk="low", positions=LADDER)
    entry, before = last_entry(), left_behind()
    change_library_clause(actor=alice, clause_id=version.clause_id, risk="low", positions=LADDER)

    assert (entry.before, entry.after) == ({"risk": "medium"}, {"risk": "low"})
    assert LibraryClauseVersion.objects.count() == 1
    assert left_behind() == before


def test_what_somebody_changed_meanwhile_is_not_overwritten(alice: Actor) -> None:
    """Not the next version, nor the draft that it is, which keeps its number."""
    version = approved(alice)
    change_library_clause(actor=alice, clause_id=version.clause_id, positions=NEXT[:1])
    read = read_now(version.clause_id)
    change_library_clause(actor=alice, clause_id=version.clause_id, positions=NEXT, seen=read)

    with pytest.raises(DomainError) as refused:
        change_library_clause(actor=alice, clause_id=version.clause_id, positions=LADDER, seen=read)

    assert refused.value.code == "changed_meanwhile"
    assert LibraryClauseVersion.objects.get(number=2).positions == NEXT


def test_a_retired_clause_stays_and_is_not_used(alice: Actor) -> None:
    version = approved(alice)
    contract = draft_contract(alice, category="hosting")
    with pytest.raises(Invalid, match="Say why"):
        retire_library_clause(actor=alice, clause_id=version.clause_id, reason=" ")
    before = left_behind()
    with pytest.raises(
        DomainError, match="It is mandatory in Hosting or outsourcing: take that off first"
    ) as mandatory:
        retire_library_clause(actor=alice, clause_id=version.clause_id, reason="Superseded")
    assert (mandatory.value.code, left_behind()) == ("clause_mandatory", before)

    freed(alice, version.clause_id)
    retire_library_clause(actor=alice, clause_id=version.clause_id, reason="Superseded")

    assert last_event() == ("library_clause.retired", {"library_clause_id": str(version.clause_id)})
    assert last_entry().reason == "Superseded"
    report = report_on(newest(contract))
    assert (report.rows, report.missing_mandatory) == ((), ())
    for act in (
        lambda: change_library_clause(actor=alice, clause_id=version.clause_id, risk="low"),
        lambda: approve_library_clause(actor=approver_beside(alice), clause_id=version.clause_id),
        lambda: adopt(alice, availability(contract), version),
    ):
        with pytest.raises(DomainError) as refused:
            act()
        assert refused.value.code == "clause_retired"


def adopt(actor: Actor, clause: Clause, version: LibraryClauseVersion | None, position: str = "preferred") -> Clause:
    wanted = version.pk if version else None
    return adopt_library_clause(actor=actor, clause_id=clause.pk, library_version_id=wanted, position=position)


def test_adopting_ties_a_clause_and_leaves_its_words(alice: Actor) -> None:
    version, clause = approved(alice), availability(draft_contract(alice))
    before = left_behind()

    adopted = adopt(alice, clause, version)

    assert left_behind() == (before[0] + 1, before[1] + 1, before[2])
    assert (adopted.library_version_id, adopted.library_position) == (version.pk, "preferred")
    assert Clause.objects.get(pk=clause.pk).text == clause.text
    type_, payload = last_event()
    assert type_ == "clause.adopted"
    assert payload == {
        "clause_id": str(clause.pk), "version_id": str(clause.version_id),
        "contract_id": str(clause.version.contract_id), "library_version": str(version.pk), "position": "preferred",
    }  # fmt: skip
    assert last_entry().contract_id == clause.version.contract_id

    released = adopt(alice, clause, None)
    assert (released.library_version_id, released.library_position) == (None, "")
    assert last_event()[0] == "clause.released"


def test_what_is_not_approved_or_not_there_is_not_adopted(alice: Actor) -> None:
    version, clause = approved(alice), availability(draft_contract(alice))
    draft = shelved(alice, title="Support").versions.get()

    with pytest.raises(DomainError) as waiting:
        adopt(alice, clause, draft)
    with pytest.raises(Invalid) as unknown:
        adopt(alice, clause, version, "fallback-9")

    assert (waiting.value.code, unknown.value.code) == ("position_not_approved", "position_unknown")


def executed(actor: Actor, version: LibraryClauseVersion) -> Clause:
    """The tied clause of a contract that was signed."""
    contract = draft_contract(actor, category="hosting")
    adopt(actor, availability(contract), version)
    set_terms(actor=actor, version_id=newest(contract).pk, terms=TERMS)
    for name, role in (("Acme Ltd", "ours"), ("Cirrus Hosting GmbH", "counterparty")):
        name_party(actor=actor, contract_id=contract.pk, name=name, role=role)
    record_execution(actor=actor, contract_id=contract.pk, executed_on=date(2025, 12, 20))
    return availability(contract)


def test_a_change_of_the_library_does_not_touch_a_signed_contract(alice: Actor) -> None:
    with clock.set_to(datetime(2026, 6, 1, 12, tzinfo=UTC)):
        version = approved(alice)
        clause = executed(alice, version)
        before, hash_before = report_on(clause.version), clause.version.content_hash
        shelved_too = approved(alice, title="Notices", positions=[{"kind": "preferred", "text": "By post."}])
        newer = renewed(alice, version)
        freed(alice, version.clause_id)
        retire_library_clause(actor=alice, clause_id=version.clause_id, reason="Superseded")

        after = report_on(newest(clause.version.contract))

    assert shelved_too.state == "approved"
    assert newer.number == 2
    assert not after.is_open
    assert (after.missing, after.missing_mandatory, after.others, after.offers) == ((), (), (), 0)
    (row,) = after.rows
    assert (row.library_version, row.position, row.standing) == (version, "preferred", "present")
    assert row.departure == before.rows[0].departure
    assert newest(clause.version.contract).content_hash == hash_before
    with pytest.raises(DomainError) as refused:
        adopt(alice, clause, None)
    assert refused.value.code == "version_final"
    with pytest.raises(IntegrityError), transaction.atomic():
        Clause.objects.filter(pk=clause.pk).update(library_position="fallback-1")


def test_an_open_draft_is_offered_what_is_newer(alice: Actor) -> None:
    version, contract = approved(alice), draft_contract(alice)
    adopt(alice, availability(contract), version, "fallback-1")

    newer = renewed(alice, version, [NEXT[0], {**LADDER[1], "text": LADDER[1]["text"] + " Or more."}])
    (row,) = report_on(newest(contract)).rows

    assert row.offer is not None
    assert (row.offer.library_version, row.offer.position) == (newer, "fallback-1")
    added = [text.strip() for kind, text in row.offer.changes[0]["spans"] if kind == "added"]
    assert added == ["Or more."]
    adopt(alice, availability(contract), newer, "fallback-1")
    assert report_on(newest(contract)).offers == 0


def test_a_draft_says_what_departs_and_what_is_missing(alice: Actor) -> None:
    ninety_nine = [{**LADDER[0], "text": LADDER[0]["text"].replace("99.9 %", "99.95 %")}, *LADDER[1:]]
    approved(alice, positions=ninety_nine)
    law = approved(alice, title="Governing law", category="governing_law", mandatory_for=["hosting"],
                   positions=[{"kind": "preferred", "text": "The laws of France govern."}])  # fmt: skip
    optional = approved(alice, title="Notices", mandatory_for=["nda"], category="general",
                        positions=[{"kind": "preferred", "text": "By courier."}])  # fmt: skip

    report = report_on(newest(draft_contract(alice, category="hosting")))

    (row,) = report.rows
    assert (row.clause.number, row.position, row.standing) == ("2.1", "preferred", "decisive")
    assert row.turns == ["“99.9” in place of “99.95”"]
    assert (row.departure.changed, row.departure.words) == (2, 32)
    assert report.missing_mandatory == (row.library_version.clause, law.clause)
    assert report.missing == (optional.clause,)
    assert "2.2" in [clause.number for clause in report.others]


def test_readers_read_and_only_legal_keeps_the_library(acme: Cast) -> None:
    version = approved(acme["legal"])

    for role in ("executive", "auditor", "procurement"):
        assert list(visible(acme[role], LibraryClauseVersion.objects.all())) == [version]
        with pytest.raises(Forbidden):
            change_library_clause(actor=acme[role], clause_id=version.clause_id, risk="low")
    assert not visible(acme["counterparty"], LibraryClause.objects.all()).exists()
    with pytest.raises(NotVisible):
        approve_library_clause(actor=acme["counterparty"], clause_id=version.clause_id)
    with pytest.raises(Forbidden):
        adopt(acme["finance"], availability(draft_contract(acme["legal"])), version)


def test_another_organization_has_another_library(alice: Actor, charlie: Actor, globex: Cast) -> None:
    version = approved(alice)
    clause = availability(draft_contract(alice))

    with organization_scope(globex.organization.pk):
        acts = (
            lambda: change_library_clause(actor=charlie, clause_id=version.clause_id, risk="low"),
            lambda: approve_library_clause(actor=charlie, clause_id=version.clause_id),
            lambda: retire_library_clause(actor=charlie, clause_id=version.clause_id, reason="x"),
            lambda: adopt(charlie, clause, version),
        )
        for act in acts:
            with pytest.raises(NotVisible):
                act()
        theirs = shelved(charlie)
        assert theirs.title == "Availability"
        own = availability(draft_contract(charlie))
        with pytest.raises(Invalid, match="no such position"):
            adopt(charlie, own, version)


def test_a_clause_without_an_owner_named_belongs_to_who_adds_it(alice: Actor) -> None:
    clause = add_library_clause(
        actor=alice, title="Support", category="support", positions=[{"kind": "preferred", "text": "By day."}]
    )

    assert isinstance(clause.owner_id, UUID)
    assert clause.owner_id == alice.user_id
