"""What people do with comments on the pages, what they are told before they post, and how many queries it takes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clm.lib.actor import Actor
from contracts.models import Comment, Contract, Thread
from contracts.operations.add_version import add_version
from contracts.operations.comments.reply_to_thread import reply_to_thread
from contracts.operations.comments.resolve_thread import resolve_thread
from tests.cast import Cast
from tests.contracts.comments.talk import availability, negotiated, thread
from tests.contracts.papers import TEXT, draft_contract, newest, text_paper

BACKEND = "django.contrib.auth.backends.ModelBackend"


def shown(page: Client, name: str, *args: object, **query: str) -> str:
    answer = page.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def sent(page: Client, name: str, *args: object, data: dict[str, Any] | None = None) -> Any:
    return page.post(reverse(name, args=args), data or {})


def signed_in(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.users[role], backend=BACKEND)
    return client


def test_a_comment_on_a_clause_from_the_version_page(page: Client, acme: Cast, alice: Actor) -> None:
    contract = draft_contract(alice)
    clause = availability(contract)
    link = f"{reverse('comment-new', args=[contract.pk])}?clause={clause.pk}"
    assert link in shown(page, "version", newest(contract).pk).replace("&amp;", "&")

    form = page.get(link).content.decode()
    assert "Only your own side reads this." in form
    assert "Counterparty" not in form
    given = {"audience": "internal", "clause": clause.pk, "quote": "99.9 %", "text": "Too low?"}
    answer = sent(page, "comment-new", contract.pk, data={**given, "mentions": [str(acme.users["legal"].pk)]})

    begun = Thread.objects.get()
    assert answer.url == f"/contracts/{contract.pk}/comments/#thread-{begun.pk}"
    tab = shown(page, "contract-tab", contract.pk, "comments")
    assert "Too low?" in tab
    assert "Named: Legal" in tab
    assert "<blockquote>99.9 %</blockquote>" in tab
    assert f"/contracts/versions/{newest(contract).pk}/#clause-{clause.pk}" in tab


def test_before_posting_to_the_other_side_the_page_says_so(page: Client, acme: Cast, alice: Actor) -> None:
    contract = negotiated(acme)
    party = contract.parties.get(role="counterparty").party.name

    form = shown(page, "comment-new", contract.pk, audience="shared")

    assert f"The other side will read this: {party}." in form
    assert "Send to the other side" in form
    assert "Counterparty" in form
    sent(page, "comment-new", contract.pk, data={"audience": "shared", "text": "We offer 99.5 %"})
    begun = Thread.objects.get()
    assert begun.audience == "shared"
    own = shown(page, "thread", begun.pk)
    assert f"The other side will read this: {party}." in own
    assert ("The other side reads this" in own, "Read by you and" in own) == (True, False)


def test_a_refused_comment_keeps_what_was_typed(page: Client, acme: Cast, alice: Actor) -> None:
    contract = negotiated(acme)

    answer = sent(page, "comment-new", contract.pk, data={"audience": "internal", "text": "@Counterparty listens?"})

    assert answer.status_code == 400
    assert "@Counterparty listens?" in answer.content.decode()
    assert "Counterparty is of the other side" in answer.content.decode()
    assert not Comment.objects.exists()


def test_answer_change_settle_reopen(page: Client, alice: Actor) -> None:
    begun = thread(alice, draft_contract(alice))

    sent(page, "thread", begun.pk, data={"text": "It is"})
    comment = Comment.objects.latest("written_at")
    sent(page, "comment-edit", comment.pk, data={"text": "It was"})
    assert reverse("thread-resolve", args=[begun.pk]) in shown(page, "thread", begun.pk)
    sent(page, "thread-resolve", begun.pk)

    assert "It was" not in shown(page, "contract-tab", begun.contract_id, "comments")
    assert "It was" in shown(page, "contract-tab", begun.contract_id, "comments", show="resolved")
    own = shown(page, "thread", begun.pk)
    assert "It is" in own
    assert "Reopen" in own
    sent(page, "thread-reopen", begun.pk)
    assert "It was" in shown(page, "contract-tab", begun.contract_id, "comments")


@pytest.mark.parametrize(
    ("show", "expected"),
    [("open", {"Among", "Shared"}), ("resolved", {"Settled"}), ("internal", {"Among", "Settled"}),
     ("shared", {"Shared"}), ("all", {"Among", "Shared", "Settled"})],
)  # fmt: skip
def test_filters(page: Client, acme: Cast, alice: Actor, show: str, expected: set[str]) -> None:
    contract = negotiated(acme)
    thread(alice, contract, "Among us")
    thread(alice, contract, "Shared words", audience="shared")
    resolve_thread(actor=alice, thread_id=thread(alice, contract, "Settled words").pk)

    tab = shown(page, "contract-tab", contract.pk, "comments", show=show)

    assert {word for word in ("Among us", "Shared words", "Settled words") if word in tab} == {
        f"{word} {'us' if word == 'Among' else 'words'}" for word in expected
    }


def test_threads_follow_their_clause_to_the_next_version(page: Client, alice: Actor) -> None:
    contract = draft_contract(alice)
    thread(alice, contract, "On availability", clause_id=availability(contract).pk)
    gone = contract.versions.get().clauses.get(number="2.2")
    thread(alice, contract, "On credits", clause_id=gone.pk)
    text = TEXT.replace("2.2 Credits. If", "If").replace("99.9", "99.5")
    add_version(actor=alice, contract_id=contract.pk, paper=text_paper(text))

    tab = shown(page, "contract-tab", contract.pk, "comments")

    now = newest(contract).clauses.get(number="2.1")
    assert f"/contracts/versions/{newest(contract).pk}/#clause-{now.pk}" in tab
    assert tab.count("on an earlier version") == 1


def test_the_other_side_reads_its_threads_and_answers(acme: Cast, alice: Actor) -> None:
    contract = negotiated(acme)
    thread(alice, contract, "Our walk-away is 98 %")
    begun = thread(alice, contract, "We offer 99.5 %", audience="shared")
    guest = signed_in(acme, "counterparty")

    tab = shown(guest, "contract-tab", contract.pk, "comments", show="all")

    assert "We offer 99.5 %" in tab
    assert "walk-away" not in tab
    assert "Read by you and Acme" in tab
    assert "Only us" not in tab
    form = shown(guest, "comment-new", contract.pk)
    assert "Acme will read this." in form
    assert "Alice" in form
    assert "Finance" not in form
    assert sent(guest, "thread", begun.pk, data={"text": "No"}).status_code == 302
    assert sent(guest, "comment-new", contract.pk, data={"audience": "internal", "text": "x"}).status_code == 400
    assert "No</p>" in shown(signed_in(acme, "legal"), "thread", begun.pk)


def fill(alice: Actor, contract: Contract, number: int) -> None:
    for index in range(number):
        begun = thread(alice, contract, f"@Legal @Finance: {index}?", clause_id=availability(contract).pk)
        reply_to_thread(actor=alice, thread_id=begun.pk, text="Yes")


@pytest.mark.parametrize("role", ["alice", "counterparty"])
def test_the_tab_takes_as_many_queries_for_many_threads(acme: Cast, alice: Actor, role: str) -> None:
    contract = negotiated(acme)
    client = signed_in(acme, role)
    counts = []
    for more in (3, 27):
        fill(alice, contract, more)
        for _index in range(more):
            thread(alice, contract, audience="shared")
        with CaptureQueriesContext(connection) as made:
            shown(client, "contract-tab", contract.pk, "comments")
        counts.append(len(made))

    assert counts[0] == counts[1]
