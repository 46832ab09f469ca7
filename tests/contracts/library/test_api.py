"""The clause library through the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from clm.lib.actor import Actor
from tests.cast import Cast
from tests.contracts.library.shelf import LADDER, NEXT, approved, availability, shelved
from tests.contracts.papers import draft_contract, newest

URL = "/api/v1/library-clauses/"
FACTS: dict[str, Any] = {
    "title": "Availability", "category": "service_level", "positions": LADDER, "mandatory_for": ["hosting"],
}  # fmt: skip


@pytest.fixture
def approver(acme: Cast) -> APIClient:
    client = APIClient()
    client.force_login(acme.users["approver"], backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_clause_goes_the_whole_way(api: APIClient, approver: APIClient, alice: Actor) -> None:
    made = api.post(URL, FACTS, format="json")
    assert made.status_code == 201, made.data
    assert (made.data["state"], str(made.data["owner"])) == ("draft", str(alice.user_id))
    one = f"{URL}{made.data['id']}/"
    own = api.post(f"{one}approval/", {"seen": made.data["last_change"]}, format="json")
    assert (own.status_code, own.json()["code"]) == (409, "own_words")
    agreed = approver.post(f"{one}approval/", {"seen": made.data["last_change"]}, format="json")
    assert agreed.data["state"] == "approved"
    sent = {"positions": NEXT, "note": "Quarterly", "seen": agreed.data["last_change"]}
    changed = api.patch(one, sent, format="json")
    assert changed.status_code == 200
    found = api.get(one).data
    assert [(each["number"], each["state"]) for each in found["versions"]] == [(1, "approved"), (2, "draft")]
    assert found["versions"][1]["positions"] == NEXT
    assert [row["title"] for row in api.get(URL, {"state": "approved"}).data["results"]] == ["Availability"]
    assert api.get(URL, {"category": "support"}).data["results"] == []
    needed = api.post(f"{one}retirement/", {"reason": "Superseded"}, format="json")
    assert (needed.status_code, needed.json()["code"]) == (409, "clause_mandatory")
    asked = api.patch(one, {"mandatory_for": []}, format="json").data
    assert (asked["mandatory_for"], asked["proposed_for"]) == (["hosting"], [])
    free = approver.post(f"{one}approval/", {"seen": asked["last_change"]}, format="json").data
    assert (free["mandatory_for"], free["proposed_for"]) == ([], None)
    gone = api.post(f"{one}retirement/", {"reason": "Superseded"}, format="json")
    assert (gone.status_code, gone.data["state"]) == (200, "retired")
    again = api.post(f"{one}retirement/", {"reason": "Superseded"}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_move")


def test_only_what_was_read_is_approved(api: APIClient, approver: APIClient, alice: Actor) -> None:
    """A draft keeps its number where its positions change: the number would not tell."""
    version = approved(alice)
    one = f"{URL}{version.clause_id}/"
    read = api.patch(one, {"positions": NEXT}, format="json").data["last_change"]
    newer = api.patch(one, {"positions": NEXT[:1]}, format="json").data["last_change"]

    silent = approver.post(f"{one}approval/", {}, format="json")
    former = approver.post(f"{one}approval/", {"seen": read}, format="json")
    assert (silent.status_code, silent["Content-Type"]) == (400, "application/problem+json")
    assert (silent.json()["code"], list(silent.json()["errors"])) == ("invalid", ["seen"])
    assert (former.status_code, former.json()["code"]) == (409, "changed_meanwhile")
    assert [each["state"] for each in api.get(one).data["versions"]] == ["approved", "draft"]

    agreed = approver.post(f"{one}approval/", {"seen": newer}, format="json")
    assert [each["state"] for each in agreed.data["versions"]] == ["approved", "approved"]


@pytest.mark.parametrize("change", [{"positions": LADDER[1:]}, {"category": "weather"}, {"title": ""}])
def test_what_is_no_clause_is_a_problem(api: APIClient, change: dict[str, Any]) -> None:
    answer = api.post(URL, FACTS | change, format="json")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_how_a_version_stands_to_the_library(api: APIClient, alice: Actor) -> None:
    version = approved(alice, positions=NEXT)
    law = approved(
        alice, title="Governing law", mandatory_for=["hosting"],
        positions=[{"kind": "preferred", "text": "The laws of France govern."}],
    )  # fmt: skip
    contract = draft_contract(alice, category="hosting")
    clause = availability(contract)
    url = f"/api/v1/versions/{newest(contract).pk}/library/"
    found = api.get(url).json()

    assert found["is_open"] is True
    assert found["missing_mandatory"] == [
        {"id": str(version.clause_id), "title": "Availability"},
        {"id": str(law.clause_id), "title": "Governing law"},
    ]
    (row,) = found["clauses"]
    assert (row["clause"], row["number"], row["title"]) == (str(clause.pk), "2.1", "Availability")
    assert (row["position"], row["standing"], row["is_adopted"]) == ("preferred", "decisive", False)
    assert row["turned_by"] == ["“month” in place of “quarter”"]
    assert (row["changed"], row["words"], row["departs_percent"]) == (2, 32, "6.2500")
    assert [span for span in row["spans"] if span[0] != "same"] == [["removed", "quarter"], ["added", "month"]]

    tie = {"library_version": str(version.pk), "position": "preferred"}
    adopted = api.post(f"/api/v1/clauses/{clause.pk}/adoption/", tie, format="json")
    assert (adopted.status_code, adopted.data["library_position"]) == (200, "preferred")
    assert api.get(url).json()["clauses"][0]["is_adopted"] is True
    wrong = api.post(f"/api/v1/clauses/{clause.pk}/adoption/", tie | {"position": "best"}, format="json")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "position_unknown")
    off = api.post(f"/api/v1/clauses/{clause.pk}/adoption/", {"library_version": None}, format="json")
    assert off.data["library_version"] is None


def queries_of(api: APIClient, url: str) -> int:
    with CaptureQueriesContext(connection) as made:
        assert api.get(url).status_code == 200
    return len(made)


def test_answers_take_as_many_queries_for_many_clauses(api: APIClient, alice: Actor) -> None:
    version = newest(draft_contract(alice))
    counts = []
    for more in (3, 27):
        for index in range(more):
            approved(alice, title=f"{more} {index}")
        counts.append([queries_of(api, url) for url in (URL, f"/api/v1/versions/{version.pk}/library/")])

    assert counts[0] == counts[1]


def test_a_draft_of_the_library_is_not_held_against_anything(api: APIClient, alice: Actor) -> None:
    shelved(alice)
    contract = draft_contract(alice, category="hosting")

    found = api.get(f"/api/v1/versions/{newest(contract).pk}/library/").json()

    assert (found["clauses"], found["missing_mandatory"]) == ([], [])
