"""Beside a draft in Chromium: how it stands to the library, the newer words, and the history of a clause."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from clm.lib.actor import Actor
from contracts.models import Draft
from contracts.operations.drafting.put_position import put_position
from tests.browser.conftest import axe_violations, overflows, sign_in
from tests.browser.test_pages import WALK
from tests.cast import Cast
from tests.contracts.drafting.written import clause_of, open_draft
from tests.contracts.library.shelf import LADDER, approved, renewed

pytestmark = WALK


@pytest.fixture
def draft(acme: Cast, alice: Actor) -> Draft:
    """Its availability clause has the words of the library, which has newer ones since."""
    version = approved(alice)
    draft = open_draft(alice, category="hosting")
    clause = clause_of(draft, "Availability")
    put_position(actor=alice, clause_id=clause.pk, revision=1, library_version_id=version.pk, position="preferred")
    ladder = [{**LADDER[0], "text": "The Service is available 99.9 % of each week."}, *LADDER[1:]]
    renewed(alice, version, ladder, by=acme["legal"])
    return draft


def test_newer_words_are_taken_and_earlier_ones_put_back(tab: Page, draft: Draft) -> None:
    clause = clause_of(draft, "Availability")
    earlier = clause.text
    sign_in(tab, "alice@acme.example")
    tab.goto(reverse("draft", args=[draft.contract_id]))
    beside = tab.locator("[data-checks-panel]")
    expect(beside.get_by_role("heading", name="Beside the library")).to_be_visible(timeout=15_000)
    expect(beside).to_contain_text("As preferred")
    beside.get_by_role("button", name="Take the words of version 2").click()
    words = tab.locator(f"#clause-{clause.pk} > [data-words]")
    expect(words).to_contain_text("99.9 % of each week")
    expect(beside.get_by_role("button", name="Take the words of version 2")).to_have_count(0)

    section = tab.locator(f"#clause-{clause.pk}")
    section.locator("summary").click()
    section.get_by_role("link", name="What was written").click()
    drawer = tab.locator("#draft-history")
    expect(drawer.get_by_role("heading", name="What was written: Availability")).to_be_visible()
    assert axe_violations(tab) == []
    assert not overflows(tab)
    entries = drawer.locator("li")
    expect(entries).to_have_count(3)
    entries.nth(1).get_by_role("button", name="Put these words back").click()
    expect(tab.locator(f"#clause-{clause.pk} > [data-words]")).to_contain_text(earlier[:60])
    expect(tab.get_by_text("The words of that time stand in the clause again.")).to_be_visible()


def test_a_new_clause_has_its_own_history(tab: Page, draft: Draft) -> None:
    sign_in(tab, "alice@acme.example")
    tab.goto(reverse("draft", args=[draft.contract_id]))
    tab.get_by_role("button", name="Add a clause at the end").click()
    expect(tab.locator(".ProseMirror")).to_be_visible()
    added = tab.locator("[data-paper] > [data-clause]").last
    key = added.get_attribute("data-clause")
    link = added.locator("[data-history]").get_attribute("href")

    assert link is not None
    assert link.endswith(reverse("draft-clause-written", args=[key]))


def test_a_mandatory_clause_that_was_removed_is_named(tab: Page, draft: Draft) -> None:
    clause = clause_of(draft, "Availability")
    sign_in(tab, "alice@acme.example")
    tab.goto(reverse("draft", args=[draft.contract_id]))
    section = tab.locator(f"#clause-{clause.pk}")
    section.locator("summary").click()
    section.get_by_role("button", name="Remove").click()
    beside = tab.locator("[data-checks-panel]")
    expect(beside.get_by_text("Mandatory clauses are missing:")).to_be_visible(timeout=15_000)
    beside.get_by_role("link", name="Ask to leave it out").click()
    expect(tab.get_by_role("heading", name="Ask to leave a mandatory clause out")).to_be_visible()
    expect(tab.get_by_label("Mandatory clause")).to_have_value(str(clause.library_version.clause_id))  # type: ignore[union-attr]
    tab.get_by_label("Why it is left out").fill("A pilot of a month")
    tab.get_by_role("button", name="Ask for approval").click()
    expect(tab.get_by_text("You asked: somebody else of legal, or an approver, decides.")).to_be_visible()
    assert axe_violations(tab) == []
    assert not overflows(tab)
