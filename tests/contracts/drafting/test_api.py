"""Drafting through the API."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from clm.lib.actor import Actor
from contracts.engine.body import body_of
from contracts.models import ClauseEdit, Draft, Version
from contracts.operations.drafting.take_back_turn import take_back_turn
from tests.cast import Cast
from tests.contracts.drafting.written import HOSTS, clause_of, draft_contract, handed_over, let_in, open_draft, write


def words(text: str, revision: int = 1) -> dict[str, Any]:
    return {"revision": revision, "heading": "Service", "body": body_of([text])}


def test_a_draft_from_its_beginning_to_the_hand_over(api: APIClient, alice: Actor) -> None:
    contract = draft_contract(alice)

    begun = api.post(f"/api/v1/contracts/{contract.pk}/drafts/", format="json")
    clause = begun.data["clauses"][1]["id"]
    edited = api.patch(f"/api/v1/draft-clauses/{clause}/", words("The Provider runs it."), format="json")
    added = api.post(
        f"/api/v1/drafts/{begun.data['id']}/clauses/", {"after": clause, "heading": "Support"}, format="json"
    )
    given = api.post(f"/api/v1/drafts/{begun.data['id']}/handing-over/", {"note": "First."}, format="json")

    assert [answer.status_code for answer in (begun, edited, added, given)] == [201, 200, 201, 200]
    assert (edited.data["clause"]["revision"], added.data["clause"]["label"]) == (2, "2")
    assert (given.data["number"], given.data["side"], given.data["source"]) == (2, "ours", "draft")
    turns = api.get(f"/api/v1/contracts/{contract.pk}/turns/").data["results"]
    assert {(turn["number"], turn["side"], turn["version"] is None) for turn in turns} == {
        (1, "ours", False), (2, "theirs", True),
    }  # fmt: skip
    drafts = api.get(f"/api/v1/contracts/{contract.pk}/drafts/").data["results"]
    assert [(row["number"], row["state"]) for row in drafts] == [(1, "handed_over")]


def test_a_repeated_hand_over_answers_the_same(api: APIClient, alice: Actor) -> None:
    draft = open_draft(alice)
    url, key = f"/api/v1/drafts/{draft.pk}/handing-over/", {"HTTP_IDEMPOTENCY_KEY": "once"}

    first, second = (api.post(url, {"note": "x"}, format="json", **key) for _ in range(2))  # type: ignore[arg-type]

    assert (first.status_code, first.data["id"]) == (200, second.data["id"])
    assert second["Idempotent-Replay"] == "true"
    assert Version.objects.count() == 2


def test_a_clash_keeps_the_words(acme: Cast, api: APIClient, alice: Actor) -> None:
    draft = open_draft(alice)
    write(acme["procurement"], clause_of(draft), HOSTS.replace("hosts", "operates"))
    url = f"/api/v1/draft-clauses/{clause_of(draft).pk}/"

    refused = api.patch(url, words(HOSTS.replace("hosts", "runs")), format="json")

    assert (refused.status_code, refused.data["code"]) == (409, "clause_changed")
    kept = ClauseEdit.objects.get(pk=refused.data["parameters"]["edit"])
    assert (kept.outcome, kept.text) == ("conflict", HOSTS.replace("hosts", "runs"))
    assert [edit["outcome"] for edit in api.get(f"{url}edits/").data["edits"]] == ["conflict", "saved", "saved"]
    assert api.post(f"/api/v1/kept-words/{kept.pk}/settlement/").data == {"settled": str(kept.pk)}


def test_unsaved_words_and_the_acts_on_a_clause(api: APIClient, alice: Actor) -> None:
    draft = open_draft(alice)
    url = f"/api/v1/draft-clauses/{clause_of(draft).pk}/"

    kept = api.put(f"{url}unsaved-words/", words("Half a"), format="json")
    held = api.post(f"{url}hold/", {}, format="json")
    removed = api.post(f"{url}removal/")
    restored = api.post(f"{url}restoration/")
    placed = api.post(f"{url}place/", {"after": str(clause_of(draft, "Term").pk)}, format="json")

    assert [each.status_code for each in (kept, held, removed, restored, placed)] == [200] * 5
    assert held.data["clause"]["held"]["is_mine"] is True
    assert (removed.data["clause"]["is_removed"], restored.data["clause"]["is_removed"]) == (True, False)
    assert placed.data["clause"]["label"] == "3"
    assert [each["text"] for each in api.get(f"/api/v1/drafts/{draft.pk}/").data["unsaved"]] == ["Half a"]


def test_a_turn_is_taken_back(api: APIClient, alice: Actor) -> None:
    draft = handed_over(alice)

    answer = api.post(f"/api/v1/contracts/{draft.contract_id}/taking-back/")

    assert (answer.status_code, answer.data["state"]) == (200, "open")


def test_an_abandoned_draft_is_over(api: APIClient, alice: Actor) -> None:
    draft = open_draft(alice)

    assert api.post(f"/api/v1/drafts/{draft.pk}/abandonment/").data["state"] == "abandoned"
    assert api.get(f"/api/v1/drafts/{draft.pk}/").data["can_edit"] is False
    assert Draft.objects.get().state == "abandoned"


def test_another_organization_finds_nothing(api: APIClient, alice: Actor, charlie: Actor, globex: Cast) -> None:
    draft = open_draft(alice)
    client = APIClient()
    client.force_login(globex.users["charlie"], backend="django.contrib.auth.backends.ModelBackend")

    for url in (f"/api/v1/drafts/{draft.pk}/", f"/api/v1/draft-clauses/{clause_of(draft).pk}/"):
        assert client.get(url).status_code == 404


def test_a_turn_does_not_name_a_version_that_was_taken_back(acme: Cast, alice: Actor) -> None:
    draft = handed_over(alice)
    let_in(acme, draft.contract)
    reader = APIClient()
    reader.force_login(acme.users["counterparty"], backend="django.contrib.auth.backends.ModelBackend")
    url = f"/api/v1/contracts/{draft.contract_id}/turns/"

    def named() -> set[tuple[int, str | None]]:
        return {(turn["number"], turn["version"]) for turn in reader.get(url).json()["results"]}

    assert named() == {(1, str(draft.version_id)), (2, None)}
    take_back_turn(actor=alice, contract_id=draft.contract_id)
    assert named() == {(1, None), (2, None), (3, None)}
