"""A position of the library that has blanks: the questionnaire's answers fill them, and what is left open is said."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from clm.lib.actor import Actor
from contracts.models import Contract, DraftClause, LibraryClauseVersion
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.put_position import put_position
from contracts.operations.templates.draft_from_template import draft_from_template
from contracts.pages.draft_page import ClauseLink
from contracts.pages.hand_over import said_open
from tests.contracts.drafting.written import draft_contract
from tests.contracts.library.shelf import approved
from tests.contracts.templates.composed import ANSWERS, approved_composed

LADDER = [{"kind": "preferred", "text": "The fee of {fee} is due to {party} by {day}.", "why": ""}]


def put(alice: Actor, contract: Contract, heading: str) -> DraftClause:
    library: LibraryClauseVersion = approved(alice, title="Fee", positions=LADDER, mandatory_for=[])
    draft = begin_draft(actor=alice, contract_id=contract.pk)
    clause = DraftClause.objects.filter(draft=draft, heading=heading).get()
    return put_position(
        actor=alice, clause_id=clause.pk, revision=1, library_version_id=library.pk, position="preferred"
    )


def test_answers_fill_the_blanks_and_the_checks_name_the_rest(alice: Actor, page: Client) -> None:
    source = approved_composed(alice).versions.get()
    contract = draft_from_template(actor=alice, template_version_id=source.pk, answers=ANSWERS, title="x")

    clause = put(alice, contract, "Scope")

    assert clause.text == "The fee of 100 is due to Cirrus GmbH by {day}."
    checks = page.get(reverse("draft-checks", args=[contract.pk])).content.decode()
    assert "Blanks that nobody filled" in checks
    assert '<span class="reference is-broken">{day}</span>' in checks


def test_without_a_questionnaire_the_blanks_stay(alice: Actor) -> None:
    assert put(alice, draft_contract(alice), "Service").text == LADDER[0]["text"]


def test_what_is_open_is_named_where_it_is_handed_over_and_beside_the_version(alice: Actor, page: Client) -> None:
    contract = draft_contract(alice)
    draft = put(alice, contract, "Service").draft

    for name in ("draft", "draft-checks"):
        shown = page.get(reverse(name, args=[contract.pk])).content.decode()
        assert "3 blanks are still open, and the other side will see them:" in shown
        said = "3 blanks are still open, and the other side will see them: {fee} (1 Service); {party} (1 Service); "
        asked = "{day} (1 Service). Your draft becomes the next version of this contract, and the other side gets it."
        assert f'data-confirm="{said}{asked} From then on' in shown
    version = hand_over(actor=alice, draft_id=draft.pk)

    assert version.warnings == ["Blanks that nobody filled: {fee}; {party}; {day}."]


def test_of_many_blanks_the_first_five_are_named() -> None:
    assert said_open([]) == ""
    assert said_open(["____ (3 Term)"]) == "1 blank is still open, and the other side will see it: ____ (3 Term)."
    assert said_open([f"{{{each}}} (1 Service)" for each in "abcdefghi"]) == (
        "9 blanks are still open, and the other side will see them: {a} (1 Service); {b} (1 Service); {c} (1 Service); "
        "{d} (1 Service); {e} (1 Service) and 4 more."
    )


def test_a_clause_without_a_heading_is_named_by_its_number_or_words() -> None:
    assert ClauseLink("k", "2.1", "Fees").whole == "2.1 Fees"
    assert (ClauseLink("k", "Fees", "Fees").whole, ClauseLink("k", "The fee of").whole) == ("Fees", "The fee of")


def test_nothing_is_said_where_nothing_is_open(alice: Actor, page: Client) -> None:
    contract = draft_contract(alice)
    draft = begin_draft(actor=alice, contract_id=contract.pk)

    assert "still open" not in page.get(reverse("draft", args=[contract.pk])).content.decode()
    assert hand_over(actor=alice, draft_id=draft.pk).warnings == []
