"""Threads on drafts: one side's own until the draft is handed over, and then at the clause that came of theirs."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from clm.access.permissions import visible
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.engine.body import body_of
from contracts.models import Contract, Draft, DraftClause, Thread, Version
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.edit_clause import edit_clause
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.move_clause import move_clause
from contracts.operations.drafting.remove_clause import remove_clause
from contracts.queries import comments
from tests.cast import Cast
from tests.contracts.comments.talk import open_to_other_side, thread
from tests.contracts.papers import draft_contract

BACKEND = "django.contrib.auth.backends.ModelBackend"


def clause_of(draft: Draft, number: str = "2.1") -> DraftClause:
    return DraftClause.objects.get(draft=draft, number=number)


def reword(actor: Actor, clause: DraftClause, heading: str, text: str) -> None:
    edit_clause(actor=actor, clause_id=clause.pk, revision=clause.revision, heading=heading, body=body_of([text]))


def begun(acme: Cast, alice: Actor) -> tuple[Contract, Draft]:
    contract = open_to_other_side(acme, draft_contract(alice))
    return contract, begin_draft(actor=alice, contract_id=contract.pk)


def test_words_for_the_other_side_wait_for_the_hand_over(acme: Cast, alice: Actor) -> None:
    contract, draft = begun(acme, alice)
    guest, clause = acme["counterparty"], clause_of(draft)
    kept = thread(alice, contract, "See", audience="shared", draft_clause_id=clause.pk, quote="99.9 %")
    dropped = thread(alice, contract, "Why", audience="shared", draft_clause_id=clause.pk, quote="calendar month")
    internal = thread(alice, contract, "Our limit", draft_clause_id=clause.pk)
    reword(alice, clause, "Uptime", "The Provider keeps the Service available at least 99.9 % of each quarter.")

    assert not visible(guest, Thread.objects.all()).exists()
    [mine] = comments.shown_threads(alice, contract, [kept])
    assert (mine.waits, mine.place.in_draft, mine.place.key) == (True, True, clause.pk)

    sent = hand_over(actor=alice, draft_id=draft.pk)

    rows = comments.threads(guest, contract)
    assert {row.pk for row in rows} == {kept.pk, dropped.pk}
    shown = {row.thread.pk: row for row in comments.shown_threads(guest, contract, rows)}
    now = sent.clauses.get(heading="Uptime")
    assert shown[kept.pk].place.key == shown[dropped.pk].place.key == now.pk
    assert (shown[kept.pk].quote, shown[dropped.pk].quote) == ("99.9 %", "")
    assert shown[kept.pk].place.label.endswith("Uptime")
    assert internal.pk not in shown


def test_their_draft_and_what_is_said_on_it_are_theirs(acme: Cast, alice: Actor) -> None:
    contract, draft = begun(acme, alice)
    hand_over(actor=alice, draft_id=draft.pk)
    guest = acme["counterparty"]
    theirs = begin_draft(actor=guest, contract_id=contract.pk)

    said = thread(guest, contract, "We want 99.99 %", audience="shared", draft_clause_id=clause_of(theirs).pk)

    assert not visible(alice, Thread.objects.all()).exists()
    with pytest.raises(Invalid, match="no such clause"):
        thread(alice, contract, "?", draft_clause_id=clause_of(theirs).pk)
    with pytest.raises(Invalid, match="no such clause"):
        thread(guest, contract, "?", audience="shared", draft_clause_id=clause_of(draft).pk)
    hand_over(actor=guest, draft_id=theirs.pk)
    assert list(visible(alice, Thread.objects.all())) == [said]


def test_beside_the_editor_threads_stand_at_the_drafts_clauses(acme: Cast, alice: Actor) -> None:
    contract = draft_contract(alice)
    old = Version.objects.get(contract=contract).clauses.get(number="2.1")
    on_version = thread(alice, contract, "On the version", clause_id=old.pk)
    on_contract = thread(alice, contract, "On all of it")
    draft = begin_draft(actor=alice, contract_id=contract.pk)
    on_draft = thread(alice, contract, "On the draft", draft_clause_id=clause_of(draft, "2.2").pk)

    placed = comments.draft_threads(alice, draft)

    assert {key: [row.thread.pk for row in rows] for key, rows in placed.items()} == {
        clause_of(draft).pk: [on_version.pk],
        clause_of(draft, "2.2").pk: [on_draft.pk],
        None: [on_contract.pk],
    }
    client = Client()
    client.force_login(acme.users["alice"], backend=BACKEND)
    page = client.get(reverse("draft", args=[contract.pk])).content.decode()
    assert page.count("On the draft") == page.count("On the version") == 1


def test_a_quote_says_when_its_words_have_changed(acme: Cast, alice: Actor) -> None:
    contract = draft_contract(alice)
    old = Version.objects.get(contract=contract).clauses.get(number="2.1")
    on_version = thread(alice, contract, "Why?", clause_id=old.pk, quote="calendar month")
    draft = begin_draft(actor=alice, contract_id=contract.pk)
    clause = clause_of(draft)
    on_draft = thread(alice, contract, "Low", draft_clause_id=clause.pk, quote="99.9  %")

    def reworded() -> dict[str, tuple[bool, str]]:
        rows = comments.shown_threads(alice, contract, comments.threads(alice, contract))
        return {row.thread.comments.all()[0].text: (row.is_reworded, row.quote) for row in rows}

    assert reworded() == {"Why?": (False, "calendar month"), "Low": (False, "99.9  %")}
    reword(alice, clause, clause.heading, "The Provider keeps the Service available at least 99.9 % of each quarter.")

    beside = [row for rows in comments.draft_threads(alice, draft).values() for row in rows]
    assert {row.thread.pk: row.is_reworded for row in beside} == {on_version.pk: True, on_draft.pk: False}
    assert reworded() == {"Why?": (False, "calendar month"), "Low": (False, "99.9  %")}
    hand_over(actor=alice, draft_id=draft.pk)
    assert reworded() == {"Why?": (True, "calendar month"), "Low": (False, "99.9  %")}
    client = Client()
    client.force_login(acme.users["alice"], backend=BACKEND)
    page = client.get(reverse("thread", args=[on_version.pk])).content.decode()
    assert "The words have changed since. They were:" in page
    assert "<blockquote>calendar month</blockquote>" in page
    assert "have changed since" not in client.get(reverse("thread", args=[on_draft.pk])).content.decode()


def test_threads_follow_a_clause_that_was_moved(acme: Cast, alice: Actor) -> None:
    contract = draft_contract(alice)
    old = Version.objects.get(contract=contract).clauses.get(number="2.1")
    on_version = thread(alice, contract, "On the version", clause_id=old.pk)
    draft = begin_draft(actor=alice, contract_id=contract.pk)
    clause = clause_of(draft)
    on_draft = thread(alice, contract, "On the draft", draft_clause_id=clause.pk)

    move_clause(actor=alice, clause_id=clause.pk, after=clause_of(draft, "2.2").pk)

    [rows] = comments.draft_threads(alice, draft).values()
    assert [(row.thread.pk, row.place.label) for row in rows] == [
        (on_version.pk, f"2.2 {clause.heading}"), (on_draft.pk, f"2.2 {clause.heading}"),
    ]  # fmt: skip
    [shown] = comments.shown_threads(alice, contract, [on_draft])
    assert (shown.place.label, shown.place.in_draft) == (f"2.2 {clause.heading}", True)
    made = hand_over(actor=alice, draft_id=draft.pk)
    now = made.clauses.get(heading=clause.heading)
    found = comments.shown_threads(alice, contract, comments.threads(alice, contract))
    assert [(row.place.key, row.place.label) for row in found] == [(now.pk, f"2.2 {clause.heading}")] * 2


def test_threads_of_a_removed_clause_can_be_read(acme: Cast, alice: Actor) -> None:
    contract = draft_contract(alice)
    draft = begin_draft(actor=alice, contract_id=contract.pk)
    clause = clause_of(draft)
    begun = thread(alice, contract, "On the draft", draft_clause_id=clause.pk, quote="99.9 %")
    remove_clause(actor=alice, clause_id=clause.pk)
    client = Client()
    client.force_login(acme.users["alice"], backend=BACKEND)

    [row] = comments.draft_threads(alice, draft)[None]
    assert (row.place.is_removed, row.place.label) == (True, f"2.1 {clause.heading}")
    page = client.get(reverse("thread", args=[begun.pk])).content.decode()
    assert "removed in the draft" in page
    assert "<blockquote>99.9 %</blockquote>" in page
    hand_over(actor=alice, draft_id=draft.pk)
    page = client.get(reverse("thread", args=[begun.pk])).content.decode()
    assert "on an earlier version" in page
    assert "On the draft" in page
    assert "<blockquote>99.9 %</blockquote>" in page
