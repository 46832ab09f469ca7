"""Two people at once in one draft, on a real database: nothing is lost, and one thing happens once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Event
from typing import Any

import pytest

from clm.access.scope import organization_scope
from clm.lib.actor import Actor
from contracts.engine.body import body_of
from contracts.models import ClauseEdit, Contract, Draft, DraftClause, Turn, UnsavedWords, Version
from contracts.operations.drafting.add_clause import add_clause
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.hold_clause import hold_clause
from contracts.operations.drafting.keep_words import keep_words
from contracts.operations.drafting.move_clause import move_clause
from contracts.operations.drafting.take_back_turn import take_back_turn
from contracts.queries import drafts
from tests.cast import Cast
from tests.contracts.drafting.written import HOSTS, clause_of, draft_contract, handed_over, let_in, open_draft, write
from tests.contracts.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def texts_of(clause: DraftClause) -> set[str]:
    """Every text that anybody sent for the clause."""
    return set(ClauseEdit.objects.filter(draft_clause=clause).values_list("text", flat=True))


def test_two_who_begin_write_one_draft(acme: Cast, alice: Actor) -> None:
    contract = draft_contract(alice)
    calls: list[Callable[[], Any]] = [
        lambda actor=actor: begin_draft(actor=actor, contract_id=contract.pk)  # type: ignore[misc]
        for actor in (alice, acme["procurement"])
    ]

    assert at_once(alice, calls) == ["", ""]
    assert Draft.objects.count() == 1
    assert DraftClause.objects.count() == 6
    assert Turn.objects.count() == 1


def test_edits_of_different_words_both_stand(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    clause = clause_of(draft)
    calls = [
        lambda: write(alice, clause, HOSTS.replace("The Provider", "The Supplier")),
        lambda: write(acme["procurement"], clause, HOSTS.replace("the Customer.", "the Client.")),
    ]

    assert at_once(alice, calls) == ["", ""]
    assert clause_of(draft).text == "The Supplier hosts the Service for the Client."
    assert clause_of(draft).revision == 3


def test_edits_of_the_same_words_both_exist(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    clause = clause_of(draft)
    sent = {HOSTS.replace("hosts", "operates"): alice, HOSTS.replace("hosts", "runs"): acme["procurement"]}
    calls = [lambda text=text, actor=actor: write(actor, clause, text) for text, actor in sent.items()]  # type: ignore[misc]

    assert at_once(alice, calls) == ["", "clause_changed"]
    assert texts_of(clause) == {HOSTS, *sent}
    saved = clause_of(draft)
    assert saved.revision == 2
    other = next(text for text in sent if text != saved.text)
    assert [edit.text for edit in drafts.kept_words(sent[other], draft)] == [other]
    assert drafts.kept_words(sent[saved.text], draft) == []


def test_ten_edits_at_once_lose_no_words(alice: Actor) -> None:
    draft = open_draft(alice)
    clause = clause_of(draft)
    sent = [f"{HOSTS} Sentence number {number}." for number in range(10)]
    calls = [lambda text=text: write(alice, clause, text) for text in sent]  # type: ignore[misc]

    assert at_once(alice, calls) == ["", *["clause_changed"] * 9]
    assert texts_of(clause) == {HOSTS, *sent}


def test_a_hand_over_while_another_types_keeps_the_words(acme: Cast, alice: Actor) -> None:
    draft, other = open_draft(alice), acme["procurement"]
    clause = clause_of(draft)
    text = HOSTS.replace("hosts", "runs")

    answers = at_once(alice, [lambda: hand_over(actor=alice, draft_id=draft.pk), lambda: write(other, clause, text)])

    version = Version.objects.latest("number")
    assert Version.objects.count() == 2
    if answers == ["", ""]:
        assert text in version.text
    else:
        assert answers == ["", "turn_over"]
        assert text not in version.text
        assert [edit.text for edit in drafts.kept_words(other, draft)] == [text]
    assert text in texts_of(clause)


def test_an_edit_while_the_paper_is_made_is_in_the_paper(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The paper takes seconds: somebody who writes in them is not left out."""
    from contracts.operations.drafting import hand_over as module

    draft = open_draft(alice)
    made, make = Event(), module.make_draft_paper

    def make_and_be_late(actor: Actor, draft_id: Any) -> Any:
        paper = make(actor, draft_id)
        if not made.is_set():
            made.set()
            with organization_scope(actor.organization_id):
                write(actor, clause_of(draft), "The Provider runs the Service.")
        return paper

    monkeypatch.setattr(module, "make_draft_paper", make_and_be_late)

    version = hand_over(actor=alice, draft_id=draft.pk)

    assert "The Provider runs the Service." in version.text


