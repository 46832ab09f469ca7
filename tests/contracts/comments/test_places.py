"""What the comment form shows of the clause that a comment is about, and where one is afterwards."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from clm.access.scope import organization_scope
from clm.lib.actor import Actor
from contracts.models import Thread
from contracts.operations.add_version import add_version
from tests.cast import Cast
from tests.contracts.comments.talk import availability, thread
from tests.contracts.comments.test_pages import signed_in
from tests.contracts.drafting.written import HOSTS, clause_of, let_in, open_draft
from tests.contracts.papers import draft_contract, text_paper


def test_the_form_names_the_clause_and_shows_its_words(page: Client, alice: Actor) -> None:
    contract = draft_contract(alice)
    clause = availability(contract)

    form = page.get(reverse("comment-new", args=[contract.pk]), {"clause": str(clause.pk)}).content.decode()

    assert f'href="{reverse("version", args=[clause.version_id])}#clause-{clause.pk}">2.1 ' in form
    shown = form.split("data-quote-source>")[1].split("</div>")[0]
    assert "99.9" in shown
    assert "2.1" not in shown


def test_a_comment_begun_in_the_draft_leads_back_there(page: Client, alice: Actor) -> None:
    draft = open_draft(alice)
    row = clause_of(draft)
    url = reverse("comment-new", args=[draft.contract_id])
    draft_url = reverse("draft", args=[draft.contract_id])
    link = f"{url}?back=draft&amp;draft_clause={row.pk}"
    assert link in page.get(draft_url).content.decode()

    form = page.get(link.replace("&amp;", "&")).content.decode()
    assert f'href="{draft_url}#clause-{row.pk}">1 Service</a>' in form
    assert HOSTS in form.split("data-quote-source>")[1]
    assert f'href="{draft_url}">Cancel' in form
    given = {"audience": "internal", "draft_clause": row.pk, "quote": "", "text": "For whom?"}
    answer = page.post(f"{url}?back=draft", given, follow=True)

    begun = Thread.objects.get()
    assert (begun.quote, begun.draft_clause_id) == ("", row.pk)
    assert answer.redirect_chain == [(f"{draft_url}#thread-{begun.pk}", 302)]
    text = answer.content.decode()
    assert f'Your comment stands. <a href="{reverse("thread", args=[begun.pk])}">The thread</a>' in text
    assert f'id="thread-{begun.pk}"' in text


def test_an_answer_from_the_draft_leads_back_there(page: Client, alice: Actor) -> None:
    draft = open_draft(alice)
    url = reverse("comment-new", args=[draft.contract_id])
    page.post(url, {"audience": "internal", "draft_clause": clause_of(draft).pk, "text": "For whom?"})
    begun = Thread.objects.get()
    draft_url = reverse("draft", args=[draft.contract_id])
    link = f"{reverse('thread', args=[begun.pk])}?back=draft"
    assert f'href="{link}#answer"' in page.get(draft_url).content.decode()

    assert page.post(link, {"text": "For all."})["Location"] == f"{draft_url}#thread-{begun.pk}"


def test_words_of_a_draft_are_not_shown_to_the_other_side(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    let_in(acme, draft.contract)
    client = signed_in(acme, "counterparty")

    form = client.get(
        reverse("comment-new", args=[draft.contract_id]),
        {"audience": "shared", "draft_clause": str(clause_of(draft).pk)},
    ).content.decode()

    assert HOSTS not in form
    assert "data-quote-source" not in form


def test_clauses_of_other_contracts_are_not_shown(page: Client, alice: Actor, globex: Cast, charlie: Actor) -> None:
    contract = draft_contract(alice)
    other = availability(draft_contract(alice, title="Another"))
    with organization_scope(charlie.organization_id):
        foreign = availability(draft_contract(charlie))

    for clause in (other, foreign):
        form = page.get(reverse("comment-new", args=[contract.pk]), {"clause": str(clause.pk)}).content.decode()
        assert "data-quote-source" not in form
    assert page.get(reverse("comment-new", args=[contract.pk]), {"clause": "x"}).status_code == 200


def test_a_thread_leads_to_the_clause_that_is_there_no_more(page: Client, alice: Actor) -> None:
    contract = draft_contract(alice)
    clause = availability(contract)
    thread(alice, contract, clause_id=clause.pk)
    add_version(actor=alice, contract_id=contract.pk, paper=text_paper("1. Another text\n\nIt says little."))

    tab = page.get(reverse("contract-tab", args=[contract.pk, "comments"])).content.decode()

    assert "on an earlier version" in tab
    assert f'<a href="{reverse("version", args=[clause.version_id])}#clause-{clause.pk}">2.1 ' in tab
