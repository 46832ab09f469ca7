from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry
from contracts.models import Contract
from obligations.models import Obligation, Occurrence
from tests.cast import Cast


def test_adding_listing_and_settling(api: APIClient, contract: Contract) -> None:
    body = {"contract": str(contract.pk), "title": "Pay", "first_due_on": "2027-02-28"}
    added = api.post("/api/v1/obligations/", body)
    assert added.status_code == 201, added.data
    assert added.data["recurrence"] == "once"

    due = api.get(f"/api/v1/occurrences/?obligation={added.data['id']}").data["results"]
    assert [(row["due_on"], row["state"], row["title"]) for row in due] == [("2027-02-28", "upcoming", "Pay")]

    done = api.post(f"/api/v1/occurrences/{due[0]['id']}/fulfil/", {"note": "Paid"})
    assert (done.status_code, done.data["state"]) == (200, "fulfilled")


def test_the_same_key_adds_once(api: APIClient, contract: Contract) -> None:
    body = {"contract": str(contract.pk), "title": "Pay", "first_due_on": "2027-02-28"}
    first = api.post("/api/v1/obligations/", body, HTTP_IDEMPOTENCY_KEY="k-1")
    again = api.post("/api/v1/obligations/", body, HTTP_IDEMPOTENCY_KEY="k-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.data["id"] == again.data["id"]
    assert Obligation.objects.count() == 1


def test_what_is_missing_is_named(api: APIClient, contract: Contract) -> None:
    refused = api.post("/api/v1/obligations/", {"contract": str(contract.pk), "title": "Pay"})

    assert refused.status_code == 400
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.data["errors"] == {"first_due_on": ["This field is required."]}


def test_a_refused_proof_is_a_problem(api: APIClient, duty: Obligation) -> None:
    occurrence = Occurrence.objects.filter(obligation=duty)[0]
    refused = api.post(f"/api/v1/occurrences/{occurrence.pk}/submit/", {})

    assert (refused.status_code, refused.data["code"]) == (400, "proof_missing")
    assert refused.data["errors"] == {"proof": ["The report"]}


@pytest.mark.parametrize(
    ("step", "field"), [("submit", "proof"), ("fulfil", "note"), ("dispute", "reason"), ("waive", "reason")]
)
def test_another_organization_gets_404_and_nothing_changes(
    globex: Cast, duty: Obligation, step: str, field: str
) -> None:
    occurrence = Occurrence.objects.filter(obligation=duty)[0]
    entries = LedgerEntry.objects.count()
    stranger = APIClient()
    stranger.force_login(globex.users["legal"], backend="django.contrib.auth.backends.ModelBackend")

    answers = [
        stranger.post(f"/api/v1/occurrences/{occurrence.pk}/{step}/", {field: "x"}),
        stranger.get(f"/api/v1/obligations/{duty.pk}/"),
        stranger.post(f"/api/v1/obligations/{uuid4()}/end/", {"reason": "x"}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert LedgerEntry.objects.count() == entries
    with organization_scope(globex.organization.pk):
        assert LedgerEntry.objects.count() == 0


@pytest.mark.parametrize("path", ["/api/v1/obligations/", "/api/v1/occurrences/", "/api/v1/deadlines/"])
def test_a_list_makes_the_same_queries_for_few_and_many(
    api: APIClient, contract: Contract, duty: Obligation, path: str
) -> None:
    few = queries(api, path)
    for number in range(10):
        body = {"contract": str(contract.pk), "title": f"Duty {number}", "first_due_on": "2027-02-28"}
        assert api.post("/api/v1/obligations/", body).status_code == 201

    assert queries(api, path) == few


def queries(client: APIClient, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return len(captured)
