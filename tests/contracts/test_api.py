"""The whole way of a contract through the API, its refusals as problems, and its lists in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Contract, Passage, Version
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.name_party import name_party
from contracts.operations.restrict_contract import restrict_contract
from tests.cast import Cast
from tests.contracts.papers import SENTENCE, TEXT, active_contract, draft_contract, newest, passage_in, text_paper
from tests.proof import left_behind

TERMS = {
    "starts_on": "2026-01-01", "initial_months": 12, "renewal": "automatic", "renewal_months": 12,
    "notice_length": 30, "notice_unit": "days", "notice_roll": "none",
}  # fmt: skip


@pytest.fixture(autouse=True)
def june() -> Iterator[None]:
    with clock.set_to(datetime(2026, 6, 1, 12, tzinfo=UTC)):
        yield


def url(contract: Any, end: str = "") -> str:
    return f"/api/v1/contracts/{contract}/{end}"


def upload(api: APIClient, contract: str, text: str = TEXT) -> Any:
    file = SimpleUploadedFile("agreement.txt", text.encode())
    return api.post(url(contract, "versions/"), {"file": file, "note": "as sent"}, format="multipart")


def test_a_contract_goes_the_whole_way(api: APIClient) -> None:
    made = api.post(
        "/api/v1/contracts/",
        {"title": "Hosting", "category": "hosting", "value_amount": "1200.50", "currency": "EUR"},
    )
    assert made.status_code == 201, made.data
    assert (made.data["reference"], made.data["state"]) == ("C-2026-0001", "draft")
    assert made.data["value_amount"] == "1200.5000"
    contract = made.data["id"]
    version = upload(api, contract)
    assert (version.status_code, version.data["number"], version.data["note"]) == (201, 1, "as sent")
    for name, role in (("Acme Ltd", "ours"), ("Cirrus Hosting GmbH", "counterparty")):
        assert api.post(url(contract, "parties/"), {"name": name, "role": role}).status_code == 201
    terms = api.post(f"/api/v1/versions/{version.data['id']}/terms/", TERMS)
    assert (terms.status_code, terms.data["notice_length"]) == (200, 30)
    executed = api.post(url(contract, "execution/"), {"executed_on": "2025-12-20"})
    assert (executed.status_code, executed.data["state"]) == (200, "executed")
    active = api.post(url(contract, "activation/"), {})
    assert (active.status_code, active.data["state"]) == (200, "active")

    (term,) = api.get(url(contract, "terms/")).data["results"]
    assert (term["ends_on"], term["notice_deadline"]) == ("2027-01-01", "2026-12-02")
    assert term["trace"]["formula"] == "term end − 30 days"
    decided = api.post(url(contract, "renewal-decisions/"), {"kind": "notice_given", "note": "Too dear"})
    assert (decided.status_code, decided.data["term_number"]) == (201, 1)
    assert api.get(url(contract, "renewal-decisions/")).data["results"] == [decided.data]
    ended = api.post(url(contract, "termination/"), {"terminated_on": "2026-06-01", "reason": "By agreement"})
    assert (ended.status_code, ended.data["state"]) == (200, "terminated")
    assert api.post(url(contract, "archiving/"), {"reason": "over"}).data["state"] == "archived"
    _check_timeline(api, contract)


def _check_timeline(api: APIClient, contract: str) -> None:
    entries = api.get(url(contract, "timeline/")).data["results"]
    assert [entry["event"] for entry in reversed(entries)] == [
        "contract.created", "version.added", "contract.party_added", "contract.party_added", "version.terms_set",
        "version.finalized", "contract.executed", "contract.activated", "contract.term_started",
        "contract.renewal_decided", "contract.terminated", "contract.archived",
    ]  # fmt: skip


def test_a_version_with_its_clauses_and_a_marked_sentence(api: APIClient, alice: Actor) -> None:
    version = newest(draft_contract(alice))
    shown = api.get(f"/api/v1/versions/{version.pk}/").data
    clause = next(row for row in shown["clauses"] if row["number"] == "2.1")
    start = shown["text"].index(SENTENCE)
    sent = {
        "version": shown["id"], "clause": clause["id"], "start": start, "end": start + len(SENTENCE),
        "quote": SENTENCE,
    }  # fmt: skip
    marked, again = api.post("/api/v1/passages/", sent), api.post("/api/v1/passages/", sent)

    assert (marked.status_code, marked.data["quote"]) == (201, SENTENCE)
    assert again.data["id"] == marked.data["id"]
    assert api.get(f"/api/v1/passages/{marked.data['id']}/").data["start"] == start
    refused = api.post("/api/v1/passages/", sent | {"quote": "Something else."})
    assert (refused.status_code, refused.data["code"]) == (400, "quote_differs")
    assert Passage.objects.count() == 1


def test_two_versions_are_compared_by_clause(api: APIClient, alice: Actor) -> None:
    contract = draft_contract(alice)
    first = newest(contract)
    second = add_version(actor=alice, contract_id=contract.pk, paper=text_paper(TEXT.replace("99.9 %", "99.5 %")))
    compared = api.get(f"/api/v1/versions/{second.pk}/comparison/", {"with": str(first.pk)}).data

    (changed,) = [row for row in compared["changes"] if row["kind"] != "same"]
    assert compared["summary"]["changed"] == 1
    assert changed["number"] == "2.1"
    words = {kind: text for kind, text in changed["spans"] if kind != "same"}
    assert (words["removed"].strip(), words["added"].strip()) == ("99.9", "99.5")


def test_a_version_is_compared_with_one_of_its_own_contract_only(api: APIClient, alice: Actor) -> None:
    one, other = (newest(draft_contract(alice)) for _index in range(2))
    for wrong in (str(other.pk), str(uuid4()), "x"):
        assert api.get(f"/api/v1/versions/{one.pk}/comparison/", {"with": wrong}).status_code == 404
    assert api.get(f"/api/v1/versions/{one.pk}/comparison/").data["code"] == "with_missing"


def test_contracts_are_filtered_and_searched(api: APIClient, alice: Actor) -> None:
    hosting = draft_contract(alice, title="Order platform", category="hosting", external_reference="CIR-2044")
    part = name_party(actor=alice, contract_id=hosting.pk, name="Cirrus Hosting GmbH", role="counterparty")
    create_contract(actor=alice, title="NDA", category="nda")

    for query in (
        {"category": "hosting"}, {"q": "credits"}, {"external_reference": "CIR-2044"}, {"party": str(part.party_id)},
        {"reference": hosting.reference},
    ):  # fmt: skip
        assert [row["id"] for row in api.get("/api/v1/contracts/", query).data["results"]] == [str(hosting.pk)], query
    assert api.get("/api/v1/contracts/", {"state": "active"}).data["results"] == []
    assert len(api.get("/api/v1/contracts/", {"created_after": "2026-05-31T00:00:00Z"}).data["results"]) == 2
    assert api.get("/api/v1/contracts/", {"state": "no such"}).status_code == 400


def test_facts_are_changed_in_part(api: APIClient, alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    changed = api.patch(url(contract.pk), {"title": "Colocation"})
    assert (changed.status_code, changed.data["title"], changed.data["category"]) == (200, "Colocation", "other")
    refused = api.patch(url(contract.pk), {"value_amount": "5"})
    assert (refused.status_code, refused.data["code"]) == (400, "currency_missing")
    assert api.patch(url(contract.pk), {"time_zone": "Mars/Base"}).status_code == 400


def test_parties_are_made_changed_and_taken_off_a_draft(api: APIClient, alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    party = api.post("/api/v1/parties/", {"name": "Cirrus", "country": "DE"})
    assert party.status_code == 201, party.data
    assert api.post("/api/v1/parties/", {"name": "cirrus"}).data["code"] == "party_known"
    renamed = api.patch(f"/api/v1/parties/{party.data['id']}/", {"name": "Cirrus Hosting GmbH"})
    assert (renamed.status_code, renamed.data["name"], renamed.data["country"]) == (200, "Cirrus Hosting GmbH", "DE")
    part = api.post(url(contract.pk, "parties/"), {"name": "cirrus hosting gmbh", "role": "counterparty"})
    assert str(part.data["party"]) == renamed.data["id"]

    assert api.delete(url(contract.pk, f"parties/{part.data['id']}/")).status_code == 204
    assert api.get(url(contract.pk, "parties/")).data["results"] == []


def test_a_refusal_is_a_problem_and_changes_nothing(api: APIClient, alice: Actor) -> None:
    contract = draft_contract(alice)
    before = left_behind()
    refused = api.post(url(contract.pk, "execution/"), {"executed_on": "2026-01-01"})

    assert (refused.status_code, refused["Content-Type"]) == (409, "application/problem+json")
    assert refused.data["code"] == "parties_missing"
    assert api.post(url(contract.pk, "activation/"), {}).data["code"] == "illegal_move"
    assert left_behind() == before


def test_final_terms_are_refused_with_what_to_do(api: APIClient, alice: Actor) -> None:
    version = newest(active_contract(alice))
    refused = api.post(f"/api/v1/versions/{version.pk}/terms/", TERMS)

    assert (refused.status_code, refused.data["code"]) == (409, "version_final")
    assert "upload the amended text as a new version" in refused.data["detail"]


def test_an_upload_with_a_key_happens_once(api: APIClient, alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    answers = []
    for _try in range(2):
        file = SimpleUploadedFile("agreement.txt", TEXT.encode())
        target = url(contract.pk, "versions/")
        answers.append(api.post(target, {"file": file}, format="multipart", HTTP_IDEMPOTENCY_KEY="u-1"))

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].data["id"] == answers[1].data["id"]
    assert Version.objects.count() == 1


def test_a_confidential_contract_is_not_there_for_others(acme: Cast, alice: Actor) -> None:
    contract = active_contract(alice)
    passage_in(alice, contract)
    restrict_contract(actor=alice, contract_id=contract.pk)
    other = APIClient()
    other.force_login(acme.users["legal"], backend="django.contrib.auth.backends.ModelBackend")

    for path in (url(contract.pk), url(contract.pk, "versions/"), url(contract.pk, "timeline/"),
                 f"/api/v1/versions/{newest(contract).pk}/"):  # fmt: skip
        assert other.get(path).status_code == 404, path
    assert other.get("/api/v1/contracts/").data["results"] == []
    assert other.get("/api/v1/passages/").data["results"] == []
    assert (
        other.post(url(contract.pk, "termination/"), {"terminated_on": "2026-06-01", "reason": "x"}).status_code == 404
    )


def test_lists_take_as_many_queries_for_many_rows(api: APIClient, alice: Actor) -> None:
    counts: dict[str, list[int]] = {"/api/v1/contracts/": [], "/api/v1/parties/": [], "/api/v1/passages/": []}
    total = 0
    for more in (3, 12):
        for _index in range(more):
            contract = draft_contract(alice)
            name_party(actor=alice, contract_id=contract.pk, name=f"Party {contract.reference}", role="counterparty")
            passage_in(alice, contract)
        total += more
        for path, made in counts.items():
            with CaptureQueriesContext(connection) as captured:
                assert len(api.get(path).data["results"]) == total, path
            made.append(len(captured))

    assert {path: few for path, (few, _many) in counts.items()} == {path: many for path, (_few, many) in counts.items()}


def test_another_organization_finds_no_contract(globex: Cast, alice: Actor) -> None:
    contract = active_contract(alice)
    stranger = APIClient()
    stranger.force_login(globex.users["legal"], backend="django.contrib.auth.backends.ModelBackend")
    before = left_behind()
    ends = ("", "versions/", "parties/", "terms/", "timeline/", "renewal-decisions/")

    assert [stranger.get(url(contract.pk, end)).status_code for end in ends] == [404] * len(ends)
    posts = ("execution/", "activation/", "termination/", "archiving/", "access/", "renewal-decisions/")
    assert [stranger.post(url(contract.pk, end), {}).status_code for end in posts] == [404] * len(posts)
    assert left_behind() == before
    assert Contract.objects.get().state == "active"
