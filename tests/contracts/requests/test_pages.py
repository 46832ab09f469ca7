"""Requests by their pages: what people ask, see and are refused, with and without scripts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from clm.access.objects import grant
from clm.lib import clock
from contracts.engine.questionnaire import fields_of
from contracts.models import Contract, ContractRequest, RequestFile, Version
from contracts.models.contract import Category
from contracts.operations.requests.ask_requester import ask_requester
from contracts.operations.requests.attach_to_request import attach_to_request
from contracts.operations.requests.draft_request import draft_request
from contracts.operations.restrict_contract import restrict_contract
from contracts.operations.templates.approve_template import approve_template
from contracts.operations.templates.import_template import import_template
from contracts.pages.questions import QuestionnaireForm
from tests.cast import Cast
from tests.contracts.library_of import short_file
from tests.contracts.requests.asked import ANSWERS, asked_for, assigned, supply_template
from tests.proof import last_entry, left_behind

BACKEND = "django.contrib.auth.backends.ModelBackend"
TYPED = {
    "title": "Bolts",
    "counterparty": "Cirrus GmbH",
    "answer-party_name": "Cirrus GmbH",
    "answer-law": "Delaware",
    "answer-goods-0-what": "Bolts",
    "answer-goods-0-pieces": "12",
    "answer-goods-2-what": "Nuts",
    "answer-goods-2-pieces": "7",
    "answer-goods-3-what": "",
    "answer-goods-3-pieces": "",
}


def client_of(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.users[role], backend=BACKEND)
    return client


@pytest.fixture
def asks(acme: Cast) -> Client:
    """Finance, who asks."""
    return client_of(acme, "finance")


@pytest.fixture
def triages(acme: Cast) -> Client:
    return client_of(acme, "legal")


@pytest.fixture
def form_url(acme: Cast) -> str:
    return reverse("request-submit", args=[supply_template(acme["legal"]).pk])


def shown(client: Client, name: str, *args: Any) -> str:
    return client.get(reverse(name, args=args)).content.decode()


def test_a_contract_is_asked_for_triaged_and_drafted_by_hand(asks: Client, triages: Client, form_url: str) -> None:
    assert form_url in shown(asks, "request-new")
    answer = asks.post(form_url, {**TYPED, "file": SimpleUploadedFile("offer.pdf", b"%PDF")})
    request = ContractRequest.objects.get()
    assert answer["Location"] == reverse("request", args=[request.pk])
    assert request.answers["goods"] == [{"what": "Bolts", "pieces": "12"}, {"what": "Nuts", "pieces": "7"}]
    assert "offer.pdf" in shown(asks, "request", request.pk)
    assert "It waits for somebody of legal or procurement" in shown(asks, "request", request.pk)
    assert "Take it" not in shown(asks, "request", request.pk)

    assert "Take it" in shown(triages, "request", request.pk)
    triages.post(reverse("request-take", args=[request.pk]), {"seen": "1"})
    triages.post(reverse("request-ask", args=[request.pk]), {"question": "Which bolts?", "seen": "2"})
    assert "Which bolts?" in shown(asks, "request-answer", request.pk)
    asks.post(reverse("request-answer", args=[request.pk]), {"answer": "Big ones"})
    assert "Big ones" in shown(triages, "request", request.pk)
    drafted = triages.post(reverse("request-draft", args=[request.pk]), {"seen": "4"})

    contract = Contract.objects.get()
    assert drafted["Location"] == reverse("contract", args=[contract.pk])
    assert "Asked for by" in shown(triages, "contract", contract.pk)
    assert request.reference in shown(triages, "contract", contract.pk)
    assert contract.reference in shown(asks, "request", request.pk)
    assert "7 of Nuts." in Version.objects.get().text


def test_questions_that_are_not_asked_are_hidden_and_keep_what_was_typed(asks: Client, form_url: str) -> None:
    first = asks.get(form_url).content.decode()
    assert 'class="question unasked" data-question="answer-ends_on"' in first
    assert "Counts only where “Is limited” is yes." in first
    assert "Counts only where “Law” is New York." in first

    typed = {**TYPED, "title": "", "answer-county": "Kings", "answer-law": "Delaware", "answer-ends_on": "soon"}
    answer = asks.post(form_url, typed)

    again = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="Kings"' in again
    assert 'value="soon"' in again
    assert "Enter a date as" not in again
    assert 'value="Nuts"' in again


def test_a_question_that_is_asked_now_is_needed(asks: Client, form_url: str) -> None:
    answer = asks.post(form_url, {**TYPED, "answer-is_limited": "on"})

    assert answer.status_code == 400
    assert 'class="question" data-question="answer-ends_on"' in answer.content.decode()
    assert ContractRequest.objects.count() == 0
    asks.post(form_url, {**TYPED, "answer-is_limited": "on", "answer-ends_on": "2026-12-31"})
    assert ContractRequest.objects.get().answers["ends_on"] == "2026-12-31"


def test_without_scripts_another_row_is_a_button(asks: Client, form_url: str) -> None:
    before = left_behind()

    answer = asks.post(form_url, {**TYPED, "title": "", "answer-goods-add": "1"})

    text = answer.content.decode()
    assert (answer.status_code, left_behind()) == (200, before)
    assert "needs your attention" not in text
    assert 'name="answer-goods-2-what"' in text
    assert 'value="Cirrus GmbH"' in text
    assert 'value="Nuts"' in text


def test_what_a_template_says_of_its_questions_is_text(asks: Client, acme: Cast) -> None:
    metadata = b'name: Odd\nfields: [{name: a, type: string, description: "<b onclick=x>help</b>", label: "<i>a</i>"}]'
    template = import_template(actor=acme["legal"], file=short_file(metadata, ["{a}"]))
    approve_template(actor=acme["legal"], template_id=template.pk)

    text = shown(asks, "request-submit", template.pk)

    assert "&lt;b onclick=x&gt;help" in text
    assert "<i>a</i>" not in text


def test_answers_are_put_right_before_the_draft(acme: Cast, triages: Client) -> None:
    request = assigned(acme["legal"], acme["finance"], acme["legal"])
    url = reverse("request-change", args=[request.pk])

    asked = triages.get(url).content.decode()
    assert 'value="2026-12-31"' in asked
    assert 'value="Bolts"' in asked
    triages.post(url, {**TYPED, "answer-law": "New York", "answer-county": "Kings", "seen": str(request.revision)})

    request.refresh_from_db()
    assert request.answers["county"] == "Kings"
    assert "ends_on" not in request.answers
    assert last_entry().before == {
        "answers.law": "Delaware",
        "answers.is_limited": True,
        "answers.ends_on": "2026-12-31",
        "answers.goods": [{"what": "Bolts", "pieces": "12"}],
    }
    assert "Kings" in shown(triages, "request", request.pk)
    late = triages.post(url, {**TYPED, "title": "Other", "seen": "1"})
    assert (late.status_code, "Legal changed this while you were editing" in late.content.decode()) == (400, True)


def test_who_may_not_change_it_is_sent_back(acme: Cast, triages: Client) -> None:
    request = asked_for(acme["legal"], acme["finance"])

    assert triages.get(reverse("request-change", args=[request.pk]))["Location"] == request.get_absolute_url()


def test_a_triager_assigns_with_a_priority_declines_and_sees_files(acme: Cast, asks: Client, triages: Client) -> None:
    request = asked_for(acme["legal"], acme["finance"])
    asks.post(reverse("request-attach", args=[request.pk]), {"file": SimpleUploadedFile("a.html", b"<script>")})
    sent = {"assignee_id": str(acme["procurement"].user_id), "priority": "4", "seen": "1"}
    triages.post(reverse("request-assign", args=[request.pk]), sent)
    request.refresh_from_db()
    assert (request.state, request.assignee_id, request.priority) == ("assigned", acme["procurement"].user_id, 4)

    file = triages.get(reverse("request-file", args=[RequestFile.objects.get().pk]))
    assert b"".join(file.streaming_content) == b"<script>"
    assert (file["Content-Type"], file["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert "attachment" in file["Content-Disposition"]

    triages.post(reverse("request-decline", args=[request.pk]), {"reason": "We have one"})
    assert "We have one" in shown(asks, "request", request.pk)


def test_who_asked_withdraws(acme: Cast, asks: Client, triages: Client) -> None:
    request = asked_for(acme["legal"], acme["finance"])
    assert triages.get(reverse("request-withdraw", args=[request.pk])).status_code == 403
    asks.post(reverse("request-withdraw", args=[request.pk]), {"reason": ""})
    assert ContractRequest.objects.get().state == "withdrawn"


def test_who_took_it_first_keeps_it(acme: Cast, triages: Client) -> None:
    request = asked_for(acme["legal"], acme["finance"])
    client_of(acme, "procurement").post(reverse("request-take", args=[request.pk]), {"seen": "1"})

    answer = triages.post(reverse("request-take", args=[request.pk]), {"seen": "1"}, follow=True)

    request.refresh_from_db()
    assert request.assignee_id == acme["procurement"].user_id
    assert "Somebody changed this request meanwhile: look at it again. (Procurement, " in answer.content.decode()


def test_who_asked_sees_the_state_of_a_contract_that_they_may_not_see(acme: Cast, asks: Client) -> None:
    request = assigned(acme["legal"], acme["finance"], acme["legal"], is_confidential=True)
    draft_request(actor=acme["legal"], request_id=request.pk)
    contract = Contract.objects.get()
    restrict_contract(actor=acme["legal"], contract_id=contract.pk, people=[])

    text = shown(asks, "request", request.pk)

    assert "The contract is drafted." in text
    assert contract.reference in text
    assert reverse("contract", args=[contract.pk]) not in text


def test_files_are_seen_from_the_contract_by_who_sees_it(acme: Cast, asks: Client, triages: Client) -> None:
    request = assigned(acme["legal"], acme["finance"], acme["legal"])
    attach_to_request(actor=acme["finance"], request_id=request.pk, file_name="offer.pdf", content=b"%PDF")
    contract = draft_request(actor=acme["legal"], request_id=request.pk).contract
    assert contract is not None
    file = reverse("request-file", args=[RequestFile.objects.get().pk])
    manager, guest = client_of(acme, "account_manager"), client_of(acme, "counterparty")

    for reader in (asks, triages, manager):
        text = shown(reader, "contract", contract.pk)
        assert ("Came with the request:" in text, file in text, "offer.pdf" in text) == (True, True, True)
        assert b"".join(reader.get(file).streaming_content) == b"%PDF"
    assert request.get_absolute_url() not in shown(manager, "contract", contract.pk)
    grant([acme.users["counterparty"]], "see_confidential_contract", contract)
    assert "offer.pdf" not in shown(guest, "contract", contract.pk)
    assert guest.get(file).status_code == 404
    restrict_contract(actor=acme["legal"], contract_id=contract.pk, people=[])
    assert manager.get(file).status_code == 404


def test_a_file_that_is_lost_with_a_wrong_form_is_named(asks: Client, form_url: str) -> None:
    sent = {**TYPED, "title": "", "file": SimpleUploadedFile("offer.pdf", b"%PDF")}

    answer = asks.post(form_url, sent)

    assert answer.status_code == 400
    assert "Choose the file “offer.pdf” again: it is not kept until the rest is right." in answer.content.decode()
    assert "Choose the file" not in asks.post(form_url, {**TYPED, "title": ""}).content.decode()
    assert RequestFile.objects.count() == 0


def test_sections_are_linked_and_what_is_left_empty_is_one_line(acme: Cast, asks: Client, form_url: str) -> None:
    form = asks.get(form_url).content.decode()
    assert [name for name in ("Parties", "Dates", "Law", "Goods") if f">{name}</a>" in form] == [
        "Parties", "Dates", "Law", "Goods",
    ]  # fmt: skip
    assert 'href="#section-2"' in form
    assert 'id="section-2"' in form

    request = asked_for(acme["legal"], acme["finance"], answers={**ANSWERS, "law": "New York"})
    text = shown(asks, "request", request.pk)

    assert "Left empty: County" in text
    assert "<dt>County</dt>" not in text


def test_boxes_that_nobody_ticked_are_one_line(acme: Cast, asks: Client) -> None:
    request = asked_for(acme["legal"], acme["finance"], answers={**ANSWERS, "is_limited": False, "ends_on": ""})
    text = shown(asks, "request", request.pk)

    assert "Answered by no: Is limited" in " ".join(text.split())
    assert "<dt>Is limited</dt>" not in text


def test_the_history_names_who_it_is_assigned_to(acme: Cast, triages: Client) -> None:
    request = assigned(acme["legal"], acme["finance"], acme["procurement"])

    history = shown(triages, "request", request.pk).split('<ol class="history">')[1]

    assert "<dt>Assignee</dt><dd><ins>Procurement</ins></dd>" in history
    assert str(acme["procurement"].user_id) not in history


def test_the_home_page_shows_what_waits(acme: Cast, asks: Client, triages: Client) -> None:
    request = asked_for(acme["legal"], acme["finance"])
    ask_requester(actor=acme["legal"], request_id=request.pk, question="Why?")
    asked_for(acme["legal"], acme["finance"], title="Nuts")

    assert "Requests that wait" in shown(triages, "home")
    assert "Nuts" in shown(triages, "home")
    assert "Ask for a contract" in shown(asks, "home")
    assert "Bolts" in shown(asks, "home")
    assert "Requests that wait" not in shown(asks, "home")
    assert "Waits for your answer:" in shown(asks, "home")
    assert reverse("request-answer", args=[request.pk]) in shown(asks, "home")


def test_a_question_waits_for_you_and_is_in_your_inbox(acme: Cast, asks: Client, triages: Client) -> None:
    request = asked_for(acme["legal"], acme["finance"])
    ask_requester(actor=acme["legal"], request_id=request.pk, question="Which bolts?")

    assert "It waits for your answer." in shown(asks, "request", request.pk)
    assert "It waits for an answer of Finance." in shown(triages, "request", request.pk)
    inbox = asks.get("/inbox/").content.decode()
    assert f"More information is needed: Bolts ({request.reference})" in inbox
    assert "Which bolts?" in inbox


def test_requests_are_found_and_listed(acme: Cast, asks: Client, triages: Client) -> None:
    request = asked_for(acme["legal"], acme["finance"])
    asked_for(acme["legal"], acme["executive"], title="Nuts")

    assert request.get_absolute_url() in triages.get("/search/", {"q": "bolts"}).content.decode()
    assert "Nuts" not in shown(asks, "requests")
    both = triages.get(reverse("requests"), {"whose": "nobody", "sort": "-priority"}).content.decode()
    assert ("Bolts" in both, "Nuts" in both) == (True, True)
    mine = triages.get(reverse("requests"), {"whose": "mine"}).content.decode()
    assert "Bolts" not in mine
    assert "Bolts" in triages.get(reverse("requests"), {"q": "cirrus"}).content.decode()
    assert "No requests yet" in shown(client_of(acme, "account_manager"), "requests")


def test_the_list_takes_as_many_queries_for_many_as_for_few(acme: Cast, triages: Client) -> None:
    api = APIClient()
    api.force_login(acme.users["legal"], backend=BACKEND)
    counts: dict[str, list[int]] = {}
    for number in range(30):
        assigned(acme["legal"], acme["finance"], acme["legal"], title=f"Bolts {number:02}")
        if number + 1 in (3, 30):
            for client, name in ((triages, "requests"), (api, "api-requests")):
                client.get(reverse(name))
                with CaptureQueriesContext(connection) as made:
                    assert "Bolts 02" in client.get(reverse(name), {"page_size": 100}).content.decode()
                counts.setdefault(name, []).append(len(made))

    assert [found[0] == found[1] for found in counts.values()] == [True, True]


def test_a_page_of_many_entries_takes_as_many_queries_as_one_of_few(acme: Cast, triages: Client) -> None:
    few = asked_for(acme["legal"], acme["finance"])
    many = asked_for(acme["legal"], acme["finance"], answers={**ANSWERS, "goods": [{"what": "x", "pieces": "1"}] * 30})
    counts = []
    for request in (few, few, many):
        with CaptureQueriesContext(connection) as made:
            triages.get(request.get_absolute_url())
        counts.append(len(made))
    assert counts[1] == counts[2]


def test_another_organization_finds_no_request(acme: Cast, globex: Cast) -> None:
    request = asked_for(acme["legal"], acme["finance"])
    stranger = client_of(globex, "legal")
    before = left_behind()

    names = ("request", "request-change", "request-assign", "request-ask", "request-decline")
    assert [stranger.get(reverse(name, args=[request.pk])).status_code for name in names] == [404] * 5
    posts = ("request-take", "request-draft", "request-attach", "request-withdraw")
    assert [stranger.post(reverse(name, args=[request.pk])).status_code for name in posts] == [404] * 4
    assert left_behind() == before


def test_templates_are_told_apart_by_type_source_questions_and_review(asks: Client, acme: Cast) -> None:
    with clock.set_to(datetime(2026, 3, 4, 12, tzinfo=UTC)):
        one = supply_template(acme["legal"])
    other = import_template(actor=acme["legal"], file=short_file(), name="Short NDA", category="nda")
    with clock.set_to(datetime(2026, 5, 6, 12, tzinfo=UTC)):
        approve_template(actor=acme["legal"], template_id=other.pk)
    answer = asks.get(reverse("request-new"))

    [(first, [nda]), (second, [supply])] = answer.context["types"]
    assert (first, second) == ("Non-disclosure agreement", str(Category(one.category).label))
    fields = [template.versions.latest("number").fields for template in (other, one)]
    assert [(found.template.questions, found.template.needed) for found in (nda, supply)] == [
        (len(rows), sum(row["required"] for row in rows)) for rows in fields
    ]
    assert (supply.template.reviewed_at.date(), nda.template.reviewed_at.date()) == (date(2026, 3, 4), date(2026, 5, 6))
    assert "Search the templates" not in answer.content.decode()


def test_more_than_a_dozen_are_searched(asks: Client, acme: Cast) -> None:
    for number in range(13):
        template = import_template(actor=acme["legal"], file=short_file(), name=f"Short NDA {number}")
        approve_template(actor=acme["legal"], template_id=template.pk)

    body = shown(asks, "request-new")
    found = asks.get(reverse("request-new"), {"q": "nda 1"})
    none = asks.get(reverse("request-new"), {"q": "zebra"})

    assert "Search the templates" in body
    names = [offer.template.name for _type, offers in found.context["types"] for offer in offers]
    assert names == ["Short NDA 1", "Short NDA 10", "Short NDA 11", "Short NDA 12"]
    assert "4 of 13" in found.content.decode()
    assert "No template has these words" in none.content.decode()
    assert asks.get(reverse("request-new"), {"q": "nda 12\x00"}).context["found"] == 1


def test_the_choice_asks_the_database_as_often_for_many(asks: Client, acme: Cast) -> None:
    counts = []
    for number in range(6):
        template = import_template(actor=acme["legal"], file=short_file(), name=f"Short NDA {number}")
        approve_template(actor=acme["legal"], template_id=template.pk)
        with CaptureQueriesContext(connection) as asked:
            shown(asks, "request-new")
        counts.append(len(asked))

    assert set(counts[1:]) == {counts[1]}


def test_a_day_in_words_says_how_one_is_written() -> None:
    fields = [
        {"name": "effective_date", "type": "string"},
        {"name": "updates", "type": "string"},
        {"name": "end_date", "type": "string", "help": "The last day"},
    ]
    form = QuestionnaireForm(fields_of(fields))

    assert [bound.help_text for bound in form] == ["Such as 1 January 2027.", "", "The last day"]
