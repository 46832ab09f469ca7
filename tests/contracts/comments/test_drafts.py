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
