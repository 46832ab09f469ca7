"""What the librarian and the drafter do on the pages, what they see, and how many queries it takes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clm.access.objects import grant
from clm.lib.actor import Actor
from contracts.models import LibraryClause, LibraryClauseVersion
from contracts.operations.add_version import add_version
from contracts.operations.library.change_library_clause import change_library_clause
from tests.cast import Cast
from tests.contracts.library.shelf import (
    BAD,
    FALLBACK,
    NEXT,
    PREFERRED,
    approved,
    availability,
    read_now,
    renewed,
    shelved,
)
from tests.contracts.papers import SENTENCE, TEXT, active_contract, draft_contract, newest, text_paper

OWN = "You wrote what waits here: somebody else of legal, or an approver, approves it."
BACKEND = "django.contrib.auth.backends.ModelBackend"


def shown(page: Client, name: str, *args: object, **query: str) -> str:
    answer = page.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def sent(page: Client, name: str, *args: object, data: dict[str, Any] | None = None) -> Any:
    return page.post(reverse(name, args=args), data or {})


def filled(alice: Actor) -> dict[str, Any]:
    return {
        "title": "Availability", "category": "service_level", "risk": "high", "owner_id": str(alice.user_id),
        "mandatory_for": ["hosting"], "guidance": "Ask operations first.", "preferred": PREFERRED,
        "fallback_1": FALLBACK, "fallback_1_why": "Where the fee is low",
        "unacceptable_2": BAD, "unacceptable_2_why": "It promises nothing",
    }  # fmt: skip


@pytest.fixture
def approver(acme: Cast) -> Client:
    client = Client()
    client.force_login(acme.users["approver"], backend=BACKEND)
    return client


def test_a_clause_goes_the_whole_way_by_hand(page: Client, approver: Client, alice: Actor) -> None:
    assert "Add a clause" in shown(page, "library-clauses")
    facts = filled(alice)
    refused = sent(page, "library-clause-new", data={**facts, "unacceptable_2_why": ""})
    assert (refused.status_code, LibraryClause.objects.count()) == (400, 0)
    form = refused.context["form"]
    assert form.errors == {"unacceptable_2_why": ["Say why this position is unacceptable."]}
    said = refused.content.decode()
    assert 'for="id_unacceptable_2_why">Why it is unacceptable</label>' in said
    assert "What changed" not in said
    assert sent(page, "library-clause-new", data=facts).status_code == 302
    clause = LibraryClause.objects.get()
    kinds = [position["kind"] for position in clause.versions.get().positions]
    assert kinds == ["preferred", "fallback", "unacceptable"]
    own = shown(page, "library-clause", clause.pk)
    assert OWN in own
    assert "Approve version 1" not in own
    refused = page.post(
        reverse("library-clause-approve", args=[clause.pk]), {"seen": str(read_now(clause.pk))}, follow=True
    )
    assert "alert-error" in refused.content.decode()
    assert "Approve version 1" in shown(approver, "library-clause", clause.pk)
    sent(approver, "library-clause-approve", clause.pk, data={"seen": str(read_now(clause.pk))})

    form = page.get(reverse("library-clause-edit", args=[clause.pk])).context["form"]
    read = read_now(clause.pk)
    assert (form.initial["fallback_1"], form.initial["seen"]) == (FALLBACK, read)
    changed = facts | {"preferred": PREFERRED.replace("month", "quarter"), "note": "Quarterly", "seen": str(read)}
    assert sent(page, "library-clause-edit", clause.pk, data=changed).status_code == 302
    body = shown(page, "library-clause", clause.pk)
    assert "calendar quarter" in body
    assert "Quarterly" in body
    assert "calendar quarter" not in shown(page, "library-clause", clause.pk, version="1").split("History")[0]
    meanwhile = sent(page, "library-clause-edit", clause.pk, data=changed)
    assert meanwhile.status_code == 400
    now = {**changed, "seen": str(read_now(clause.pk)), "mandatory_for": []}
    assert sent(page, "library-clause-edit", clause.pk, data=now).status_code == 302
    assert "Waits for approval: mandatory in</dt><dd>nothing</dd>" in shown(approver, "library-clause", clause.pk)
    sent(approver, "library-clause-approve", clause.pk, data={"seen": str(read_now(clause.pk))})
    sent(page, "library-clause-retire", clause.pk, data={"reason": "Superseded"})
    clause.refresh_from_db()
    assert clause.state == "retired"
    assert "Superseded" in shown(page, "library-clause", clause.pk)


def test_by_hand_only_what_was_shown_is_approved(approver: Client, alice: Actor) -> None:
    clause = shelved(alice)
    read = str(read_now(clause.pk))
    assert f'name="seen" value="{read}"' in shown(approver, "library-clause", clause.pk)
    change_library_clause(actor=alice, clause_id=clause.pk, positions=NEXT)
    for data in ({}, {"seen": read}):
        answer = approver.post(reverse("library-clause-approve", args=[clause.pk]), data, follow=True)
        assert "alert-error" in answer.content.decode()
    assert "(Alice, " in answer.content.decode()

    clause.refresh_from_db()
    assert clause.state == "draft"


def test_nothing_is_approved_beside_the_words_of_an_older_version(approver: Client, alice: Actor) -> None:
    version = approved(alice)
    change_library_clause(actor=alice, clause_id=version.clause_id, positions=NEXT)

    assert "Approve version 2" in shown(approver, "library-clause", version.clause_id)
    assert "Approve version 2" not in shown(approver, "library-clause", version.clause_id, version="1")


def test_a_version_that_is_not_there_is_not_found(page: Client, alice: Actor) -> None:
    clause = shelved(alice)

    assert page.get(reverse("library-clause", args=[clause.pk]), {"version": "7"}).status_code == 404


def test_the_list_is_filtered_and_searched(page: Client, alice: Actor, acme: Cast) -> None:
    approved(alice)
    other = acme.users["administrator"]
    shelved(alice, title="Support", category="support", mandatory_for=[], owner_id=other.pk)

    for query in ({"category": "support"}, {"state": "draft"}, {"q": "supp"}, {"owner": str(other.pk)}):
        body = shown(page, "library-clauses", **query)
        assert ("Support" in body, ">Availability<" in body) == (True, False), query
    assert ">Availability<" in shown(page, "library-clauses", mandatory_for="hosting")


def test_a_draft_beside_the_library(page: Client, alice: Actor) -> None:
    version = approved(alice)
    law = approved(
        alice, title="Governing law", category="governing_law", mandatory_for=["hosting"],
        positions=[{"kind": "preferred", "text": "The laws of France govern."}],
    )  # fmt: skip
    contract = draft_contract(alice, category="hosting")
    body = shown(page, "contract-tab", contract.pk, "library")
    assert "Mandatory clauses are missing:" in body
    assert reverse("library-clause", args=[law.clause_id]) in body
    assert ("Preferred" in body, "Preferred, changed" in body) == (True, False)

    place = {"place": f"{version.pk}:preferred"}
    assert sent(page, "clause-adopt", availability(contract).pk, data=place).status_code == 302
    assert availability(contract).library_version == version
    newer = renewed(alice, version)
    body = shown(page, "contract-tab", contract.pk, "library")
    assert "The library has a newer version of 1 clause that this draft adopted." in body
    assert "Take version 2" in body
    assert contract.reference in shown(page, "library-clause", version.clause_id)
    sent(page, "clause-adopt", availability(contract).pk, data={"place": f"{newer.pk}:preferred"})
    body = shown(page, "contract-tab", contract.pk, "library")
    assert "Take version" not in body
    assert "2 of 32 words and signs of both texts differ from “Preferred”" in body


def test_the_page_of_a_tie_keeps_what_is_chosen(page: Client, alice: Actor) -> None:
    version, contract = approved(alice), draft_contract(alice)
    clause = availability(contract)
    sent(page, "clause-adopt", clause.pk, data={"place": f"{version.pk}:fallback-1"})
    renewed(alice, version)

    body = shown(page, "clause-adopt", clause.pk)

    assert f'<option value="{version.pk}:fallback-1" selected>' in body
    sent(page, "clause-adopt", clause.pk, data={"place": ""})
    assert availability(contract).library_version is None


def test_a_signed_contract_shows_no_offer_and_nothing_missing(page: Client, alice: Actor) -> None:
    contract = active_contract(alice, category="hosting")
    approved(alice)

    body = shown(page, "contract-tab", contract.pk, "library")

    assert "No clause was adopted from the library" in body
    assert "missing" not in body


def test_an_unacceptable_position_says_why(page: Client, alice: Actor) -> None:
    approved(alice)
    contract = draft_contract(alice)
    add_version(actor=alice, contract_id=contract.pk, paper=text_paper(TEXT.replace(SENTENCE, BAD)))

    assert "Unacceptable 1: It promises nothing" in shown(page, "contract-tab", contract.pk, "library")


def test_the_other_side_sees_nothing_of_the_library(acme: Cast, alice: Actor) -> None:
    approved(alice)
    contract = draft_contract(alice)
    grant([acme.users["counterparty"]], "see_confidential_contract", contract)
    other = Client()
    other.force_login(acme.users["counterparty"], backend=BACKEND)

    assert other.get(reverse("contract", args=[contract.pk])).status_code == 200
    assert reverse("contract-tab", args=[contract.pk, "library"]) not in shown(other, "contract", contract.pk)
    assert other.get(reverse("contract-tab", args=[contract.pk, "library"])).status_code == 404
    assert other.get(f"/api/v1/versions/{newest(contract).pk}/library/").status_code == 403


def queries_of(page: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as made:
        assert page.get(url).status_code == 200
    return len(made)


def test_pages_take_as_many_queries_for_many_clauses(page: Client, alice: Actor) -> None:
    contract = draft_contract(alice)
    first = approved(alice, title="First")
    urls = [
        reverse("library-clauses"), reverse("contract-tab", args=[contract.pk, "library"]),
        reverse("library-clause", args=[first.clause_id]),
    ]  # fmt: skip
    counts = []
    for more in (2, 20):
        for _index in range(more):
            number = LibraryClauseVersion.objects.count()
            text = f"{PREFERRED} {'really ' * number}"
            approved(alice, title=f"Clause {number}", positions=[{"kind": "preferred", "text": text}])
        counts.append([queries_of(page, url) for url in urls])

    assert counts[0] == counts[1]
