"""The page of a draft: what each side reads there, what it names as to be looked at, and how often it asks."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clm.lib.actor import Actor
from contracts.engine.body import body_of
from contracts.models import Clause, Contract, Draft
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.keep_words import keep_words
from contracts.operations.drafting.remove_clause import remove_clause
from contracts.operations.library.adopt_library_clause import adopt_library_clause
from contracts.pages.draft_page import body_html, checks_of
from contracts.queries.drafts import shown_draft
from tests.cast import Cast
from tests.contracts.drafting.written import HOSTS, clause_of, draft_contract, let_in, open_draft
from tests.contracts.library.shelf import approved
from tests.contracts.papers import text_paper

BACKEND = "django.contrib.auth.backends.ModelBackend"


def shown(client: Client, contract: Contract, name: str = "draft") -> str:
    answer = client.get(reverse(name, args=[contract.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name], backend=BACKEND)
    return client


def test_without_a_draft_the_page_offers_one(page: Client, alice: Actor) -> None:
    contract = draft_contract(alice)
    text = shown(page, contract)
    assert "No draft is open" in text
    assert reverse("draft-begin", args=[contract.pk]) in text
    assert page.get(reverse("draft-checks", args=[contract.pk])).status_code == 404


def test_who_only_reads_is_offered_nothing(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    text = shown(signed_in(acme, "executive"), draft.contract)
    assert HOSTS in text
    assert "others write it" in text
    assert reverse("draft-hand-over", args=[draft.pk]) not in text
    assert 'id="draft-form"' not in text


def test_the_draft_with_its_numbers_and_references(page: Client, alice: Actor) -> None:
    draft = open_draft(alice)
    text = shown(page, draft.contract)
    credits = clause_of(draft, "Credits")
    assert HOSTS in text
    assert f'<a class="reference" data-reference="{credits.pk}" href="#clause-{credits.pk}">2.2</a>' in text
    assert "Hand the draft over?" in text


def test_the_other_side_reads_nothing_of_our_draft(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    let_in(acme, draft.contract)
    text = shown(signed_in(acme, "counterparty"), draft.contract)
    assert HOSTS not in text
    assert "other side's turn" in text.replace("&#x27;", "'")


def test_the_other_side_writes_its_own_draft(acme: Cast, alice: Actor) -> None:
    contract = draft_contract(alice)
    version = approved(alice)
    tied = Clause.objects.get(version__contract=contract, heading="Availability")
    adopt_library_clause(actor=alice, clause_id=tied.pk, library_version_id=version.pk, position="fallback-1")
    ours = open_draft(alice, contract)
    hand_over(actor=alice, draft_id=ours.pk)
    let_in(acme, contract)
    client = signed_in(acme, "counterparty")
    assert "Begin a draft" in shown(client, contract)
    client.post(reverse("draft-begin", args=[contract.pk]))
    text = shown(client, contract)
    assert HOSTS in text
    assert "Hand the draft over?" in text
    assert "library position" not in text
    assert "fallback-1" not in text
    assert str(version.pk) not in text
    assert HOSTS not in shown(signed_in(acme, "legal"), contract)


def test_another_organization_finds_nothing(globex: Cast, charlie: Actor, acme: Cast, alice: Actor) -> None:
    contract = open_draft(alice).contract
    client = signed_in(globex, "charlie")
    for name in ("draft", "draft-checks"):
        assert client.get(reverse(name, args=[contract.pk])).status_code == 404


def test_words_that_were_kept_are_shown_to_their_author_alone(acme: Cast, page: Client, alice: Actor) -> None:
    draft = open_draft(alice)
    keep_words(actor=alice, clause_id=clause_of(draft).pk, revision=1, heading="Service", body=body_of(["Never sent."]))
    hand_over(actor=alice, draft_id=draft.pk)
    contract = draft.contract
    assert "Never sent." in shown(page, contract)
    assert "Never sent." not in shown(signed_in(acme, "legal"), contract)


def test_a_broken_reference_is_named(page: Client, alice: Actor) -> None:
    draft = open_draft(alice)
    remove_clause(actor=alice, clause_id=clause_of(draft, "Credits").pk)
    checks = checks_of(shown_draft(alice, Draft.objects.select_related("contract", "base").get(pk=draft.pk)))
    assert [(clause.name, number) for clause, number in checks.broken] == [("2.1", "2.2")]
    text = shown(page, draft.contract, "draft-checks")
    assert "References to clauses that are not in this draft" in text


def test_terms_are_checked(alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Terms")
    text = "1. Terms\n\n“Fees” means money. “Days” means days.\n\n2. Use\n\nFees are due. “Days” means more days."
    add_version(actor=alice, contract_id=contract.pk, paper=text_paper(text))
    draft = begin_draft(actor=alice, contract_id=contract.pk)
    checks = checks_of(shown_draft(alice, draft))
    assert [(each.term, each.uses) for each in checks.terms] == [("Days", 0), ("Fees", 1)]
    assert [each.term for each in checks.twice] == ["Days"]
    assert [each.term for each in checks.unused] == ["Days"]
    assert checks.count == 2


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"type": "text", "text": "<b>&"}, "&lt;b&gt;&amp;"),
        ({"type": "text", "text": "x", "marks": [{"type": "bold"}, {"type": "italic"}]}, "<em><strong>x</strong></em>"),
        ({"type": "hardBreak"}, "<br>"),
        (
            {"type": "bulletList", "content": [{"type": "listItem", "content": [{"type": "paragraph"}]}]},
            "<ul><li><p></p></li></ul>",
        ),
        (
            {"type": "reference", "attrs": {"clause": "a", "label": "3"}},
            '<a class="reference" data-reference="a" href="#clause-a">4</a>',
        ),
        (
            {"type": "reference", "attrs": {"clause": '"b', "label": "3"}},
            '<span class="reference is-broken" data-reference="&quot;b" data-label="3">3'
            '<span class="visually-hidden"> (this clause is not there any more)</span></span>',
        ),
    ],
)
def test_a_document_as_html(node: dict[str, Any], expected: str) -> None:
    assert body_html(node, {"a": "4"}) == expected


def queries_for(client: Client, contract: Contract) -> int:
    with CaptureQueriesContext(connection) as caught:
        shown(client, contract)
    return len(caught)


def test_the_page_asks_as_often_for_many_clauses(page: Client, alice: Actor) -> None:
    few = open_draft(alice).contract
    many = create_contract(actor=alice, title="Long")
    text = "\n\n".join(f"{number}. Part {number}\n\nWords of part {number}." for number in range(1, 41))
    add_version(actor=alice, contract_id=many.pk, paper=text_paper(text))
    begin_draft(actor=alice, contract_id=many.pk)
    shown(page, few)
    assert queries_for(page, many) == queries_for(page, few)
