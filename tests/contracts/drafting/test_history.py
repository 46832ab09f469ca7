"""The history of a clause of a draft: who wrote what, and the way back."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from clm.lib.actor import Actor
from contracts.models import ClauseEdit
from contracts.operations.drafting.hand_over import hand_over
from tests.cast import Cast
from tests.contracts.drafting.test_draft_page import signed_in
from tests.contracts.drafting.written import HOSTS, clause_of, let_in, open_draft, write

OTHER = "The Provider hosts the Product for the Customer."


def test_what_was_written_and_back(page: Client, acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    clause = clause_of(draft)
    url = reverse("draft-clause-written", args=[clause.pk])
    assert "Nothing was written here since the draft began." in page.get(url).content.decode()
    write(acme["legal"], clause, OTHER)

    body = page.get(url).content.decode()

    assert "Legal" in body
    assert "as it stands" in body
    assert "What the draft began with" in body
    assert "Service</del>" in body.replace('<span class="visually-hidden">]</span>', "").replace(" </del>", "</del>")
    assert body.count("Put these words back") == 1
    first = ClauseEdit.objects.get(draft_clause=clause, revision=1)
    back = reverse("draft-clause-words-back", args=[clause.pk])
    answer = page.post(back, {"edit": str(first.pk), "revision": 2}, follow=True)
    assert "The words of that time stand in the clause again." in answer.content.decode()
    clause.refresh_from_db()
    assert (clause.text, clause.revision, clause.changed_by) == (HOSTS, 3, acme.users["alice"])


def test_a_fragment_for_the_drawer(page: Client, alice: Actor) -> None:
    clause = clause_of(open_draft(alice))
    url = reverse("draft-clause-written", args=[clause.pk])

    assert "<html" in page.get(url).content.decode()
    assert "<html" not in page.get(url, headers={"HX-Request": "true"}).content.decode()
    assert url in page.get(reverse("draft", args=[clause.draft.contract_id])).content.decode()


def test_words_of_another_clause_do_not_come_back(page: Client, alice: Actor) -> None:
    draft = open_draft(alice)
    clause = clause_of(draft)
    write(alice, clause, OTHER)
    edit = ClauseEdit.objects.get(draft_clause=clause, revision=1)
    other = clause_of(draft, "Credits")

    answer = page.post(
        reverse("draft-clause-words-back", args=[other.pk]), {"edit": str(edit.pk), "revision": 1}, follow=True
    )

    assert "These words were not written in this clause." in answer.content.decode()
    other.refresh_from_db()
    assert other.revision == 1


def test_after_the_turn_nothing_comes_back(page: Client, alice: Actor) -> None:
    draft = open_draft(alice)
    clause = clause_of(draft)
    write(alice, clause, OTHER)
    hand_over(actor=alice, draft_id=draft.pk)
    edit = ClauseEdit.objects.get(draft_clause=clause, revision=1)

    assert "Put these words back" not in page.get(reverse("draft-clause-written", args=[clause.pk])).content.decode()
    page.post(reverse("draft-clause-words-back", args=[clause.pk]), {"edit": str(edit.pk), "revision": 2})
    clause.refresh_from_db()
    assert clause.text == OTHER


def test_who_only_reads_and_the_other_side(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    clause = clause_of(draft)
    write(alice, clause, OTHER)
    let_in(acme, draft.contract)
    url = reverse("draft-clause-written", args=[clause.pk])

    assert "Put these words back" not in signed_in(acme, "executive").get(url).content.decode()
    assert signed_in(acme, "counterparty").get(url).status_code == 404
