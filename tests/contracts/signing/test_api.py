"""A program prepares, sends and looks after an envelope; it signs nothing."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader
from rest_framework.test import APIClient

from clm.documents.blobs import read_blob
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Contract, Envelope, EnvelopeEvent
from contracts.papers.executed import seal_envelope
from contracts.queries.signing import envelope_rows
from tests.contracts.papers import newest
from tests.contracts.signing.sent import BEATE, completed, person, prepared, ready_contract, sent
from tests.contracts.signing.test_sealing import paper as blank_pdf

PLACE = {"kind": "signature", "page": 1, "x": "60.0", "y": "600.0", "width": "180.0", "height": "40.0"}
PEOPLE = [
    {"name": "Beate Baum", "email": "beate@acme.example", "fields_on_pages": [PLACE]},
    {"name": "Carl", "email": "carl@cirrus.example", "side": "theirs", "position": 2},
]


def post(api: APIClient, route: str, *args: Any, **body: Any) -> Any:
    return api.post(reverse(route, args=args), body, format="json")


def test_prepared_sent_and_followed(alice: Actor, api: APIClient) -> None:
    contract = ready_contract(alice)
    made = post(
        api, "api-envelopes", version=str(newest(contract).pk), title="Hosting 2026", days=10, recipients=PEOPLE
    )
    assert made.status_code == 201, made.data
    pk = made.data["id"]
    assert [made.data[name] for name in ("title", "days", "state", "page_count")] == ["Hosting 2026", 10, "draft", 1]
    assert made.data["recipients"][0]["fields_on_pages"][0]["x"] == "60.0"

    refused = post(api, "api-envelope-sending", pk, seen="0" * 64)
    assert (refused.status_code, refused.data["code"]) == (409, "changed_meanwhile")
    out = post(api, "api-envelope-sending", pk, seen=newest(contract).content_hash)
    assert (out.data["state"], out.data["recipients"][0]["state"]) == ("sent", "invited")
    events = api.get(reverse("api-envelope-events", args=[pk])).data
    assert [event["kind"] for event in events] == ["created", "sent", "invited"]
    assert api.get(reverse("api-envelopes"), {"state": "sent"}).data["results"][0]["id"] == pk
    assert api.get(reverse("api-envelope-executed", args=[pk])).status_code == 404

    again = post(api, "api-envelope-change", pk, title="Other")
    assert (again.status_code, again.data["code"]) == (409, "envelope_sent")
    over = post(api, "api-envelope-voiding", pk, reason="Wrong annex.")
    assert (over.data["state"], over.data["reason"]) == ("voided", "Wrong annex.")
    assert Contract.objects.get(pk=contract.pk).state == "draft"


def test_with_an_idempotency_key_each_is_done_once(alice: Actor, api: APIClient) -> None:
    contract = ready_contract(alice)

    def twice(route: str, *args: Any, **body: Any) -> Any:
        key = {"Idempotency-Key": route}
        answers = [api.post(reverse(route, args=args), body, format="json", headers=key) for _ in range(2)]
        assert answers[0].status_code < 300, answers[0].data
        assert (answers[1].status_code, answers[1].data["id"]) == (answers[0].status_code, answers[0].data["id"])
        return answers[0].data

    pk = twice("api-envelopes", version=str(newest(contract).pk), recipients=PEOPLE)["id"]
    assert Envelope.objects.count() == 1
    twice("api-envelope-preparing", pk)
    assert EnvelopeEvent.objects.filter(kind="created").count() == 2
    scan = base64.b64encode(blank_pdf()).decode()
    twice("api-envelope-on-paper", pk, pdf=scan, signed_on=clock.today().isoformat(), certifies=True)
    assert EnvelopeEvent.objects.filter(kind="on_paper").count() == 1


def test_where_something_is_refused_there_is_no_draft(alice: Actor, api: APIClient) -> None:
    version = str(newest(ready_contract(alice)).pk)
    refused = post(api, "api-envelopes", version=version, recipients=[PEOPLE[0], PEOPLE[0]])
    assert (refused.status_code, Envelope.objects.count()) == (400, 0)


def test_what_nobody_reads_and_what_is_wrong_is_refused(alice: Actor, api: APIClient) -> None:
    envelope = prepared(alice)
    unknown = post(api, "api-envelope-change", envelope.pk, colour="red")
    assert (unknown.status_code, list(unknown.data["errors"])) == (400, ["colour"])
    twice = post(api, "api-envelope-change", envelope.pk, recipients=[PEOPLE[0], PEOPLE[0]])
    assert (twice.status_code, list(twice.data["errors"])) == (400, ["recipients.1.email"])
    foreign = post(api, "api-envelopes", version=str(envelope.pk))
    assert (foreign.status_code, list(foreign.data["errors"])) == (400, ["version"])


def test_a_recipient_is_corrected_and_reminded(alice: Actor, api: APIClient) -> None:
    envelope = sent(alice)
    beate = person(envelope, "Beate")
    corrected = post(api, "api-recipient-correction", beate.pk, name="Beate Baum", email="b@acme.example")
    assert corrected.data["email"] == "b@acme.example"
    soon = post(api, "api-recipient-reminder", beate.pk)
    assert (soon.status_code, soon.data["code"]) == (409, "reminded_just_now")
    with clock.set_to(clock.now() + timedelta(minutes=6)):
        assert post(api, "api-recipient-reminder", beate.pk).status_code == 200


def test_the_executed_file_is_the_sealed_one(alice: Actor, api: APIClient) -> None:
    envelope = completed(alice, BEATE)
    assert post(api, "api-envelope-sealing", envelope.pk).data["seal_state"] == "waiting"
    seal_envelope(envelope.pk)
    answer = api.get(reverse("api-envelope-executed", args=[envelope.pk]))
    shown = api.get(reverse("api-envelope", args=[envelope.pk])).data
    found = envelope_rows().get(pk=envelope.pk)
    assert found.executed is not None
    assert (answer.content, shown["executed_sha256"]) == (read_blob(found.executed), found.executed.sha256)
    again = post(api, "api-envelope-sealing", envelope.pk)
    assert (again.status_code, again.data["code"]) == (409, "not_waiting")


def test_signed_on_paper_is_filed_certified_and_sealed(alice: Actor, page: Client) -> None:
    with clock.set_to(datetime(2026, 3, 2, tzinfo=UTC)):
        envelope = prepared(alice, BEATE, replace(BEATE, name="Carl", email="carl@cirrus.example", side="theirs"))
        address = reverse("envelope-on-paper", args=[envelope.pk])

        def filed(**changes: Any) -> Any:
            file = io.BytesIO(blank_pdf())
            file.name = "scan.pdf"
            facts = {"file": file, "signed_on": "2026-03-01", "certifies": "on"} | changes
            return page.post(address, {name: value for name, value in facts.items() if value})

        assert "Say that you have seen" in filed(certifies="").content.decode()
        assert "This day has not come yet." in filed(signed_on="2026-03-03").content.decode()
        assert Envelope.objects.get().state == "draft"
        assert filed().status_code == 302
    found = envelope_rows().get(pk=envelope.pk)
    assert (found.state, found.method, found.contract.state) == ("completed", "paper", "executed")
    assert {each.state for each in found.recipients.all()} == {"done"}
    assert read_blob(found.paper) == blank_pdf()
    event = EnvelopeEvent.objects.get(kind="on_paper")
    assert (event.by, event.detail["signed_on"]) == ("Alice", "2026-03-01")
    assert seal_envelope(envelope.pk)
    executed = envelope_rows().get(pk=envelope.pk).executed
    assert executed is not None
    said = " ".join(each.extract_text() for each in PdfReader(io.BytesIO(read_blob(executed))).pages)
    assert "Signed on paper, and the copy certified" in " ".join(said.split())


def test_the_list_asks_as_often_for_many_as_for_one(alice: Actor, api: APIClient) -> None:
    counted = []
    for _each in range(3):
        prepared(alice)
        with CaptureQueriesContext(connection) as asked:
            api.get(reverse("api-envelopes"))
        counted.append(len(asked))
    assert counted[1:] == [7, 7]
