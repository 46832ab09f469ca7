"""Replacing a clause by a position of the library: where the choice begins, what is shown, and what is put in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clm.lib.actor import Actor
from contracts.models import Draft, DraftClause, LibraryClauseVersion
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.put_in_clause import put_in_clause
from contracts.operations.drafting.put_position import put_position
from contracts.queries.drafts import clause_rows, labels_of
from tests.cast import Cast
from tests.contracts.drafting.written import TEXT, clause_of, handed_over, open_draft
from tests.contracts.library.shelf import BAD, FALLBACK, PREFERRED, approved, renewed, shelved
from tests.contracts.papers import text_paper

OTHER = [{"kind": "preferred", "text": "Nobody assigns this Agreement without consent.", "why": ""}]
LIABLE = [{"kind": "preferred", "text": "Each party is liable for what it breaks.", "why": ""}]


def shelf(alice: Actor) -> LibraryClauseVersion:
    """Availability, behind a clause of the library that comes first by its title."""
    approved(alice, title="Assignment", positions=OTHER, mandatory_for=[])
    return approved(alice, mandatory_for=[])


def asked(page: Client, row: DraftClause, **query: str) -> Any:
    return page.get(reverse("draft-clause-positions", args=[row.pk]), query)


def tied(alice: Actor, row: DraftClause, version: LibraryClauseVersion, position: str) -> DraftClause:
    return put_position(
        actor=alice, clause_id=row.pk, revision=row.revision, library_version_id=version.pk, position=position
    )


def test_the_choice_begins_at_what_the_clause_is_like(page: Client, alice: Actor) -> None:
    version = shelf(alice)
    row = clause_of(open_draft(alice), "Availability")

    assert asked(page, row).json() == {"value": f"{version.pk}:preferred", "text": PREFERRED, "why": ""}


def test_the_choice_begins_at_the_place_that_a_clause_is_tied_to(page: Client, alice: Actor) -> None:
    version = shelf(alice)
    row = tied(alice, clause_of(open_draft(alice), "Availability"), version, "fallback-1")

    shown = {"value": f"{version.pk}:fallback-1", "text": FALLBACK, "why": "Where the fee is low"}
    assert asked(page, row).json() == shown
    newer = renewed(alice, version)
    assert asked(page, row).json() == shown | {"value": f"{newer.pk}:fallback-1"}


def test_a_clause_like_none_begins_at_nothing(page: Client, alice: Actor) -> None:
    shelf(alice)
    row = clause_of(open_draft(alice), "Service")

    assert asked(page, row).json() == {"value": "", "text": "", "why": ""}


def test_each_position_is_read_before_it_is_put(page: Client, alice: Actor) -> None:
    version = shelf(alice)
    row = clause_of(open_draft(alice), "Service")
    value = f"{version.pk}:fallback-1"

    assert asked(page, row, value=value).json() == {"value": value, "text": FALLBACK, "why": "Where the fee is low"}
    for wrong in ("x", f"{row.pk}:preferred", f"{version.pk}:fallback-7"):
        answer = asked(page, row, value=wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, "position_unknown")


def test_what_is_unacceptable_is_not_offered(page: Client, alice: Actor) -> None:
    version = shelf(alice)
    draft = open_draft(alice)

    text = page.get(reverse("draft", args=[draft.contract_id])).content.decode()

    assert f'value="{version.pk}:fallback-1"' in text
    assert "unacceptable-1" not in text
    assert BAD not in text


def lacks_liability(alice: Actor) -> tuple[LibraryClauseVersion, Draft]:
    version = approved(alice, title="Liability", positions=LIABLE, mandatory_for=["hosting"])
    return version, open_draft(alice, category="hosting")


def test_a_mandatory_clause_is_put_in(page: Client, alice: Actor) -> None:
    version, draft = lacks_liability(alice)
    url = reverse("draft-put-in", args=[draft.pk])
    assert f'action="{url}"' in page.get(reverse("draft-checks", args=[draft.contract_id])).content.decode()

    answer = page.post(url, {"clause": str(version.clause_id)})

    last = DraftClause.objects.filter(draft=draft).order_by("place").last()
    assert last is not None
    assert answer["Location"] == f"{reverse('draft', args=[draft.contract_id])}#clause-{last.pk}"
    assert (last.heading, last.text, last.level) == ("Liability", LIABLE[0]["text"], 1)
    assert (last.library_version_id, last.library_position) == (version.pk, "preferred")
    assert "Put it in" not in page.get(reverse("draft-checks", args=[draft.contract_id])).content.decode()
    hand_over(actor=alice, draft_id=draft.pk)


ATTACHED = """
SERVICE LEVEL AGREEMENT

1. Uptime

The Service is up.

2. Remedies

The Customer has a credit.
"""


@pytest.mark.parametrize("attached", [ATTACHED, ATTACHED.replace("SERVICE LEVEL AGREEMENT", "EXHIBIT A")])
def test_what_is_put_in_stands_before_what_is_attached(alice: Actor, attached: str) -> None:
    version = approved(alice, title="Liability", positions=LIABLE, mandatory_for=["hosting"])
    contract = create_contract(actor=alice, title="Hosting", category="hosting")
    add_version(actor=alice, contract_id=contract.pk, paper=text_paper(TEXT + attached))
    draft = open_draft(alice, contract)
    before = list(DraftClause.objects.filter(draft=draft).order_by("place").values_list("heading", flat=True))

    made = put_in_clause(actor=alice, draft_id=draft.pk, library_clause_id=version.clause_id)

    rows = list(clause_rows(draft))
    shown = labels_of(rows).shown
    at = before.index("Uptime") - 1
    assert [row.heading for row in rows] == [*before[:at], "Liability", *before[at:]]
    assert [shown[str(row.pk)] for row in rows[at - 1 : at + 1]] == ["3", "4"]
    assert (rows[at].pk, rows[at].level) == (made.pk, 1)
    assert shown[str(next(row.pk for row in rows if row.heading == "Remedies"))] == "2"


def test_what_is_not_approved_is_not_put_in(page: Client, alice: Actor) -> None:
    draft = open_draft(alice)
    before = DraftClause.objects.filter(draft=draft).count()
    waiting = shelved(alice, title="Liability", positions=LIABLE)

    answer = page.post(
        reverse("draft-put-in", args=[draft.pk]), {"clause": str(waiting.pk)}, content_type="application/json"
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "clause_not_in_use")
    assert DraftClause.objects.filter(draft=draft).count() == before


def test_nothing_is_put_in_after_the_turn(page: Client, acme: Cast, alice: Actor) -> None:
    version = approved(alice, title="Liability", positions=LIABLE, mandatory_for=[])
    draft = handed_over(alice)
    before = DraftClause.objects.filter(draft=draft).count()

    answer = page.post(
        reverse("draft-put-in", args=[draft.pk]), {"clause": str(version.clause_id)}, content_type="application/json"
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "turn_over")
    assert DraftClause.objects.filter(draft=draft).count() == before
