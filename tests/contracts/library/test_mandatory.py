"""A mandatory clause is there by what a clause says: no tie, no unacceptable words and no other type stand for it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.lib.actor import Actor
from contracts.models import Clause, Contract, Draft, LibraryClauseVersion
from contracts.operations.change_contract import change_contract
from contracts.operations.drafting.abandon_draft import abandon_draft
from contracts.operations.drafting.add_clause import add_clause
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.put_position import put_position
from contracts.operations.drafting.remove_clause import remove_clause
from contracts.operations.library.adopt_library_clause import adopt_library_clause
from contracts.operations.library.retire_library_clause import retire_library_clause
from contracts.queries.draft_library import draft_report
from contracts.queries.drafts import draft_rows
from tests.cast import Cast
from tests.contracts.drafting.written import clause_of, draft_contract, let_in, open_draft, write
from tests.contracts.library.shelf import freed, renewed
from tests.contracts.library.test_omissions import AVAILABLE, LADDER, lacking_draft, mandatory, refusal
from tests.contracts.papers import newest
from tests.proof import last_entry


def put(actor: Actor, draft: Draft, version: LibraryClauseVersion, heading: str, position: str = "preferred") -> None:
    clause = clause_of(draft, heading)
    put_position(
        actor=actor, clause_id=clause.pk, revision=clause.revision, library_version_id=version.pk, position=position
    )


def missing(draft: Draft) -> list[str]:
    return [clause.title for clause in draft_report(draft_rows().get(pk=draft.pk)).missing_mandatory]


def refused_for(actor: Actor, draft: Draft) -> str:
    return refusal(lambda: hand_over(actor=actor, draft_id=draft.pk)).code


@pytest.mark.parametrize("text", ["Intentionally omitted.", "Reserved.", "The Service is provided when it suits us."])
def test_a_tied_clause_whose_words_are_gone(alice: Actor, text: str) -> None:
    version, draft = mandatory(alice), open_draft(alice, category="hosting")
    put(alice, draft, version, "Availability")
    assert missing(draft) == []
    write(alice, clause_of(draft, "Availability"), text, heading="Reserved")

    assert (missing(draft), refused_for(alice, draft)) == (["Availability"], "mandatory_missing")


def test_an_unacceptable_position(alice: Actor) -> None:
    version, draft = mandatory(alice), open_draft(alice, category="hosting")
    put(alice, draft, version, "Availability", "unacceptable-1")

    assert (missing(draft), refused_for(alice, draft)) == (["Availability"], "mandatory_missing")


def test_a_tie_on_another_clause(alice: Actor) -> None:
    version, contract = mandatory(alice), draft_contract(alice, category="hosting")
    other = Clause.objects.get(version=newest(contract), heading="Term")
    adopt_library_clause(actor=alice, clause_id=other.pk, library_version_id=version.pk, position="preferred")
    draft = begin_draft(actor=alice, contract_id=contract.pk)
    assert missing(draft) == []
    remove_clause(actor=alice, clause_id=clause_of(draft, "Availability").pk)

    assert (missing(draft), refused_for(alice, draft)) == (["Availability"], "mandatory_missing")


@pytest.mark.parametrize("tied", [True, False])
def test_negotiated_words_are_the_clause(alice: Actor, tied: bool) -> None:
    """Of a fallback, too, and whether somebody tied them or not."""
    fallback = {
        "kind": "fallback",
        "text": "The Provider makes every effort to keep the Service available.",
        "why": "Low",
    }
    version = mandatory(alice, positions=[LADDER[0], fallback, LADDER[1]])
    draft = open_draft(alice, category="hosting")
    if tied:
        put(alice, draft, version, "Availability", "fallback-1")
    words = "The Provider makes reasonable efforts to keep the Service and its parts available."
    write(alice, clause_of(draft, "Availability"), words)

    assert missing(draft) == []
    assert hand_over(actor=alice, draft_id=draft.pk).number == 2


def test_one_of_two_versions_of_a_clause_is_enough(acme: Cast, alice: Actor) -> None:
    version, draft = mandatory(alice), open_draft(alice, category="hosting")
    put(alice, draft, version, "Availability")
    ladder = [{**LADDER[0], "text": AVAILABLE.replace("month", "quarter")}, LADDER[1]]
    newer = renewed(alice, version, ladder, by=acme["legal"])
    put(alice, draft, newer, "Credits")
    write(alice, clause_of(draft, "Credits"), "Credits are as the parties agree from time to time.")
    assert missing(draft) == []
    remove_clause(actor=alice, clause_id=clause_of(draft, "Availability").pk)

    assert missing(draft) == ["Availability"]


def test_a_retired_clause_is_mandatory_nowhere(acme: Cast, alice: Actor) -> None:
    version, draft = mandatory(alice), open_draft(alice, category="hosting")
    put(alice, draft, version, "Availability")
    write(alice, clause_of(draft, "Availability"), "Intentionally omitted.")
    freed(alice, version.clause_id)
    retire_library_clause(actor=acme["legal"], clause_id=version.clause_id, reason="Superseded")

    assert missing(draft) == []
    assert hand_over(actor=alice, draft_id=draft.pk).number == 2


def test_a_clause_that_is_added_meets_it(alice: Actor) -> None:
    draft = lacking_draft(alice)
    last = clause_of(draft, "Term")
    assert missing(draft) == ["Availability"]
    add_clause(actor=alice, draft_id=draft.pk, after=last.pk, level=1, heading="Uptime", body=last.body)
    write(alice, clause_of(draft, "Uptime"), AVAILABLE)

    assert missing(draft) == []


def test_the_type_does_not_change_under_a_draft(alice: Actor, acme: Cast) -> None:
    draft = lacking_draft(alice)

    for actor in (alice, acme["procurement"]):
        found = refusal(
            lambda actor=actor: change_contract(actor=actor, contract_id=draft.contract_id, category="other")
        )
        assert (found.code, found.status, list(found.fields)) == ("draft_open", 409, ["category"])
    change_contract(actor=alice, contract_id=draft.contract_id, category="hosting", title="Hosting anew")
    abandon_draft(actor=alice, draft_id=draft.pk)
    change_contract(actor=alice, contract_id=draft.contract_id, category="other")

    entry = last_entry()
    assert (entry.event, entry.before, entry.after) == (
        "contract.changed",
        {"category": "hosting"},
        {"category": "other"},
    )


def test_a_draft_of_the_other_side_holds_no_type(alice: Actor, acme: Cast) -> None:
    """That they write is theirs to know."""
    draft = open_draft(alice, category="hosting")
    hand_over(actor=alice, draft_id=draft.pk)
    open_draft(let_in(acme, draft.contract), draft.contract)

    assert change_contract(actor=alice, contract_id=draft.contract_id, category="other").category == "other"


def test_the_refused_type_on_the_page_and_by_the_api(page: Client, api: APIClient, alice: Actor) -> None:
    contract: Contract = open_draft(alice, category="hosting").contract

    answer = api.patch(f"/api/v1/contracts/{contract.pk}/", {"category": "other"}, format="json")
    form = page.get(reverse("contract-edit", args=[contract.pk])).context["form"]
    given = {name: value for name in form.fields if (value := form[name].value()) not in (None, "")}
    shown = page.post(reverse("contract-edit", args=[contract.pk]), given | {"category": "other"})

    assert (answer.status_code, answer.json()["code"]) == (409, "draft_open")
    assert "hand it over or abandon it before the type changes" in shown.content.decode()
    contract.refresh_from_db()
    assert contract.category == "hosting"
