"""Nobody's words are lost: those a browser kept, those of a draft that was overtaken, those that came too late."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient

from clm.api.models import IdempotencyRecord
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.api.drafts import NewClause
from contracts.engine.body import body_of
from contracts.models import Change, ClauseEdit, Draft, DraftClause, UnsavedWords, Version
from contracts.operations.create_contract import create_contract
from contracts.operations.drafting.abandon_draft import abandon_draft
from contracts.operations.drafting.add_clause import add_clause
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.keep_words import keep_words
from contracts.operations.drafting.take_back_turn import take_back_turn
from contracts.operations.negotiation.accept_change import accept_change
from contracts.operations.negotiation.receive_version import receive_version
from contracts.operations.negotiation.reopen_change import reopen_change
from contracts.queries import drafts
from contracts.queries.changes import Answer
from tests.cast import Cast
from tests.contracts.drafting.written import HOSTS, clause_of, handed_over, let_in, open_draft, write
from tests.contracts.negotiation.answers import CREDIT, MORE, our_draft, quick_answer
from tests.contracts.papers import text_paper


def keep(actor: Actor, clause: DraftClause, text: str) -> None:
    keep_words(actor=actor, clause_id=clause.pk, revision=1, heading=clause.heading, body=body_of([text]))


def kept(actor: Actor, draft: Draft) -> list[tuple[str, str]]:
    return [(edit.text, edit.outcome) for edit in drafts.kept_words(actor, draft)]


def test_a_decision_about_a_change_keeps_what_was_not_saved(alice: Actor) -> None:
    version = quick_answer(alice)
    draft = begin_draft(actor=alice, contract_id=version.contract_id)
    keep(alice, clause_of(draft, "Credits"), "My thoughts on credits.")

    accept_change(actor=alice, change_id=Change.objects.get(version=version).pk)

    assert kept(alice, draft) == [("My thoughts on credits.", "unsaved_kept")]
    assert not UnsavedWords.objects.exists()


def test_a_second_window_keeps_what_the_first_did_not_save(alice: Actor) -> None:
    draft = open_draft(alice)
    keep(alice, clause_of(draft), "Long words of the first window.")

    write(alice, clause_of(draft), "The Provider runs it.")

    assert kept(alice, draft) == [("Long words of the first window.", "unsaved_kept")]


def test_words_sent_unchanged_keep_what_was_not_saved(alice: Actor) -> None:
    draft = open_draft(alice)
    keep(alice, clause_of(draft), "Long words of the first window.")

    write(alice, clause_of(draft), HOSTS)

    assert kept(alice, draft) == [("Long words of the first window.", "unsaved_kept")]


def test_who_types_on_and_saves_has_nothing_kept(alice: Actor) -> None:
    draft = open_draft(alice)
    keep(alice, clause_of(draft), "The Provider ru")

    write(alice, clause_of(draft), "The Provider runs it.")

    assert kept(alice, draft) == []
    assert not UnsavedWords.objects.exists()


def received_meanwhile(cast: Cast, them: Actor, draft: Draft) -> Draft:
    """Their draft, with saved and unsaved words, when their e-mailed answer came in."""
    theirs = begin_draft(actor=them, contract_id=draft.contract_id)
    write(them, clause_of(theirs), HOSTS.replace("hosts", "runs"))
    keep(them, clause_of(theirs, "Term"), "Their unsaved words.")
    sent = Version.objects.get(pk=draft.version_id)
    answer = Answer(text_paper(sent.text.replace(CREDIT, MORE), "a.txt"), None)
    received = receive_version(actor=cast["legal"], contract_id=draft.contract_id, answer=answer)
    accept_change(actor=cast["legal"], change_id=Change.objects.get(version=received).pk)
    return theirs


def test_their_draft_is_closed_when_their_answer_is_received(acme: Cast) -> None:
    draft = handed_over(acme["legal"])
    them = let_in(acme, draft.contract)
    theirs = received_meanwhile(acme, them, draft)
    theirs.refresh_from_db()
    made = hand_over(actor=acme["legal"], draft_id=our_draft(draft.contract).pk)

    again = begin_draft(actor=them, contract_id=draft.contract_id)

    assert (theirs.state, again.pk == theirs.pk, again.base_id) == ("abandoned", False, made.pk)
    assert MORE in clause_of(again, "Credits").text
    assert sorted(kept(them, again)) == [
        (HOSTS.replace("hosts", "runs"), "turn_over"), ("Their unsaved words.", "unsaved_kept"),
    ]  # fmt: skip
    assert kept(acme["legal"], Draft.objects.get(version=made)) == []


def test_a_draft_of_theirs_on_an_older_text_is_not_continued(acme: Cast, alice: Actor) -> None:
    draft = handed_over(alice)
    them = let_in(acme, draft.contract)
    theirs = begin_draft(actor=them, contract_id=draft.contract_id)
    added = add_clause(actor=them, draft_id=theirs.pk, heading="Audit", body=body_of(["We audit."]))
    Draft.objects.filter(pk=theirs.pk).update(base=Version.objects.get(contract=draft.contract, number=1))

    again = begin_draft(actor=them, contract_id=draft.contract_id)

    assert (again.number, again.base_id) == (2, draft.version_id)
    assert kept(them, again) == [(added.text, "turn_over")]
    assert begin_draft(actor=them, contract_id=draft.contract_id).pk == again.pk


def test_our_draft_that_was_taken_back_is_continued(alice: Actor) -> None:
    draft = handed_over(alice)
    take_back_turn(actor=alice, contract_id=draft.contract_id)

    assert begin_draft(actor=alice, contract_id=draft.contract_id).pk == draft.pk


def test_an_answer_taken_back_and_abandoned_begins_again_from_what_was_sent(alice: Actor) -> None:
    version = quick_answer(alice)
    change = Change.objects.get(version=version)
    accept_change(actor=alice, change_id=change.pk)
    first = our_draft(version.contract)
    hand_over(actor=alice, draft_id=first.pk)
    take_back_turn(actor=alice, contract_id=version.contract_id)
    abandon_draft(actor=alice, draft_id=first.pk)

    again = begin_draft(actor=alice, contract_id=version.contract_id)
    reopen_change(actor=alice, change_id=change.pk)
    accept_change(actor=alice, change_id=change.pk)

    assert again.base_id == first.base_id
    assert MORE in hand_over(actor=alice, draft_id=again.pk).text


@pytest.mark.parametrize("key", [{}, {"HTTP_IDEMPOTENCY_KEY": "k1"}])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_new_clause_that_comes_too_late_is_kept(
    api: APIClient, alice: Actor, key: dict[str, Any], is_first: bool
) -> None:
    draft = open_draft(alice)
    after = None if is_first else str(clause_of(draft).pk)
    hand_over(actor=alice, draft_id=draft.pk)
    sent = {"after": after, "heading": "Support", "body": body_of(["My long words."])}

    refused = api.post(f"/api/v1/drafts/{draft.pk}/clauses/", sent, format="json", **key)

    edit = ClauseEdit.objects.get(outcome="turn_over")
    assert (refused.status_code, refused.data["code"]) == (409, "turn_over")
    assert (refused.data["parameters"]["edit"], edit.text) == (str(edit.pk), "My long words.")
    beside = drafts.clause_rows(draft)[0] if is_first else clause_of(draft)
    assert edit.draft_clause_id == beside.pk


def test_a_new_clause_with_a_key_is_made_once(api: APIClient, alice: Actor) -> None:
    draft = open_draft(alice)
    url, sent = f"/api/v1/drafts/{draft.pk}/clauses/", {"heading": "Support", "body": body_of(["Help."])}

    made, again = (api.post(url, sent, format="json", HTTP_IDEMPOTENCY_KEY="k1") for _ in range(2))

    assert (made.status_code, again.data["clause"]["id"]) == (201, made.data["clause"]["id"])


WORDS = {"revision": 1, "heading": "Service", "body": body_of(["x"])}
DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize("act", ["edit", "keep"])
@pytest.mark.parametrize(
    "sent",
    [
        json.dumps(WORDS | {"revision": 10**12}),
        json.dumps(WORDS | {"heading": "a\ud800b"}),
        json.dumps(WORDS | {"body": body_of(["a\ud800b"])}),
        json.dumps(WORDS | {"body": body_of(["a\x00b"])}),
        json.dumps(WORDS | {"body": 0}).replace(": 0", f": {DEEP}"),
        json.dumps(WORDS | {"body": 0}).replace(": 0", f": {DEEP[99_100:100_900]}"),
    ],
    ids=["revision", "heading", "surrogate", "nul", "deep", "less_deep"],
)
def test_what_cannot_be_stored_is_refused(page: Client, alice: Actor, act: str, sent: str) -> None:
    clause = clause_of(open_draft(alice))

    answer = page.post(f"/contracts/drafts/clauses/{clause.pk}/{act}/", sent, content_type="application/json")

    assert (answer.status_code, answer.json()["code"] in ("invalid", "words_wrong")) == (400, True)
    clause.refresh_from_db()
    assert clause.revision == 1


def test_an_empty_clause_that_comes_too_late_is_not_kept(alice: Actor) -> None:
    draft = handed_over(alice)

    with pytest.raises(DomainError) as refused:
        add_clause(actor=alice, draft_id=draft.pk)

    assert (refused.value.code, ClauseEdit.objects.filter(outcome="turn_over").exists()) == ("turn_over", False)


def test_what_others_saved_is_kept_for_them_when_one_gives_the_draft_up(acme: Cast, alice: Actor) -> None:
    draft, other = open_draft(alice), acme["procurement"]
    write(alice, clause_of(draft), "An hour of work of mine.")
    write(alice, clause_of(draft, "Term"), "First words.")
    write(alice, clause_of(draft, "Term"), "Last words.")
    write(other, clause_of(draft, "Credits"), "Of the other.")

    abandon_draft(actor=other, draft_id=draft.pk)

    again = begin_draft(actor=alice, contract_id=draft.contract_id)
    assert kept(alice, again) == [("An hour of work of mine.", "turn_over"), ("Last words.", "turn_over")]
    assert kept(other, again) == []


def test_the_first_clause_of_an_empty_draft_that_was_given_up_is_kept(acme: Cast, alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Empty")
    draft = begin_draft(actor=alice, contract_id=contract.pk)
    abandon_draft(actor=acme["procurement"], draft_id=draft.pk)

    for text in ("My long words.", "My long words.", "And others."):
        with pytest.raises(DomainError) as refused:
            add_clause(actor=alice, draft_id=draft.pk, heading="A", body=body_of([text]))

    again = begin_draft(actor=alice, contract_id=contract.pk)
    rows = drafts.kept_words(alice, again)
    assert refused.value.detail == {"edit": str(rows[-1].pk)}
    assert [(edit.heading, edit.text, edit.outcome) for edit in rows] == [
        ("A", "My long words.", "turn_over"), ("A", "And others.", "turn_over"),
    ]  # fmt: skip
    beside = DraftClause.objects.get(draft=draft)
    assert (beside.is_removed, beside.heading, beside.text) == (True, "", "")
    assert list(DraftClause.objects.filter(draft=again)) == []


def test_a_new_clause_is_kept_where_the_draft_closes_at_the_last_moment(
    api: APIClient, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, looks = open_draft(alice), NewClause.prepare

    def look(view: NewClause, request: Request) -> None:
        looks(view, request)
        hand_over(actor=alice, draft_id=draft.pk)

    monkeypatch.setattr(NewClause, "prepare", look)
    sent = {"after": None, "heading": "Support", "body": body_of(["My long words."])}
    refused = api.post(f"/api/v1/drafts/{draft.pk}/clauses/", sent, format="json", HTTP_IDEMPOTENCY_KEY="k1")

    edit = ClauseEdit.objects.get(outcome="turn_over")
    assert (refused.status_code, refused.data["code"], edit.text) == (409, "turn_over", "My long words.")
    assert refused.json()["parameters"] == {"edit": str(edit.pk)}
    assert not IdempotencyRecord.objects.exists()


def test_a_draft_that_is_open_again_at_the_last_moment_has_the_new_clause(
    api: APIClient, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, looks, undone = open_draft(alice), NewClause.prepare, NewClause.undone

    def look(view: NewClause, request: Request) -> None:
        looks(view, request)
        hand_over(actor=alice, draft_id=draft.pk)

    def take_back(view: NewClause, response: Response) -> Response:
        take_back_turn(actor=alice, contract_id=draft.contract_id)
        return undone(view, response)

    monkeypatch.setattr(NewClause, "prepare", look)
    monkeypatch.setattr(NewClause, "undone", take_back)
    sent = {"after": None, "heading": "Support", "body": body_of(["My long words."])}
    made = api.post(f"/api/v1/drafts/{draft.pk}/clauses/", sent, format="json", HTTP_IDEMPOTENCY_KEY="k1")

    assert (made.status_code, made.json()["clause"]["id"]) == (201, str(clause_of(draft, "Support").pk))
    assert not ClauseEdit.objects.filter(outcome="turn_over").exists()
