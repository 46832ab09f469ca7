"""Comments travel in Word files: theirs become threads once, ours that they may read go out, and no others do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.access.permissions import visible
from clm.audit.models import LedgerEntry
from clm.lib.actor import Actor
from clm.lib.errors import Forbidden
from clm.notify.models import Notification
from contracts.adapters.parts import take_apart
from contracts.adapters.word_changes import read_in_process
from contracts.adapters.word_remarks import Remark
from contracts.adapters.word_talk import Said, Talk, with_talks
from contracts.models import Clause, Comment, Contract, Thread, Version
from contracts.operations.comments.edit_comment import edit_comment
from contracts.operations.comments.reply_to_thread import reply_to_thread
from contracts.operations.comments.resolve_thread import resolve_thread
from contracts.operations.comments.start_thread import start_thread
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.negotiation.decide_rest import decide_rest
from contracts.operations.negotiation.receive_version import receive_version
from contracts.papers.comparisons import Newer, redline_of
from contracts.papers.outgoing import outgoing_bytes
from contracts.queries.changes import read_answer
from contracts.queries.comments import shown_threads, threads
from contracts.queries.paper_comments import Known, Names, flat, talks_on
from contracts.states import VersionState
from tests.cast import Cast
from tests.contracts.drafting.written import let_in
from tests.contracts.negotiation.answers import RUNS, received, sent_version
from tests.contracts.word.edits import THEM, WHEN, commented

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 5, 6, 7, tzinfo=UTC)
CREDIT = "10 % of the monthly fee"
LATER = Said("7ABCDEF0", "Petra Cirrus", datetime(2026, 4, 6, 7, 8, tzinfo=UTC), "Then ten months.")


@pytest.fixture(autouse=True)
def _alice(alice: Actor) -> None:
    """acme["alice"] owns the contracts."""


def asked(docx: bytes) -> bytes:
    return commented(docx, "one year", "Why only one?")


def sent_back(actor: Actor, sent: Version, document: bytes) -> Version:
    answer = read_answer(document, "answer.docx")
    return receive_version(actor=actor, contract_id=sent.contract_id, answer=answer)


def handed_on(actor: Actor, contract_id: Any) -> Version:
    """Our next text, with the changes that they made as they are."""
    draft = begin_draft(actor=actor, contract_id=contract_id)
    newest = Version.objects.filter(contract_id=contract_id, source="received").latest("number")
    decide_rest(actor=actor, version_id=newest.pk, accept=True)
    return hand_over(actor=actor, draft_id=draft.pk)


def credits(version: Version) -> Clause:
    return Clause.objects.get(version=version, heading="Credits")


def start(actor: Actor, version: Version, text: str, audience: str = "shared", quote: str = CREDIT) -> Thread:
    return start_thread(
        actor=actor, contract_id=version.contract_id, text=text, audience=audience, clause_id=credits(version).pk,
        quote=quote,
    )  # fmt: skip


def in_package(docx: bytes) -> str:
    return " ".join(part.decode("utf-8", "replace") for part in take_apart(docx).values())


def remarks(docx: bytes) -> list[tuple[str, str, str]]:
    return [(each.author, each.text, each.anchor) for each in read_in_process(docx).remarks]


def said_in(version: Version, *more: Said, is_done: bool = False) -> bytes:
    """What went out, as a program that keeps everything gives it back, with answers to its first thread."""
    first, *rest = talks_on(version)
    talks: list[Talk] = [replace(first, said=(*first.said, *more), is_done=is_done), *rest]
    return with_talks(outgoing_bytes(version, talks=False), version.text, talks)


def test_their_comment_is_a_shared_thread_on_its_clause(acme: Cast) -> None:
    version = received(acme["legal"], asked)

    thread = Thread.objects.get()
    comment = Comment.objects.get()
    assert (thread.audience, thread.state, thread.started_by, thread.quote) == ("shared", "open", None, RUNS)
    assert (thread.number, thread.heading, thread.started_at) == ("3", "Term", AT)
    assert (comment.author, comment.outside_author, comment.text, comment.written_at, comment.came_with) == (
        None, THEM, "Why only one?", AT, version,
    )  # fmt: skip
    entry = LedgerEntry.objects.get(event="thread.started")
    assert (entry.verb, entry.contract_id) == ("contracts.receive_version", version.contract_id)


def test_it_stands_in_our_next_draft_and_theirs_reads_it(acme: Cast) -> None:
    version = received(acme["legal"], asked)
    guest = let_in(acme, version.contract)

    for actor in (acme["legal"], guest):
        [shown] = shown_threads(actor, version.contract, threads(actor, version.contract))
        assert [(each.author, each.is_mine) for each in shown.comments] == [(THEM, False)]
        assert (shown.place.label, shown.waits) == ("3 Term", False)
    client = Client()
    client.force_login(acme.users["legal"], backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("contract-tab", args=[version.contract_id, "comments"])).content.decode()
    assert f"in the document of version {version.number}" in page


def test_the_api_says_where_it_came_from(acme: Cast, api: APIClient) -> None:
    version = received(acme["legal"], asked)

    [thread] = api.get(f"/api/v1/contracts/{version.contract_id}/threads/").json()["results"]

    [comment] = thread["comments"]
    assert (comment["author"], comment["came_with"], comment["is_mine"]) == (THEM, str(version.pk), False)


def test_nobody_of_the_house_changes_it(acme: Cast) -> None:
    received(acme["legal"], asked)

    with pytest.raises(Forbidden):
        edit_comment(actor=acme["legal"], comment_id=Comment.objects.get().pk, text="Fine.")


def test_their_comment_goes_back_to_them_with_our_answer(acme: Cast) -> None:
    version = received(acme["legal"], asked)
    reply_to_thread(actor=acme["alice"], thread_id=Thread.objects.get().pk, text="It renews.")

    sent = handed_on(acme["alice"], version.contract_id)

    first, second = read_in_process(outgoing_bytes(sent)).remarks
    assert (first.author, first.at, first.text, first.anchor) == (THEM, AT.isoformat(), "Why only one?", RUNS)
    assert (second.author, second.text, second.parent) == ("Alice (Acme)", "It renews.", first.key)
    assert WHEN[:10] == first.at[:10]


def test_what_comes_back_is_known(acme: Cast) -> None:
    version = received(acme["legal"], asked)
    reply_to_thread(actor=acme["alice"], thread_id=Thread.objects.get().pk, text="It renews.")
    sent = handed_on(acme["alice"], version.contract_id)

    back = sent_back(acme["legal"], sent, outgoing_bytes(sent))

    assert (Thread.objects.count(), Comment.objects.count()) == (1, 2)
    assert back.receipt.remarks == []


@pytest.mark.parametrize("kept", [{"key": "0BAD0BAD"}, {"key": "", "at": ""}, {"key": "", "author": "", "at": ""}])
def test_it_is_known_by_words_and_time_or_place_too(acme: Cast, kept: dict[str, str]) -> None:
    version = received(acme["legal"], asked)
    contract = Contract.objects.get(pk=version.contract_id)
    sent = handed_on(acme["alice"], contract.pk)
    [remark] = read_in_process(outgoing_bytes(sent)).remarks
    answer = read_answer(outgoing_bytes(sent), "answer.docx")
    assert answer.reading is not None
    changed: Remark = replace(remark, **kept)

    receive_version(
        actor=acme["legal"], contract_id=contract.pk,
        answer=replace(answer, reading=replace(answer.reading, remarks=(changed,))),
    )  # fmt: skip

    assert Comment.objects.count() == 1


def test_their_answer_in_word_stands_in_the_thread_and_opens_it(acme: Cast) -> None:
    sent = sent_version(acme["alice"])
    thread = start(acme["alice"], sent, "Is that enough?")
    document = said_in(sent, LATER)
    resolve_thread(actor=acme["alice"], thread_id=thread.pk)

    version = sent_back(acme["legal"], sent, document)

    thread.refresh_from_db()
    asked_, answer = thread.comments.all()
    assert (thread.state, asked_.author_id, answer.author, answer.outside_author) == (
        "open", acme["alice"].user_id, None, "Petra Cirrus",
    )  # fmt: skip
    assert answer.came_with == version
    told = Notification.objects.filter(kind="comment.written", user=acme["alice"].user_id)
    assert [row.title for row in told] == ["Petra Cirrus commented: Hosting"]


def test_other_words_under_our_name_change_nothing_of_ours(acme: Cast) -> None:
    sent = sent_version(acme["alice"])
    thread = start(acme["alice"], sent, "Is that enough?")
    [talk] = talks_on(sent)
    forged = replace(talk, said=(replace(talk.said[0], text="That is enough."),))

    sent_back(acme["legal"], sent, with_talks(outgoing_bytes(sent, talks=False), sent.text, [forged]))

    ours, theirs = thread.comments.all()
    assert (ours.text, ours.author_id) == ("Is that enough?", acme["alice"].user_id)
    assert (theirs.text, theirs.author, theirs.outside_author) == ("That is enough.", None, "Alice (Acme)")


def test_a_comment_that_we_changed_since_is_known_by_what_it_said(acme: Cast) -> None:
    sent = sent_version(acme["alice"])
    thread = start(acme["alice"], sent, "Is that enough?")
    document = outgoing_bytes(sent)
    edit_comment(actor=acme["alice"], comment_id=thread.comments.get().pk, text="Is it?")

    sent_back(acme["legal"], sent, document)

    assert [each.text for each in thread.comments.all()] == ["Is it?"]


def test_what_they_say_is_done_is_resolved(acme: Cast) -> None:
    sent = sent_version(acme["alice"])
    thread = start(acme["alice"], sent, "Is that enough?")

    sent_back(acme["legal"], sent, said_in(sent, LATER, is_done=True))

    thread.refresh_from_db()
    assert (thread.state, thread.comments.count()) == ("resolved", 2)


def test_only_what_is_shared_goes_out(acme: Cast) -> None:
    sent = sent_version(acme["alice"])
    start(acme["alice"], sent, "quokkainternal", audience="internal")
    start(acme["alice"], sent, "kowarishared")

    made = outgoing_bytes(sent)

    assert remarks(made) == [("Alice (Acme)", "kowarishared", CREDIT)]
    assert "quokkainternal" not in in_package(made)


def test_the_other_side_gets_the_same_file(acme: Cast) -> None:
    sent = sent_version(acme["alice"])
    let_in(acme, sent.contract)
    start(acme["alice"], sent, "kowarishared")
    client = Client()
    client.force_login(acme.users["counterparty"], backend="django.contrib.auth.backends.ModelBackend")

    got = b"".join(client.get(reverse("version-file", args=[sent.pk])))

    assert got == outgoing_bytes(sent)


def test_a_thread_on_a_text_that_they_do_not_have_waits(acme: Cast) -> None:
    sent = sent_version(acme["alice"])
    version = sent_back(acme["legal"], sent, outgoing_bytes(sent))
    draft = begin_draft(actor=acme["alice"], contract_id=version.contract_id)
    clause = draft.clauses.get(heading="Credits")
    start_thread(
        actor=acme["alice"], contract_id=version.contract_id, text="wombatwaits", audience="shared",
        draft_clause_id=clause.pk,
    )  # fmt: skip

    assert "wombatwaits" not in in_package(outgoing_bytes(sent))
    assert remarks(outgoing_bytes(handed_on(acme["alice"], version.contract_id)))[0][1] == "wombatwaits"


def whole(actor: Actor, version: Version, text: str, audience: str = "shared") -> Thread:
    return start_thread(actor=actor, contract_id=version.contract_id, text=text, audience=audience)


def test_what_is_said_on_the_whole_contract_stands_at_the_first_paragraph(acme: Cast) -> None:
    sent = sent_version(acme["alice"])
    whole(acme["alice"], sent, "quokkainternal", audience="internal")
    whole(acme["alice"], sent, "kowarishared")
    start(acme["alice"], sent, "And this?")

    made = outgoing_bytes(sent)

    assert remarks(made) == [
        ("Alice (Acme)", "kowarishared", "Hosting Agreement"),
        ("Alice (Acme)", "And this?", CREDIT),
    ]
    assert "quokkainternal" not in in_package(made)


@pytest.mark.parametrize("kept", [{}, {"key": "0BAD0BAD"}, {"key": "", "at": ""}, {"key": "", "author": "", "at": ""}])
def test_what_was_said_on_the_whole_contract_is_known_when_it_comes_back(acme: Cast, kept: dict[str, str]) -> None:
    sent = sent_version(acme["alice"])
    whole(acme["alice"], sent, "Please read it all.")
    answer = read_answer(outgoing_bytes(sent), "answer.docx")
    assert answer.reading is not None
    [remark] = answer.reading.remarks

    receive_version(
        actor=acme["legal"], contract_id=sent.contract_id,
        answer=replace(answer, reading=replace(answer.reading, remarks=(replace(remark, **kept),))),
    )  # fmt: skip

    assert (Thread.objects.count(), Comment.objects.count()) == (1, 1)


def test_their_answer_to_it_lands_in_the_same_thread(acme: Cast) -> None:
    sent = sent_version(acme["alice"])
    thread = whole(acme["alice"], sent, "Please read it all.")
    start(acme["alice"], sent, "And this?")

    sent_back(acme["legal"], sent, said_in(sent, LATER))

    assert [(each.text, each.writer) for each in thread.comments.all()] == [
        ("Please read it all.", "Alice"),
        (LATER.text, "Petra Cirrus"),
    ]
    assert Thread.objects.count() == 2


def test_their_answer_goes_out_again_once(acme: Cast) -> None:
    sent = sent_version(acme["alice"])
    whole(acme["alice"], sent, "Please read it all.")
    version = sent_back(acme["legal"], sent, said_in(sent, LATER))

    made = read_in_process(outgoing_bytes(handed_on(acme["alice"], version.contract_id)))

    assert [(each.text, each.parent != "") for each in made.remarks] == [
        ("Please read it all.", False),
        (LATER.text, True),
    ]


def test_a_final_text_has_no_comments_on_the_whole(acme: Cast) -> None:
    sent = sent_version(acme["alice"])
    whole(acme["alice"], sent, "Please read it all.")
    sent.state = VersionState.FINAL

    assert talks_on(sent) == []


def test_a_redline_takes_them_along(acme: Cast) -> None:
    sent = sent_version(acme["alice"])
    start(acme["alice"], sent, "quokkainternal", audience="internal")
    start(acme["alice"], sent, "kowarishared")
    version = received(acme["legal"], sent=sent)
    newer = handed_on(acme["alice"], version.contract_id)

    made, note = redline_of(sent, Newer.of_version(newer))

    assert note == ""
    reading = read_in_process(made)
    assert [(each.author, each.text) for each in reading.remarks] == [("Alice (Acme)", "kowarishared")]
    assert reading.is_tracked
    assert "quokkainternal" not in in_package(made)


def test_another_organization_has_nothing_of_it(acme: Cast, globex: Cast) -> None:
    received(acme["legal"], asked)

    assert not visible(globex["legal"], Comment.objects.all()).exists()


class Counted(str):
    """A text that counts how often its words are taken apart."""

    times = 0

    def split(self, *args: Any) -> list[str]:  # type: ignore[override]
        Counted.times += 1
        return super().split(*args)


def known_of(texts: list[str]) -> Known:
    said = [(Thread(pk=uuid4()), Comment(pk=uuid4(), outside_author=THEM, text=text, written_at=AT)) for text in texts]
    former = {comment.pk: {flat(f"once {comment.text}")} for _, comment in said}
    return Known(said, former, {thread.pk: thread.pk for thread, _ in said}, Names("Acme", frozenset()))


def test_each_comment_is_taken_apart_once_however_many_are_asked_about() -> None:
    known = known_of([Counted(f"Known {at}") for at in range(40)])
    before = Counted.times
    new = [known.take(Remark(THEM, WHEN, Counted(f"New {at}"), "", 0, key=f"{at:08X}"), None) for at in range(50)]

    assert new == [None] * 50
    assert Counted.times - before == 50


def test_what_is_found_once_is_not_found_again() -> None:
    known = known_of(["The same.", "The same.", "Another."])
    at = AT.isoformat()
    [first, second, third] = known.comments

    found = [known.take(Remark(THEM, at, text, "", 0), None) for text in ("The same.", " The  same. ", "The same.")]
    assert found == [first, second, None]
    assert known.take(Remark("", "", "once Another.", "", 0), third[0].pk) == third


@pytest.mark.parametrize(("off", "is_known"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_documents_keep_whole_seconds(off: int, is_known: bool) -> None:
    at = AT.replace(second=30 + off).isoformat()
    known = known_of(["Why?"])
    known.comments[0][1].written_at = AT.replace(second=30, microsecond=900_000)
    known = Known(known.comments, known.former, known.places, known.names)

    assert (known.take(Remark("Nobody", at, "Why?", "", 0), None) is not None) is is_known
