"""What people see of an answer and do with it, and how many queries it takes."""

from __future__ import annotations

import io
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clm.access.scope import organization_scope
from clm.jobs.models import Job
from clm.jobs.runner import run
from clm.lib.actor import Actor
from contracts.adapters.parts import take_apart
from contracts.models import Change, Contract, Version
from contracts.papers.reading_jobs import READ_AT_ONCE
from contracts.papers.receiving import RECEIVE
from tests.cast import Cast
from tests.contracts.negotiation.answers import (
    CREDIT,
    MORE,
    change_of,
    credits_in,
    document_of,
    quick_answer,
    received,
    sent_version,
)
from tests.contracts.word.edits import commented, silently, tracked


def shown(page: Client, name: str, *args: object, **query: str) -> str:
    answer = page.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def sent(page: Client, name: str, *args: object, data: dict[str, Any] | None = None) -> Any:
    return page.post(reverse(name, args=args), data or {})


def as_file(content: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def mixed(docx: bytes) -> bytes:
    """A tracked change, a silent one, and a comment beside each and beside neither."""
    edited = silently(tracked(docx, CREDIT, MORE), "one year", "nine years")
    return commented(edited, "hosts the Service", "Where?")


def test_a_comment_of_the_document_is_shown_once(page: Client, alice: Actor) -> None:
    version = received(alice, lambda docx: commented(tracked(docx, CREDIT, MORE), "is lower", "Why so low?"))

    found = shown(page, "changes", version.contract_id)

    assert found.count("Why so low?") == 1
    assert "Comments on this clause" in found
    assert "· “If availability is lower" in found or "· “2.2 Credits. If availability is lower" in found


def test_the_page_says_what_was_changed_silently(page: Client, alice: Actor) -> None:
    version = received(alice, mixed)

    found = shown(page, "changes", version.contract_id)

    assert "They also changed words without tracking." in found
    assert "Petra Cirrus" in found
    assert "Without tracking" in found
    assert "Where?" in found
    assert "2 changes" in found


def test_an_answer_is_uploaded_and_decided_on(page: Client, alice: Actor) -> None:
    version = sent_version(alice)
    contract = version.contract
    assert reverse("answer-new", args=[contract.pk]) in shown(page, "changes", contract.pk)
    file = as_file(tracked(document_of(version), CREDIT, MORE), "answer.docx")

    assert sent(page, "answer-new", contract.pk, data={"file": file}).url == f"/contracts/{contract.pk}/changes/"

    change = Change.objects.get(contract=contract)
    found = shown(page, "changes", contract.pk)
    assert f'action="{reverse("change-accept", args=[change.pk])}"' in found
    answer = sent(page, "change-accept", change.pk)
    assert answer.url == f"/contracts/{contract.pk}/changes/#change-{change.pk}"
    assert MORE in credits_in(contract).text
    assert "Take the decision back" in shown(page, "changes", contract.pk)
    sent(page, "change-reopen", change.pk)
    assert CREDIT in credits_in(contract).text


def test_a_counter_begins_with_their_words(page: Client, alice: Actor) -> None:
    change = change_of(quick_answer(alice))
    assert MORE in shown(page, "change-counter", change.pk)

    empty = sent(page, "change-counter", change.pk, data={"text": ""})
    assert empty.status_code == 400
    sent(page, "change-counter", change.pk, data={"text": "A credit of 12 %."})

    assert credits_in(change.contract).text == "A credit of 12 %."
    assert "A credit of 12 %." in shown(page, "changes", change.contract_id)


def test_the_rest_is_rejected_at_once(page: Client, alice: Actor) -> None:
    version = quick_answer(alice)

    assert sent(page, "changes-decide-rest", version.pk, data={"decision": "reject"}).status_code == 302
    assert set(Change.objects.values_list("state", flat=True)) == {"rejected"}


def test_a_refusal_is_said_on_the_page(page: Client, alice: Actor) -> None:
    change = change_of(quick_answer(alice))
    sent(page, "change-reject", change.pk)

    answer = page.post(reverse("change-accept", args=[change.pk]), follow=True)

    assert "This change was decided already" in answer.content.decode()


def test_nothing_came_back_yet(page: Client, alice: Actor) -> None:
    version = sent_version(alice)
    assert "Nothing came back yet" in shown(page, "changes", version.contract_id)


def test_what_goes_out_says_nothing_of_its_makers(page: Client, alice: Actor) -> None:
    version = sent_version(alice)

    answer = page.get(reverse("version-outgoing", args=[version.pk]))

    parts = take_apart(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    assert b"creator" not in parts.get("docProps/core.xml", b"")
    assert b"python-docx" not in b"".join(parts.values())
    assert answer["Content-Disposition"].endswith(f'"{version.contract.reference}-v{version.number}.docx"')


def test_a_large_answer_is_read_by_a_job(page: Client, alice: Actor) -> None:
    version = sent_version(alice)
    large = (version.text.replace(CREDIT, MORE) + "\n\n" + "More words. " * (READ_AT_ONCE // 10)).encode()

    sent(page, "answer-new", version.contract_id, data={"file": as_file(large, "answer.txt")})

    job = Job.objects.get(kind=RECEIVE)
    assert job.parameters["file_name"] == "answer.txt"
    assert Contract.objects.get(pk=version.contract_id).turn == "theirs"
    run(job.pk, job.organization_id)
    job.refresh_from_db()
    assert job.result == {"url": f"/contracts/{version.contract_id}/changes/", "version": version.number + 1}
    assert Contract.objects.get(pk=version.contract_id).turn == "ours"
    assert Change.objects.filter(contract_id=version.contract_id, heading="Credits").count() == 1


def test_another_organization_finds_nothing(alice: Actor, globex: Cast, charlie: Actor) -> None:
    version = quick_answer(alice)
    client = Client()
    client.force_login(globex.users["charlie"], backend="django.contrib.auth.backends.ModelBackend")

    for name, pk in (("changes", version.contract_id), ("version-outgoing", version.pk)):
        assert client.get(reverse(name, args=[pk])).status_code == 404
    assert client.post(reverse("change-accept", args=[change_of(version).pk])).status_code == 404
    with organization_scope(alice.organization_id):
        assert change_of(version).state == "open"


def queries_for(page: Client, version: Version) -> int:
    shown(page, "changes", version.contract_id)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        shown(page, "changes", version.contract_id)
    return len(captured)


def test_the_page_takes_as_many_queries_for_many_changes(page: Client, alice: Actor) -> None:
    few = quick_answer(alice)
    text = Version.objects.get(contract=few.contract, number=1).text
    more = "\n\n".join(f"{number}. Duty {number}\n\nThe Provider does thing {number}." for number in range(4, 34))
    many = quick_answer(alice, text.replace(CREDIT, MORE) + "\n\n" + more)
    assert Change.objects.filter(version=many).count() > 30

    assert queries_for(page, few) == queries_for(page, many)
