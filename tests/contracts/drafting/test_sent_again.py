"""A save whose answer never came is sent again: it is the same save, and one's own words are nobody else's change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.engine.body import body_of
from contracts.models import ClauseEdit, Draft, DraftClause, UnsavedWords
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.keep_words import keep_words
from contracts.queries import drafts
from tests.cast import Cast
from tests.contracts.drafting.written import HOSTS, clause_of, open_draft, write

OPERATES = HOSTS.replace("hosts", "operates")
CLIENT = HOSTS.replace("the Customer.", "the Client.")


def outcomes(draft: Draft) -> list[str]:
    return list(ClauseEdit.objects.filter(draft_clause=clause_of(draft)).values_list("outcome", flat=True))


def test_the_same_again_after_another_changed_these_words(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    read = clause_of(draft)
    write(alice, read, OPERATES)
    write(acme["procurement"], clause_of(draft), HOSTS.replace("hosts", "runs"))

    again = write(alice, read, OPERATES)

    assert (again.again, again.merged, again.clause.text) == (True, True, HOSTS.replace("hosts", "runs"))
    assert outcomes(draft) == ["saved", "saved", "saved"]


def test_the_same_again_after_it_was_merged(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    read = clause_of(draft)
    write(acme["procurement"], read, CLIENT)
    first = write(alice, read, OPERATES)
    write(acme["procurement"], clause_of(draft), "The Supplier runs it.")

    again = write(alice, read, OPERATES)

    assert (first.merged, again.again, again.clause.revision) == (True, True, 4)
    assert drafts.kept_words(alice, draft) == []


def test_more_words_of_the_same_editor_build_on_its_own(alice: Actor) -> None:
    draft = open_draft(alice)
    read = clause_of(draft)
    write(alice, read, OPERATES, session="a")

    more = write(alice, read, OPERATES.replace("operates", "operates and mends"), session="a")

    assert (more.merged, more.clause.text) == (False, OPERATES.replace("operates", "operates and mends"))
    back = write(alice, read, HOSTS, session="a")
    assert (back.clause.text, back.clause.revision) == (HOSTS, 4)


def test_more_words_of_the_same_editor_after_a_merge(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    read = clause_of(draft)
    write(acme["procurement"], read, CLIENT)
    write(alice, read, OPERATES, session="a")

    more = write(alice, read, OPERATES.replace("operates", "operates and mends"), session="a")

    assert more.clause.text == "The Provider operates and mends the Service for the Client."


@pytest.mark.parametrize("session", ["", "b"])
def test_another_window_of_the_same_person_is_asked(alice: Actor, session: str) -> None:
    draft = open_draft(alice)
    read = clause_of(draft)
    write(alice, read, OPERATES, session="a")

    with pytest.raises(DomainError) as refused:
        write(alice, read, HOSTS.replace("hosts", "runs"), session=session)

    assert refused.value.code == "clause_changed"
    assert clause_of(draft).text == OPERATES


def test_the_same_again_settles_once(alice: Actor) -> None:
    draft = open_draft(alice)
    read = clause_of(draft)
    keep_words(actor=alice, clause_id=read.pk, revision=1, heading="Service", body=body_of(["Mine"]))
    write(alice, read, HOSTS)
    [kept] = drafts.kept_words(alice, draft)
    write(alice, read, "Mine", settles=kept.pk)

    again = write(alice, read, "Mine", settles=kept.pk)

    assert (again.again, again.clause.revision) == (True, 2)
    assert kept.settled_by.count() == 1


def test_the_same_again_after_the_hand_over_is_saved_already(alice: Actor) -> None:
    draft = open_draft(alice)
    read = clause_of(draft)
    write(alice, read, OPERATES)
    hand_over(actor=alice, draft_id=draft.pk)

    assert write(alice, read, OPERATES).again
    assert drafts.kept_words(alice, draft) == []


def test_a_refusal_that_is_asked_for_again_keeps_the_words_once(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    read = clause_of(draft)
    write(acme["procurement"], read, HOSTS.replace("hosts", "runs"))
    found = []
    for _time in (1, 2):
        with pytest.raises(DomainError) as refused:
            write(alice, read, OPERATES)
        found.append(refused.value.detail["edit"])

    assert found[0] == found[1]
    assert [edit.text for edit in drafts.kept_words(alice, draft)] == [OPERATES]


def test_the_offer_says_word_by_word_what_differs(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    read = clause_of(draft)
    write(acme["procurement"], read, CLIENT.replace("hosts", "runs"))

    with pytest.raises(DomainError) as refused:
        write(alice, read, OPERATES)

    changes = refused.value.detail["changes"]
    assert changes["yours"]["text"] == [
        ("same", "The Provider "), ("removed", "hosts "), ("added", "operates "),
        ("same", "the Service for the Customer."),
    ]  # fmt: skip
    assert changes["theirs"]["text"] == [
        ("same", "The Provider "), ("removed", "operates "), ("added", "runs "), ("same", "the Service for the "),
        ("removed", "Customer"), ("added", "Client"), ("same", "."),
    ]  # fmt: skip
    assert changes["merged"]["text"] == [
        ("same", "The Provider operates the Service for the "), ("removed", "Customer"), ("added", "Client"),
        ("same", "."),
    ]  # fmt: skip
    assert changes["theirs"]["heading"] == [("same", "Service")]


@pytest.mark.parametrize("key", [{}, {"HTTP_IDEMPOTENCY_KEY": "k1"}])
def test_the_same_again_by_the_api(api: APIClient, acme: Cast, alice: Actor, key: dict[str, str]) -> None:
    draft = open_draft(alice)
    read = clause_of(draft)
    url = f"/api/v1/draft-clauses/{read.pk}/"
    sent = {"revision": 1, "heading": "Service", "body": body_of([OPERATES])}
    first = api.patch(url, sent, format="json", **key)
    write(acme["procurement"], clause_of(draft), HOSTS.replace("hosts", "runs"))

    again = api.patch(url, sent, format="json", **key)

    assert (first.status_code, again.status_code) == (200, 200)


def keep_in(alice: Actor, clause: DraftClause, text: str, session: str) -> datetime:
    sent = {"revision": 1, "heading": "Service", "body": body_of([text])}
    kept = keep_words(actor=alice, clause_id=clause.pk, session=session, **sent)
    assert kept is not None
    return kept.at


def waiting(alice: Actor, draft: Draft) -> list[str]:
    assert drafts.kept_words(alice, draft) == []
    return [words.text for words in drafts.unsaved_words(alice, draft)]


def test_what_this_editor_kept_is_behind_what_it_saves(alice: Actor) -> None:
    draft = open_draft(alice)
    clause = clause_of(draft)
    kept_at = keep_in(alice, clause, "Long words that were cut.", "a")
    keep_in(alice, clause, "Words of the other window.", "b")

    write(alice, clause, "Short.", session="a", kept_at=kept_at)

    assert waiting(alice, draft) == ["Words of the other window."]


def test_words_that_overtake_an_older_save_of_their_editor_wait(alice: Actor) -> None:
    draft = open_draft(alice)
    clause = clause_of(draft)
    kept_at = keep_in(alice, clause, "First", "a")
    keep_in(alice, clause, "Words typed later, quite others.", "a")

    write(alice, clause, "First words.", session="a", kept_at=kept_at)

    assert waiting(alice, draft) == ["Words typed later, quite others."]


def test_without_a_time_nothing_is_behind_what_is_saved_but_what_it_takes_up(alice: Actor) -> None:
    draft = open_draft(alice)
    clause = clause_of(draft)
    keep_in(alice, clause, "Words typed later, quite others.", "a")

    write(alice, clause, "First words.", session="a")
    assert waiting(alice, draft) == ["Words typed later, quite others."]

    clause.refresh_from_db()
    write(alice, clause, "Words typed later, quite others, and more.", session="a")
    assert waiting(alice, draft) == []


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("The Provider pays after 3 days.", "The Provider pays after 30 days."),
        ("Provider hosts.", "The Provider hosts the Service for the Customer at all times of the day."),
    ],
)
def test_a_save_takes_up_nothing_of_another_window(alice: Actor, typed: str, sent: str) -> None:
    draft = open_draft(alice)
    keep_in(alice, clause_of(draft), typed, "a")

    write(alice, clause_of(draft), sent, session="b")

    assert waiting(alice, draft) == [typed]


def test_a_save_of_no_editor_keeps_what_a_window_has(alice: Actor) -> None:
    draft = open_draft(alice)
    keep_in(alice, clause_of(draft), "The Provider pays after 3 days.", "a")

    write(alice, clause_of(draft), "The Provider pays after 30 days.")

    kept = [(edit.text, edit.outcome) for edit in drafts.kept_words(alice, draft)]
    assert kept == [("The Provider pays after 3 days.", "unsaved_kept")]


def test_the_time_of_the_last_keeping_goes_to_and_fro(page: Client, alice: Actor) -> None:
    draft = open_draft(alice)
    url = f"/contracts/drafts/clauses/{clause_of(draft).pk}"
    words = {"revision": 1, "heading": "Service", "session": "a"}

    def post(act: str, text: str, **more: str) -> Any:
        sent = {**words, **more, "body": body_of([text])}
        return page.post(f"{url}/{act}/", sent, content_type="application/json").json()

    kept = post("keep", "Long words that were cut.")
    post("edit", "Short.", kept_at=kept["kept_at"])

    assert waiting(alice, draft) == []


def test_words_taken_up_by_another_editor_are_kept_once(alice: Actor) -> None:
    draft = open_draft(alice)
    sent = {"clause_id": clause_of(draft).pk, "revision": 1, "heading": "Service", "body": body_of(["Half a"])}
    keep_words(actor=alice, session="a", **sent)

    keep_words(actor=alice, session="b", **sent)

    assert [row.session for row in UnsavedWords.objects.all()] == ["b"]


def test_words_of_every_window_are_kept_when_the_draft_is_handed_over(alice: Actor) -> None:
    draft = open_draft(alice)
    for session in ("a", "b"):
        sent = {"clause_id": clause_of(draft).pk, "revision": 1, "heading": "", "body": body_of([f"Of {session}"])}
        keep_words(actor=alice, session=session, **sent)

    hand_over(actor=alice, draft_id=draft.pk)

    assert [edit.text for edit in drafts.kept_words(alice, draft)] == ["Of a", "Of b"]
