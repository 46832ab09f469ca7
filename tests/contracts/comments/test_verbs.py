"""What each verb of comments leaves behind, what it refuses, and who is told."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from clm.access.permissions import visible
from clm.access.scope import organization_scope
from clm.audit.models import Transition
from clm.lib.actor import Actor
from clm.lib.canonical import digest
from clm.lib.errors import DomainError, Forbidden, Invalid, NotVisible
from clm.notify.models import Notification
from clm.notify.tasks import send_mail
from contracts.models import Comment, FormerWords, Mention, Thread
from contracts.operations.comments.edit_comment import edit_comment
from contracts.operations.comments.reopen_thread import reopen_thread
from contracts.operations.comments.reply_to_thread import reply_to_thread
from contracts.operations.comments.resolve_thread import resolve_thread
from contracts.operations.restrict_contract import restrict_contract
from tests.cast import Cast
from tests.contracts.comments.talk import availability, negotiated, open_to_other_side, thread
from tests.contracts.papers import draft_contract
from tests.proof import last_entry, last_event, left_behind


def told() -> list[tuple[str, str]]:
    """(kind, e-mail) of everyone told, in no order."""
    return sorted(Notification.objects.values_list("kind", "user__email"))


def test_a_thread_begins_on_a_clause(acme: Cast, alice: Actor) -> None:
    contract = draft_contract(alice)
    clause = availability(contract)
    before = left_behind()

    begun = thread(alice, contract, "  Too low?\r\nAsk operations. ", clause_id=clause.pk, quote="99.9 % of each")

    assert (begun.audience, begun.state, begun.clause, begun.number) == ("internal", "open", clause, "2.1")
    comment = begun.comments.get()
    assert (comment.text, comment.author_id, comment.edited_at) == (
        "Too low?\nAsk operations.", alice.user_id, None,
    )  # fmt: skip
    assert left_behind() == (before[0] + 1, before[1] + 1, before[2])
    ids = {"thread_id": str(begun.pk), "contract_id": str(contract.pk), "comment_id": str(comment.pk)}
    assert last_event() == ("thread.started", {**ids, "audience": "internal"})
    assert last_entry().verb == "contracts.start_thread"
    assert last_entry().after == {
        "audience": "internal", "clause": str(clause), "words": digest({"text": comment.text}),
    }  # fmt: skip
    assert told() == []


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"text": " \n"}, "comment_empty", "text"),
        ({"text": "x" * 20_001}, "comment_too_long", "text"),
        ({"audience": "everyone"}, "audience_unknown", "audience"),
        ({"clause_id": uuid4()}, "place_unknown", "clause"),
        ({"draft_clause_id": uuid4()}, "place_unknown", "clause"),
        ({"quote": "words of nothing"}, "quote_differs", "quote"),
        ({"mentions": [uuid4()]}, "mention_unseen", "mentions"),
    ],
)
def test_what_is_no_comment_is_refused(alice: Actor, given: dict[str, Any], code: str, field: str) -> None:
    contract = draft_contract(alice)
    before = left_behind()

    with pytest.raises(Invalid) as refused:
        thread(alice, contract, **({"text": "Well?"} | given))

    assert (refused.value.code, list(refused.value.fields)) == (code, [field])
    assert left_behind() == before
    assert (Thread.objects.count(), Comment.objects.count()) == (0, 0)


def test_a_clause_of_another_contract_is_no_place(alice: Actor) -> None:
    other = availability(draft_contract(alice))

    with pytest.raises(Invalid, match="no such clause"):
        thread(alice, draft_contract(alice), clause_id=other.pk)


def test_words_that_are_not_in_the_clause_are_no_quote(alice: Actor) -> None:
    contract = draft_contract(alice)

    with pytest.raises(Invalid) as refused:
        thread(alice, contract, clause_id=availability(contract).pk, quote="100 %")

    assert refused.value.code == "quote_differs"


def test_an_answer(acme: Cast, alice: Actor) -> None:
    begun = thread(acme["legal"], draft_contract(alice))
    before = left_behind()

    answer = reply_to_thread(actor=alice, thread_id=begun.pk, text="It is fine")

    assert [comment.text for comment in begun.comments.all()] == ["Too low?", "It is fine"]
    assert left_behind() == (before[0] + 1, before[1] + 1, before[2])
    assert last_event()[0] == "thread.replied"
    assert last_event()[1]["comment_id"] == str(answer.pk)
    assert told() == [("comment.written", "legal@acme.example")]


def test_a_settled_thread_takes_no_answer_until_it_is_reopened(alice: Actor) -> None:
    begun = thread(alice, draft_contract(alice))
    resolve_thread(actor=alice, thread_id=begun.pk)
    before = left_behind()

    with pytest.raises(DomainError) as refused:
        reply_to_thread(actor=alice, thread_id=begun.pk, text="Still")

    assert refused.value.code == "thread_resolved"
    assert left_behind() == before
    reopen_thread(actor=alice, thread_id=begun.pk)
    reply_to_thread(actor=alice, thread_id=begun.pk, text="Still")


def test_settling_and_reopening_leave_their_rows(alice: Actor) -> None:
    begun = thread(alice, draft_contract(alice))
    before = left_behind()

    resolve_thread(actor=alice, thread_id=begun.pk)

    assert left_behind() == tuple(count + 1 for count in before)
    ids = {"thread_id": str(begun.pk), "contract_id": str(begun.contract_id), "audience": "internal"}
    assert last_event() == ("thread.resolved", ids)
    with pytest.raises(DomainError, match="cannot become resolved"):
        resolve_thread(actor=alice, thread_id=begun.pk)
    reopen_thread(actor=alice, thread_id=begun.pk)
    moves = Transition.objects.filter(subject_id=begun.pk).order_by("id").values_list("from_state", "to_state")
    assert list(moves) == [("open", "resolved"), ("resolved", "open")]


def test_a_changed_comment_keeps_what_it_said(alice: Actor) -> None:
    comment = thread(alice, draft_contract(alice)).comments.get()
    before = left_behind()

    edited = edit_comment(actor=alice, comment_id=comment.pk, text="Much too low?")

    assert edited.edited_at is not None
    assert [words.text for words in FormerWords.objects.all()] == ["Too low?"]
    assert left_behind() == (before[0] + 1, before[1] + 1, before[2])
    assert last_entry().before == {"words": digest({"text": "Too low?"})}
    edit_comment(actor=alice, comment_id=comment.pk, text="Much too low? ")
    assert FormerWords.objects.count() == 1


def test_nobody_changes_the_words_of_another(acme: Cast, alice: Actor) -> None:
    comment = thread(alice, draft_contract(alice)).comments.get()
    before = left_behind()

    with pytest.raises(Forbidden):
        edit_comment(actor=acme["legal"], comment_id=comment.pk, text="Fine")

    assert left_behind() == before
    assert Comment.objects.get().text == "Too low?"


def test_the_database_keeps_who_reads_a_thread_and_what_was_said(alice: Actor) -> None:
    begun = thread(alice, draft_contract(alice))
    edit_comment(actor=alice, comment_id=begun.comments.get().pk, text="Fine")
    changes = [
        lambda: Thread.objects.update(audience="shared"),
        lambda: Thread.objects.all().delete(),
        lambda: Comment.objects.update(author=alice.user_id, thread=begun, written_at=begun.started_at),
        lambda: FormerWords.objects.update(text="Never said"),
        lambda: FormerWords.objects.all().delete(),
    ]

    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_who_is_named_is_told_by_inbox_and_mail(acme: Cast, alice: Actor) -> None:
    contract = draft_contract(alice)

    begun = thread(alice, contract, "@Legal, and @finance: too low?", mentions=[acme.users["executive"].pk])

    named = {f"{name}@acme.example" for name in ("legal", "finance", "executive")}
    assert set(told()) == {("comment.mentioned", email) for email in named}
    assert Mention.objects.count() == 3
    note = Notification.objects.get(user=acme.users["legal"])
    assert (note.title, note.url) == ("Alice mentioned you: Hosting", f"/contracts/threads/{begun.pk}/")
    send_mail()
    assert {message.to[0] for message in mail.outbox} == named


def test_naming_oneself_or_somebody_again_tells_nobody(acme: Cast, alice: Actor) -> None:
    comment = thread(alice, draft_contract(alice), "@Alice @Legal: too low?").comments.get()

    edit_comment(actor=alice, comment_id=comment.pk, text="@Legal: really too low?")

    assert told() == [("comment.mentioned", "legal@acme.example")]


def test_the_longest_name_is_the_one_that_is_named(acme: Cast, alice: Actor) -> None:
    acme.users["legal"].name = "Account"
    acme.users["legal"].save()

    thread(alice, draft_contract(alice), "@Account_Manager and not me@finance.example or @Financebot")

    assert told() == [("comment.mentioned", "account_manager@acme.example")]


@pytest.mark.parametrize("way", ["id", "name"])
def test_who_cannot_see_the_contract_is_not_named(acme: Cast, alice: Actor, way: str) -> None:
    contract = draft_contract(alice)
    restrict_contract(actor=alice, contract_id=contract.pk)
    before = left_behind()
    finance = {"mentions": [acme.users["finance"].pk]} if way == "id" else {"text": "Ask @Finance"}

    with pytest.raises(Invalid) as refused:
        thread(alice, contract, **finance)

    field = "mentions" if way == "id" else "text"
    assert refused.value.fields == {field: ["Finance does not see this contract."]}
    assert left_behind() == before
    assert told() == []


def test_the_other_side_is_named_only_where_it_reads(acme: Cast, alice: Actor) -> None:
    contract = negotiated(acme)

    with pytest.raises(Invalid, match="does not read what is said among us"):
        thread(alice, contract, "@Counterparty?")
    thread(alice, contract, "@Counterparty?", audience="shared")

    assert told() == [("comment.mentioned", "counterparty@acme.example")]


def test_a_word_to_the_other_side_tells_it_and_its_answer_tells_the_owner(acme: Cast, alice: Actor) -> None:
    contract = negotiated(acme)
    begun = thread(alice, contract, audience="shared")
    assert told() == [("comment.written", "counterparty@acme.example")]

    reply_to_thread(actor=acme["counterparty"], thread_id=begun.pk, text="No")

    emails = [email for _kind, email in told()]
    assert emails == ["alice@acme.example", "counterparty@acme.example", "legal@acme.example"]
    title = Notification.objects.get(user=acme.users["legal"]).title
    assert title == "Counterparty commented: Hosting"


def test_the_other_side_reads_and_writes_only_what_is_shared(acme: Cast, alice: Actor) -> None:
    contract, guest = negotiated(acme), acme["counterparty"]
    internal = thread(alice, contract, "Our walk-away is 98 %")
    shared = thread(alice, contract, "We offer 99.5 %", audience="shared")
    before = left_behind()

    assert list(visible(guest, Thread.objects.all())) == [shared]
    assert [comment.text for comment in visible(guest, Comment.objects.all())] == ["We offer 99.5 %"]
    assert not visible(guest, FormerWords.objects.all()).exists()
    with pytest.raises(NotVisible):
        reply_to_thread(actor=guest, thread_id=internal.pk, text="Ha")
    with pytest.raises(Invalid) as refused:
        thread(guest, contract, "Among us", audience="internal")
    assert refused.value.code == "audience_unknown"
    assert left_behind() == before
    assert thread(guest, contract, "We want more", audience="shared").is_shared


def test_a_text_that_is_not_theirs_yet_keeps_its_threads_back(acme: Cast, alice: Actor) -> None:
    contract = draft_contract(alice)
    clause = availability(contract)
    open_to_other_side(acme, contract)
    thread(alice, contract, "See this", audience="shared", clause_id=clause.pk)

    assert not visible(acme["counterparty"], Thread.objects.all()).exists()
    assert told() == []
    with pytest.raises(Invalid, match="once the text is handed over"):
        thread(alice, contract, "@Counterparty", audience="shared", clause_id=clause.pk)


@pytest.mark.parametrize("role", ["finance", "executive", "approver", "account_manager"])
def test_who_does_not_negotiate_writes_only_among_us(acme: Cast, role: str) -> None:
    contract = negotiated(acme)
    shared = thread(acme["legal"], contract, audience="shared")
    before = left_behind()

    for attempt in (
        lambda: thread(acme[role], contract, audience="shared"),
        lambda: reply_to_thread(actor=acme[role], thread_id=shared.pk, text="Hello"),
        lambda: resolve_thread(actor=acme[role], thread_id=shared.pk),
    ):
        with pytest.raises(Forbidden):
            attempt()

    assert left_behind() == before
    assert thread(acme[role], contract).audience == "internal"


def test_an_auditor_reads_and_says_nothing(acme: Cast, alice: Actor) -> None:
    contract = draft_contract(alice)
    begun = thread(alice, contract)

    assert list(visible(acme["auditor"], Thread.objects.all())) == [begun]
    with pytest.raises(Forbidden):
        thread(acme["auditor"], contract)


def test_another_organization_finds_no_thread(acme: Cast, alice: Actor, globex: Cast, charlie: Actor) -> None:
    begun = thread(alice, draft_contract(alice))

    with organization_scope(globex.organization.pk):
        assert not visible(charlie, Thread.objects.all()).exists()
        for verb in (resolve_thread, reopen_thread):
            with pytest.raises(NotVisible):
                verb(actor=charlie, thread_id=begun.pk)


def test_a_restricted_contract_takes_its_threads_along(acme: Cast, alice: Actor, bob: Actor) -> None:
    begun = thread(alice, draft_contract(alice))
    restrict_contract(actor=alice, contract_id=begun.contract_id)

    assert not visible(bob, Thread.objects.all()).exists()
    with pytest.raises(NotVisible):
        reply_to_thread(actor=acme["finance"], thread_id=begun.pk, text="Hello")
