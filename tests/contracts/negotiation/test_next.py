"""What a person is told to do next in a negotiation: on the contract, among the changes and at home."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clm.lib.actor import Actor
from contracts.models import Clause, Contract, Version
from contracts.operations.comments.start_thread import start_thread
from contracts.operations.drafting.abandon_draft import abandon_draft
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.negotiation.decide_rest import decide_rest
from contracts.pages.next_step import next_step
from contracts.panels.redlines import redlines
from tests.cast import Cast
from tests.contracts.drafting.written import clause_of, handed_over, let_in, write
from tests.contracts.negotiation.answers import (
    CREDIT,
    MORE,
    credits_in,
    more_credit,
    our_draft,
    quick_answer,
    received,
    three_changes,
)
from tests.contracts.negotiation.test_pages import mixed, queries_for, shown
from tests.contracts.word.edits import silently


def step(actor: Actor, version: Version) -> tuple[str, str] | None:
    found = next_step(actor, Contract.objects.get(pk=version.contract_id))
    return (found.label, found.url) if found else None


def test_what_came_back_is_decided_on_before_the_draft_is_written(acme: Cast, alice: Actor) -> None:
    version = received(alice, three_changes)
    changes, draft = (reverse(name, args=[version.contract_id]) for name in ("changes", "draft"))

    assert step(alice, version) == ("Decide on 3 changes", changes)
    assert step(acme["executive"], version) is None
    decide_rest(actor=alice, version_id=version.pk, accept=False)
    assert step(alice, version) == ("Write the draft", draft)


def test_decisions_that_went_with_a_draft_are_to_make_again(alice: Actor) -> None:
    version = received(alice)
    decide_rest(actor=alice, version_id=version.pk, accept=True)
    abandon_draft(actor=alice, draft_id=our_draft(version.contract).pk)

    found = step(alice, version)

    assert found is not None
    assert found[0] == "Decide on 1 change"


def test_in_their_turn_their_answer_is_uploaded(acme: Cast, alice: Actor) -> None:
    version = handed_over(alice).version
    assert version is not None
    them = let_in(acme, version.contract)

    assert step(alice, version) == ("Upload their answer", reverse("answer-new", args=[version.contract_id]))
    assert step(acme["executive"], version) is None
    assert step(them, version) == ("Write the draft", reverse("draft", args=[version.contract_id]))


def test_with_all_decided_the_draft_is_handed_over(page: Client, alice: Actor) -> None:
    version = received(alice)
    hand_over_link = f'<a class="btn btn-primary" href="{reverse("draft", args=[version.contract_id])}#hand-over">'
    assert hand_over_link not in shown(page, "changes", version.contract_id)

    decide_rest(actor=alice, version_id=version.pk, accept=True)
    assert hand_over_link in shown(page, "changes", version.contract_id)


def test_without_a_draft_of_ours_it_is_begun(page: Client, alice: Actor) -> None:
    version = received(alice)
    decide_rest(actor=alice, version_id=version.pk, accept=False)

    text = shown(page, "changes", version.contract_id)

    assert f'<a class="btn btn-primary" href="{reverse("draft", args=[version.contract_id])}">' in text


def test_deciding_on_the_rest_names_how_many(page: Client, alice: Actor) -> None:
    version = received(alice, mixed)

    text = shown(page, "changes", version.contract_id)

    accepted = "2 open changes go into our draft. 1 of them came without tracking: read it first."
    assert f'data-confirm="{accepted}"' in text
    assert 'data-confirm="2 open changes are rejected: our words stay as they were sent."' in text


def test_tracked_changes_are_not_called_silent(page: Client, alice: Actor) -> None:
    text = shown(page, "changes", received(alice, more_credit).contract_id)

    assert 'data-confirm="1 open change goes into our draft."' in text


def test_silent_changes_are_counted(page: Client, alice: Actor) -> None:
    def both(docx: bytes) -> bytes:
        return silently(silently(docx, CREDIT, MORE), "one year", "nine years")

    text = shown(page, "changes", received(alice, both).contract_id)

    assert "2 of them came without tracking: read those first." in text


def test_home_lists_what_waits(page: Client, alice: Actor) -> None:
    version = received(alice, three_changes)
    handed_over(alice, title="With them")

    [answer] = redlines(alice)["answers"]
    assert (answer.version_id, answer.left) == (version.pk, 3)
    home = page.get(reverse("home")).content.decode()
    assert "Redlines that wait" in home
    assert "3 changes to decide" in home

    decide_rest(actor=alice, version_id=version.pk, accept=True)
    assert "decided: hand the draft over" in page.get(reverse("home")).content.decode()
    hand_over(actor=alice, draft_id=our_draft(version.contract).pk)
    assert redlines(alice)["answers"] == []


def test_home_lists_nothing_of_a_contract_that_is_not_seen(acme: Cast, alice: Actor) -> None:
    version = received(alice)
    Contract.objects.filter(pk=version.contract_id).update(is_confidential=True)

    assert redlines(acme["procurement"])["answers"] == []


def test_home_asks_as_often_for_many(alice: Actor) -> None:
    quick_answer(alice)
    with CaptureQueriesContext(connection) as few:
        redlines(alice)
    for _each in range(3):
        quick_answer(alice)
    with CaptureQueriesContext(connection) as many:
        assert len(redlines(alice)["answers"]) == 4
    assert len(few) == len(many)


def answered_here(cast: Cast, alice: Actor) -> Version:
    """Their answer, written here: a higher credit."""
    contract = handed_over(alice).contract
    them = let_in(cast, contract)
    draft = begin_draft(actor=them, contract_id=contract.pk)
    clause = clause_of(draft, "Credits")
    write(them, clause, clause.text.replace(CREDIT, MORE))
    return hand_over(actor=them, draft_id=draft.pk, note="Our accountants asked.")


def test_a_change_made_here_says_who_and_when(acme: Cast, page: Client, alice: Actor) -> None:
    version = answered_here(acme, alice)

    text = shown(page, "changes", version.contract_id)

    assert "Handed over here by Counterparty" in text
    assert "Our accountants asked." in text
    assert '<p class="form-hint">Counterparty · ' in text


def test_a_change_shows_what_is_said_on_its_clause(acme: Cast, page: Client, alice: Actor) -> None:
    version = answered_here(acme, alice)
    sent = Clause.objects.get(version__contract=version.contract, version__number=2, heading="Credits")
    start_thread(actor=alice, contract_id=version.contract_id, text="Fifteen at most.", clause_id=sent.pk)
    start_thread(actor=alice, contract_id=version.contract_id, text="On the whole.")

    text = shown(page, "changes", version.contract_id)

    assert "Comments on this clause" in text
    assert "Fifteen at most." in text
    assert "On the whole." not in text


def test_what_is_said_on_our_draft_stands_beside_the_change(page: Client, alice: Actor) -> None:
    version = received(alice)
    decide_rest(actor=alice, version_id=version.pk, accept=True)
    row = credits_in(version.contract)
    start_thread(actor=alice, contract_id=version.contract_id, text="Is 25 too much?", draft_clause_id=row.pk)

    assert "Is 25 too much?" in shown(page, "changes", version.contract_id)


@pytest.mark.parametrize("said", [1, 4])
def test_the_page_asks_as_often_with_comments(page: Client, alice: Actor, said: int) -> None:
    version = quick_answer(alice)
    clause = Clause.objects.get(version=version, heading="Credits")
    for _each in range(said):
        start_thread(actor=alice, contract_id=version.contract_id, text="Look.", clause_id=clause.pk)
    with_comments = queries_for(page, version)
    start_thread(actor=alice, contract_id=version.contract_id, text="Look.", clause_id=clause.pk)

    assert queries_for(page, version) == with_comments
