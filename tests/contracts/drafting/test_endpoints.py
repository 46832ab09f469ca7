"""What the editor asks and is answered, and what the contract's page says of turns."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clm.lib.actor import Actor
from contracts.engine.body import body_of
from contracts.models import Draft, Version
from contracts.operations.drafting.add_clause import add_clause
from contracts.operations.drafting.keep_words import keep_words
from tests.cast import Cast
from tests.contracts.drafting.written import HOSTS, clause_of, draft_contract, handed_over, let_in, open_draft, write
from tests.contracts.library.shelf import approved


def send(page: Client, url: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    answer = page.post(url, json.dumps({} if body is None else body), content_type="application/json")
    return answer.status_code, answer.json()


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name], backend="django.contrib.auth.backends.ModelBackend")
    return client


def edit_of(draft: Draft, text: str, revision: int = 1) -> tuple[str, dict[str, Any]]:
    body = {"revision": revision, "heading": "Service", "body": body_of([text])}
    return f"/contracts/drafts/clauses/{clause_of(draft).pk}/edit/", body


def test_a_draft_is_begun_and_read(page: Client, alice: Actor) -> None:
    contract = draft_contract(alice)

    status, shown = send(page, f"/contracts/{contract.pk}/draft/begin/")

    assert status == 201
    assert (shown["state"], shown["side"], shown["can_edit"], shown["base"]["number"]) == ("open", "ours", True, 1)
    clause = shown["clauses"][1]
    assert (clause["label"], clause["heading"], clause["text"], clause["revision"]) == ("1", "Service", HOSTS, 1)
    assert (clause["library"], clause["held"], clause["is_removed"]) == (None, None, False)
    assert page.get(f"/contracts/drafts/{shown['id']}/").json() == shown


def test_written_references_are_tied(page: Client, alice: Actor) -> None:
    draft = open_draft(alice)

    body = clause_of(draft, "Availability").body

    references = [node for node in body["content"][0]["content"] if node["type"] == "reference"]
    assert [node["attrs"] for node in references] == [{"clause": str(clause_of(draft, "Credits").pk), "label": "2.2"}]


def test_an_edit_answers_with_the_clause(page: Client, alice: Actor) -> None:
    draft = open_draft(alice)

    status, answer = send(page, *edit_of(draft, "The Provider runs it."))

    assert (status, answer["merged"], answer["draft_revision"]) == (200, False, 2)
    assert (answer["clause"]["text"], answer["clause"]["revision"]) == ("The Provider runs it.", 2)
    assert answer["labels"][answer["clause"]["id"]] == "1"
    assert answer["order"][1] == answer["clause"]["id"]


def test_a_merged_edit_says_so(acme: Cast, page: Client, alice: Actor) -> None:
    draft = open_draft(alice)
    write(acme["procurement"], clause_of(draft), HOSTS.replace("The Provider", "The Supplier"))

    status, answer = send(page, *edit_of(draft, HOSTS.replace("Customer", "Client")))

    assert (status, answer["merged"]) == (200, True)
    assert answer["clause"]["text"] == "The Supplier hosts the Service for the Client."


def test_a_clash_offers_both(acme: Cast, page: Client, alice: Actor) -> None:
    draft = open_draft(alice)
    write(acme["procurement"], clause_of(draft), HOSTS.replace("hosts", "operates"))

    status, refusal = send(page, *edit_of(draft, HOSTS.replace("hosts", "runs")))

    assert (status, refusal["code"]) == (409, "clause_changed")
    assert refusal["detail"]["theirs"]["by"] == "Procurement"
    assert refusal["detail"]["clashes"] == [{"base": "hosts", "mine": "runs", "theirs": "operates"}]
    kept = page.get(f"/contracts/drafts/{draft.pk}/").json()["kept"]
    assert [(words["id"], words["text"]) for words in kept] == [
        (refusal["detail"]["edit"], HOSTS.replace("hosts", "runs"))
    ]
    assert send(page, f"/contracts/drafts/words/{refusal['detail']['edit']}/settle/")[0] == 200
    assert page.get(f"/contracts/drafts/{draft.pk}/").json()["kept"] == []


def test_a_browser_that_died_finds_its_words_again(acme: Cast, page: Client, alice: Actor) -> None:
    draft = open_draft(alice)
    url, body = edit_of(draft, "Half a sen")

    status, answer = send(page, url.replace("/edit/", "/keep/"), body)

    assert (status, bool(answer["kept_at"])) == (200, True)
    fresh = signed_in(acme, "alice").get(f"/contracts/drafts/{draft.pk}/").json()
    assert [words["text"] for words in fresh["unsaved"]] == ["Half a sen"]
    other = signed_in(acme, "procurement").get(f"/contracts/drafts/{draft.pk}/").json()
    assert other["unsaved"] == []


def test_clauses_are_added_moved_removed_and_restored(page: Client, alice: Actor) -> None:
    draft = open_draft(alice)
    sent = {"after": str(clause_of(draft).pk), "level": 1, "heading": "Support", "body": body_of(["By mail."])}

    status, added = send(page, f"/contracts/drafts/{draft.pk}/clauses/", sent)
    clause = f"/contracts/drafts/clauses/{added['clause']['id']}"

    assert (status, added["clause"]["label"]) == (201, "2")
    moved = send(page, f"{clause}/move/", {"after": str(clause_of(draft, "Term").pk), "level": 1})[1]
    assert (moved["clause"]["label"], moved["order"][-1]) == ("4", added["clause"]["id"])
    assert send(page, f"{clause}/remove/")[1]["clause"]["is_removed"] is True
    assert send(page, f"{clause}/restore/")[1]["clause"]["is_removed"] is False
    edits = page.get(f"{clause}/history/").json()["edits"]
    assert [(edit["revision"], edit["outcome"], edit["by"]) for edit in edits] == [(1, "saved", "Alice")]


def test_a_position_of_the_library_is_put(page: Client, alice: Actor) -> None:
    draft, version = open_draft(alice), approved(alice)
    name, position = version.keyed[0]
    url = f"/contracts/drafts/clauses/{clause_of(draft).pk}/position/"
    sent = {"revision": 1, "library_version": str(version.pk), "position": name}

    status, answer = send(page, url, sent)

    assert (status, answer["clause"]["text"]) == (200, position["text"])
    assert answer["clause"]["library"] == {
        "version": str(version.pk), "clause": str(version.clause_id), "title": version.clause.title, "position": name,
    }  # fmt: skip
    assert send(page, url, sent)[1]["code"] == "clause_changed"
    assert send(page, url, sent | {"revision": 2, "position": "none"})[1]["code"] == "position_unknown"


def test_a_hold_is_told_and_taken_over(acme: Cast, page: Client, alice: Actor) -> None:
    draft = open_draft(alice)
    other = signed_in(acme, "procurement")
    url = f"/contracts/drafts/clauses/{clause_of(draft).pk}/hold/"

    assert send(page, url)[1]["clause"]["held"]["is_mine"] is True
    status, refusal = send(other, url)
    assert (status, refusal["code"], refusal["detail"]["by"]) == (409, "clause_held", "Alice")
    assert send(other, url, {"take_over": True})[1]["clause"]["held"]["by"] == "Procurement"
    pulse = page.get(f"/contracts/drafts/{draft.pk}/pulse/").json()
    assert pulse["clauses"][str(clause_of(draft).pk)]["held"]["is_mine"] is False
    assert send(other, url, {"release": True})[1]["clause"]["held"] is None


def test_a_draft_is_handed_over_and_taken_back(page: Client, alice: Actor) -> None:
    draft = open_draft(alice)

    status, answer = send(page, f"/contracts/drafts/{draft.pk}/hand-over/", {"note": "First."})

    assert (status, answer["number"]) == (200, 2)
    assert Version.objects.get(number=2).note == "First."
    assert send(page, *edit_of(draft, "Late."))[1]["code"] == "turn_over"
    status, shown = send(page, f"/contracts/{draft.contract_id}/turn/take-back/")
    assert (status, shown["state"], [words["text"] for words in shown["kept"]]) == (200, "open", ["Late."])


def test_forms_without_scripts_are_sent_on_to_a_page(page: Client, alice: Actor) -> None:
    contract = draft_contract(alice)

    begun = page.post(f"/contracts/{contract.pk}/draft/begin/")
    draft = Draft.objects.get()
    given = page.post(f"/contracts/drafts/{draft.pk}/hand-over/", {"note": "First."})
    again = page.post(f"/contracts/drafts/{draft.pk}/hand-over/")

    assert (begun.status_code, begun["Location"]) == (302, f"/contracts/{contract.pk}/draft/")
    assert [answer["Location"] for answer in (given, again)] == [
        f"/contracts/{contract.pk}/", f"/contracts/{contract.pk}/draft/",
    ]  # fmt: skip
    assert Version.objects.count() == 2


@pytest.mark.parametrize("body", ["{", "[]", '{"revision": 0}', '{"revision": 1, "heading": "x"}'])
def test_what_cannot_be_read_is_refused(page: Client, alice: Actor, body: str) -> None:
    url, _body = edit_of(open_draft(alice), "x")

    answer = page.post(url, body, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_others_find_nothing_here(acme: Cast, alice: Actor, charlie: Actor, globex: Cast) -> None:
    draft = open_draft(alice)
    url, body = edit_of(draft, "Mine.")

    for client in (signed_in(globex, "charlie"), signed_in(acme, "counterparty")):
        assert client.get(f"/contracts/drafts/{draft.pk}/").status_code == 404
        status, refusal = send(client, url, body)
        assert (status, refusal["code"], refusal["detail"]) == (404, "not_found", {})
    assert send(signed_in(acme, "executive"), url, body)[0] == 403


def test_the_other_side_writes_its_own(acme: Cast, alice: Actor) -> None:
    draft = handed_over(alice)
    let_in(acme, draft.contract)
    them = signed_in(acme, "counterparty")

    status, shown = send(them, f"/contracts/{draft.contract_id}/draft/begin/")

    assert (status, shown["side"], shown["base"]["number"]) == (201, "theirs", 2)
    assert them.get(f"/contracts/drafts/{draft.pk}/").status_code == 404


def test_the_contracts_page_says_whose_turn_it_is(page: Client, alice: Actor) -> None:
    draft = open_draft(alice)

    ours = page.get(f"/contracts/{draft.contract_id}/").content.decode()
    page.post(f"/contracts/drafts/{draft.pk}/hand-over/", {"note": "First."})
    theirs = page.get(f"/contracts/{draft.contract_id}/").content.decode()
    versions = page.get(f"/contracts/{draft.contract_id}/versions/").content.decode()

    assert "Our turn since" in ours
    assert "Take the turn back" not in ours
    assert "Their turn since" in theirs
    assert "Take the turn back" in theirs
    assert "First." in versions


def queries(page: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert page.get(url).status_code == 200
    return len(asked)


@pytest.mark.parametrize("path", ["", "pulse/"])
def test_a_long_draft_asks_no_more_than_a_short_one(page: Client, alice: Actor, path: str) -> None:
    draft, version = open_draft(alice), approved(alice)
    url = f"/contracts/drafts/{draft.pk}/{path}"
    page.get(url)
    before = queries(page, url)
    for number in range(20):
        clause = add_clause(actor=alice, draft_id=draft.pk, heading=f"Clause {number}", body=body_of(["Words."]))
        clause.library_version, clause.library_position, clause.held_by_id = version, "preferred", alice.user_id
        clause.save()
        keep_words(actor=alice, clause_id=clause.pk, revision=1, heading="", body=body_of(["Unsaved."]))

    assert queries(page, url) == before