def test_two_hand_overs_leave_one_version(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    calls = [lambda actor=actor: hand_over(actor=actor, draft_id=draft.pk) for actor in (alice, acme["procurement"])]  # type: ignore[misc]

    assert at_once(alice, calls) == ["", "turn_over"]
    assert Version.objects.count() == 2
    assert list(Turn.objects.order_by("number").values_list("side", flat=True)) == ["ours", "theirs"]
    assert Contract.objects.get().turn == "theirs"


def test_a_turn_is_taken_back_or_the_other_side_begins(acme: Cast, alice: Actor) -> None:
    draft = handed_over(alice)
    them = let_in(acme, draft.contract)
    calls: list[Callable[[], Any]] = [
        lambda: take_back_turn(actor=alice, contract_id=draft.contract_id),
        lambda: begin_draft(actor=them, contract_id=draft.contract_id),
    ]

    answers = at_once(alice, calls)

    assert answers in (["", "not_your_turn"], ["", "other_side_began"])
    assert Draft.objects.filter(state="open").count() == 1


def test_clauses_added_and_moved_at_once_keep_one_order(alice: Actor) -> None:
    draft = open_draft(alice)
    after, last = clause_of(draft), clause_of(draft, "Term")
    calls: list[Callable[[], Any]] = [
        lambda: add_clause(actor=alice, draft_id=draft.pk, after=after.pk, heading="One"),
        lambda: add_clause(actor=alice, draft_id=draft.pk, after=after.pk, heading="Two"),
        lambda: move_clause(actor=alice, clause_id=last.pk, after=None),
    ]

    assert at_once(alice, calls) == ["", "", ""]
    places = list(DraftClause.objects.filter(draft=draft).order_by("place").values_list("place", flat=True))
    assert places == list(range(1, 9))


def test_one_of_two_holds_a_clause(acme: Cast, alice: Actor) -> None:
    clause = clause_of(open_draft(alice))
    people = (alice, acme["procurement"])
    calls = [lambda actor=actor: hold_clause(actor=actor, clause_id=clause.pk) for actor in people]  # type: ignore[misc]

    assert at_once(alice, calls) == ["", "clause_held"]


@pytest.mark.parametrize(("sessions", "rows"), [(("", ""), 1), (("a", "a"), 1), (("a", "b"), 2)])
def test_each_editor_of_one_person_keeps_one_row(alice: Actor, sessions: tuple[str, str], rows: int) -> None:
    draft = open_draft(alice)
    clause = clause_of(draft)
    calls: list[Callable[[], Any]] = [
        lambda text=text, session=session: keep_words(  # type: ignore[misc]
            actor=alice, clause_id=clause.pk, revision=1, heading="", body=body_of([text]), session=session
        )
        for text, session in zip(("One", "Two"), sessions, strict=True)
    ]

    assert at_once(alice, calls) == ["", ""]
    assert UnsavedWords.objects.count() == rows


@pytest.mark.parametrize("session", ["", "a"])
def test_a_save_that_is_sent_again_while_it_is_saved_is_one_save(acme: Cast, alice: Actor, session: str) -> None:
    """The person's own words never come back to them as what somebody else changed."""
    draft = open_draft(alice)
    clause = clause_of(draft)
    text, hers = HOSTS.replace("hosts", "operates"), HOSTS.replace("the Customer.", "the Client.")
    mine = partial(write, alice, clause, text, session=session)
    calls: list[Callable[[], Any]] = [mine, mine, lambda: write(acme["procurement"], clause, hers), mine]

    assert at_once(alice, calls) == ["", "", "", ""]
    assert clause_of(draft).text == "The Provider operates the Service for the Client."
    assert clause_of(draft).revision == 3
    assert ClauseEdit.objects.filter(draft_clause=clause, author=acme.users["alice"], revision__gt=1).count() == 1
