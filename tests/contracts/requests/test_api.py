"""Requests by the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from clm.accounts.operations.issue_token import issue_token
from clm.lib import clock
from contracts.models import Contract, ContractRequest, Party
from contracts.operations.create_party import create_party
from contracts.operations.requests.attach_to_request import attach_to_request
from contracts.operations.requests.draft_request import draft_request
from contracts.queries.requests import MOST_BYTES
from tests.cast import Cast
from tests.contracts.requests.asked import ANSWERS, asked_for, assigned, supply_version
from tests.proof import left_behind

BACKEND = "django.contrib.auth.backends.ModelBackend"
AT = "/api/v1/requests/"


def client_of(cast: Cast, role: str) -> APIClient:
    client = APIClient()
    client.force_login(cast.users[role], backend=BACKEND)
    return client


def body(cast: Cast, **more: Any) -> dict[str, Any]:
    return {"template_version": str(supply_version(cast["legal"]).pk), "title": "Bolts", "answers": ANSWERS, **more}


def post(client: APIClient, url: str, sent: dict[str, Any], **headers: Any) -> Any:
    return client.post(url, sent, format="json", **headers)


def test_the_whole_way(acme: Cast) -> None:
    finance, legal = client_of(acme, "finance"), client_of(acme, "legal")
    party = create_party(actor=acme["legal"], name="Cirrus Hosting GmbH")
    sent = body(acme, party=str(party.pk), priority="high", wanted_by="2026-12-01", value_amount="1200", currency="EUR")

    for _time in range(2):
        made = post(finance, AT, sent, HTTP_IDEMPOTENCY_KEY="one")
    assert (made.status_code, made.data["state"], made.data["priority"]) == (201, "submitted", "high")
    assert (made.data["counterparty"], made.data["value_amount"]) == ("Cirrus Hosting GmbH", "1200.0000")
    assert ContractRequest.objects.count() == 1
    at = f"{AT}{made.data['id']}/"

    assert (
        post(legal, f"{at}assignment/", {"assignee": str(acme["legal"].user_id), "revision": 1}).data["revision"] == 2
    )
    assert post(legal, f"{at}priority/", {"priority": "urgent"}).data["priority"] == "urgent"
    assert post(legal, f"{at}question/", {"question": "Why?"}).data["state"] == "asked"
    assert post(finance, f"{at}answer/", {"answer": "So"}).data["questions"][0]["answer"] == "So"
    changed = legal.patch(at, {"answers": {**ANSWERS, "law": "New York"}}, format="json")
    assert changed.data["answers"]["law"] == "New York"
    file = finance.post(f"{at}files/", {"file": SimpleUploadedFile("offer.pdf", b"%PDF")}, format="multipart")
    assert (file.status_code, file.data["size"]) == (201, 4)
    content = legal.get(f"/api/v1/request-files/{file.data['id']}/")
    assert b"".join(content.streaming_content) == b"%PDF"

    for _time in range(2):
        drafted = post(legal, f"{at}draft/", {}, HTTP_IDEMPOTENCY_KEY="two")
    contract = Contract.objects.get()
    assert (drafted.status_code, drafted.data["state"], str(drafted.data["contract"])) == (
        201,
        "drafted",
        str(contract.pk),
    )
    assert contract.parties.get().party == Party.objects.get()
    assert finance.get(at).data["contract"] == contract.pk


def test_refusals_are_problems(acme: Cast) -> None:
    finance, legal = client_of(acme, "finance"), client_of(acme, "legal")
    wrong = post(finance, AT, body(acme, answers={"ends_on": "soon", "is_limited": True}))
    assert (wrong.status_code, wrong.json()["code"]) == (400, "answers_wrong")
    assert set(wrong.json()["errors"]) == {"party_name", "ends_on"}
    assert wrong["Content-Type"] == "application/problem+json"

    request = asked_for(acme["legal"], acme["finance"])
    at, before = f"{AT}{request.pk}/", left_behind()
    answers = [
        post(legal, f"{at}draft/", {}),
        post(legal, f"{at}assignment/", {"assignee": str(acme["legal"].user_id), "revision": 9}),
        post(legal, f"{at}priority/", {"priority": "yesterday"}),
        post(finance, f"{at}answer/", {"answer": "x"}),
        post(legal, f"{at}withdrawal/", {}),
        finance.patch(at, {"value_amount": "1"}, format="json"),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (409, "not_assigned"), (409, "changed_meanwhile"), (400, "invalid"), (409, "nothing_asked"), (403, "forbidden"),
        (400, "currency_missing"),
    ]  # fmt: skip
    assert left_behind() == before


def test_a_file_that_is_too_large_is_refused(acme: Cast) -> None:
    request, finance = asked_for(acme["legal"], acme["finance"]), client_of(acme, "finance")
    url, before = f"{AT}{request.pk}/files/", left_behind()
    large = SimpleUploadedFile("offer.pdf", b"x" * (MOST_BYTES + 1))

    said = finance.post(url, {"file": large}, format="multipart")
    announced = finance.post(url, {}, format="multipart", CONTENT_LENGTH=str(MOST_BYTES * 2))

    for refused in (said, announced):
        assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
        assert refused["Content-Type"] == "application/problem+json"
        assert refused.json()["errors"] == {"file": ["A file has at most 20 MB."]}
    assert left_behind() == before


def test_the_files_of_a_contract_that_was_asked_for(acme: Cast, globex: Cast) -> None:
    request = assigned(acme["legal"], acme["finance"], acme["legal"])
    file = attach_to_request(actor=acme["finance"], request_id=request.pk, file_name="offer.pdf", content=b"%PDF")
    contract = draft_request(actor=acme["legal"], request_id=request.pk).contract_id
    other = draft_request(
        actor=acme["legal"], request_id=assigned(acme["legal"], acme["finance"], acme["legal"], title="Nuts").pk
    ).contract_id

    def files(cast: Cast, role: str, of: Any) -> Any:
        return client_of(cast, role).get(f"/api/v1/contracts/{of}/request-files/")

    (found,) = files(acme, "account_manager", contract).data["results"]
    assert (found["id"], found["file_name"], found["size"]) == (str(file.pk), "offer.pdf", 4)
    assert files(acme, "account_manager", other).data["results"] == []
    assert files(globex, "legal", contract).status_code == 404


def test_an_integration_asks_with_its_token(acme: Cast) -> None:
    expires = clock.now() + timedelta(days=1)
    scopes = ("contracts.view_template", "contracts.view_request", "contracts.submit_request")
    _token, secret = issue_token(actor=acme["integration"], name="Shop", scopes=scopes, expires_at=expires)
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}")

    made = post(client, AT, body(acme))

    assert made.status_code == 201
    assert [row["id"] for row in client.get(AT).data["results"]] == [made.data["id"]]
    assert post(client, f"{AT}{made.data['id']}/withdrawal/", {}).status_code == 403


def test_the_list_is_filtered(acme: Cast) -> None:
    legal = client_of(acme, "legal")
    asked_for(acme["legal"], acme["finance"])
    taken = assigned(acme["legal"], acme["finance"], acme["legal"], title="Nuts")

    def titles(**query: Any) -> list[str]:
        return [row["title"] for row in legal.get(AT, query).data["results"]]

    assert titles() == ["Nuts", "Bolts"]
    assert titles(state="assigned") == ["Nuts"]
    assert titles(assignee=str(taken.assignee_id)) == ["Nuts"]
    assert titles(requester=str(acme["legal"].user_id)) == []


@pytest.mark.parametrize("path", ["", "assignment/", "question/", "draft/", "refusal/", "withdrawal/", "files/"])
def test_another_organization_finds_nothing(acme: Cast, globex: Cast, path: str) -> None:
    request = asked_for(acme["legal"], acme["finance"])
    stranger, at, before = client_of(globex, "legal"), f"{AT}{request.pk}/{path}", left_behind()

    assert (post(stranger, at, {}) if path else stranger.get(at)).status_code == 404
    assert left_behind() == before
