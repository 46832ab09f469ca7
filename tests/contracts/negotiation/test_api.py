"""Answers and changes through the API: the same verbs, the same refusals, the same reading."""

from __future__ import annotations

import io
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from clm.lib.actor import Actor
from contracts.models import Version
from tests.cast import Cast
from tests.contracts.negotiation.answers import (
    CREDIT,
    MORE,
    change_of,
    credits_in,
    document_of,
    quick_answer,
    sent_version,
)
from tests.contracts.word.edits import tracked


def rows(api: APIClient, version: Version, **query: str) -> list[dict[str, Any]]:
    answer = api.get(f"/api/v1/contracts/{version.contract_id}/changes/", query)
    assert answer.status_code == 200, answer.json()
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_an_answer_is_sent_and_decided_on(api: APIClient, alice: Actor) -> None:
    version = sent_version(alice)
    file = io.BytesIO(tracked(document_of(version), CREDIT, MORE))
    file.name = "answer.docx"

    made = api.post(f"/api/v1/contracts/{version.contract_id}/answers/", {"file": file}, format="multipart")

    assert made.status_code == 201, made.json()
    body = made.json()
    assert (body["sent"], body["is_tracked"], body["reads_back"]) == (str(version.pk), True, True)
    [change] = rows(api, version)
    assert (change["kind"], change["tracking"], change["author"]) == ("changed", "tracked", "Petra Cirrus")
    path = f"/api/v1/changes/{change['id']}/"
    assert api.post(f"{path}acceptance/").json()["state"] == "accepted"
    assert api.post(f"{path}acceptance/").status_code == 409
    assert api.post(f"{path}reopening/").json()["state"] == "open"
    assert api.post(f"{path}counter/", {"text": "12 %."}, format="json").json()["counter"] == "12 %."
    assert credits_in(version.contract).text == "12 %."
    assert api.get(path).json()["state"] == "countered"


def test_the_rest_is_decided_at_once(api: APIClient, alice: Actor) -> None:
    version = quick_answer(alice)

    answer = api.post(f"/api/v1/versions/{version.pk}/decisions/", {"decision": "reject"}, format="json")

    assert answer.json() == {"decided": 1, "open": 0}
    assert [row["state"] for row in rows(api, version, state="rejected")] == ["rejected"]
    assert rows(api, version, state="open") == []


def test_what_goes_out_is_had(api: APIClient, alice: Actor) -> None:
    version = quick_answer(alice)

    answer = api.get(f"/api/v1/versions/{version.pk}/outgoing/")

    assert b"".join(answer.streaming_content).startswith(b"Hosting Agreement")  # type: ignore[attr-defined]


def test_another_organization_finds_nothing(globex: Cast, alice: Actor, charlie: Actor) -> None:
    change = change_of(quick_answer(alice))
    client = APIClient()
    client.force_login(globex.users["charlie"], backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(f"/api/v1/changes/{change.pk}/").status_code == 404
    assert client.post(f"/api/v1/changes/{change.pk}/acceptance/").status_code == 404
    assert client.get(f"/api/v1/contracts/{change.contract_id}/changes/").status_code == 404


def test_the_list_takes_as_many_queries_for_many_changes(api: APIClient, alice: Actor) -> None:
    few = quick_answer(alice)
    text = Version.objects.get(contract=few.contract, number=1).text
    more = "\n\n".join(f"{number}. Duty {number}\n\nThe Provider does thing {number}." for number in range(4, 34))
    many = quick_answer(alice, text + "\n\n" + more)
    counts = []
    for version in (few, many):
        rows(api, version)
        with CaptureQueriesContext(connection) as captured:
            rows(api, version)
        counts.append(len(captured))

    assert counts[0] == counts[1]
