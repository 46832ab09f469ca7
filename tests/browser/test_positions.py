"""In Chromium: a clause is replaced by a position of the library, a missing one put in, words marked for a comment."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from clm.lib.actor import Actor
from contracts.models import Draft
from tests.browser.conftest import axe_violations, overflows, sign_in
from tests.browser.test_pages import WALK
from tests.contracts.drafting.test_positions import LIABLE, OTHER
from tests.contracts.drafting.written import HOSTS, clause_of, open_draft
from tests.contracts.library.shelf import FALLBACK, PREFERRED, approved

pytestmark = WALK


@pytest.fixture
def draft(alice: Actor) -> Draft:
    """Of a hosting contract that lacks a mandatory clause, beside a library in which another clause comes first."""
    approved(alice, title="Assignment", positions=OTHER, mandatory_for=[])
    approved(alice, mandatory_for=[])
    approved(alice, title="Liability", positions=LIABLE, mandatory_for=["hosting"])
    return open_draft(alice, category="hosting")


def test_a_position_is_read_and_put(tab: Page, draft: Draft) -> None:
    sign_in(tab, "alice@acme.example")
    tab.goto(reverse("draft", args=[draft.contract_id]))
    section = tab.locator(f"#clause-{clause_of(draft, 'Availability').pk}")
    section.locator("summary").click()
    section.get_by_role("button", name="Replace by a library position").click()
    dialog = tab.locator("#draft-position")
    expect(dialog.locator("[data-position-words]")).to_have_text(PREFERRED, timeout=15_000)
    expect(dialog.locator("option:checked")).to_have_text("Availability: Preferred")
    assert axe_violations(tab) == []
    assert not overflows(tab)
    dialog.get_by_label("Position", exact=True).select_option(label="Availability: Fallback 1")
    expect(dialog.locator("[data-position-words]")).to_have_text(FALLBACK)
    dialog.get_by_role("button", name="Replace").click()
    expect(section.locator("> [data-words]")).to_have_text(FALLBACK)


def test_a_clause_like_none_is_chosen_for(tab: Page, draft: Draft) -> None:
    sign_in(tab, "alice@acme.example")
    tab.goto(reverse("draft", args=[draft.contract_id]))
    section = tab.locator(f"#clause-{clause_of(draft).pk}")
    section.locator("summary").click()
    section.get_by_role("button", name="Replace by a library position").click()
    dialog = tab.locator("#draft-position")
    expect(dialog.get_by_text("This clause is like none of the library.")).to_be_visible(timeout=15_000)
    assert below(dialog.get_by_role("button", name="Replace"), dialog) == 20
    expect(dialog.get_by_role("button", name="Replace")).to_be_disabled()


def test_what_stands_against_a_hand_over_is_put_in(tab: Page, draft: Draft) -> None:
    sign_in(tab, "alice@acme.example")
    tab.goto(reverse("draft", args=[draft.contract_id]))
    go = tab.locator("#hand-over-go")
    expect(go).to_contain_text("Mandatory clauses are missing: Liability.", timeout=15_000)
    expect(go.get_by_role("button", name="Hand over")).to_be_disabled()
    assert axe_violations(tab) == []
    assert not overflows(tab)

    tab.get_by_role("button", name="Put it in").click()
    expect(tab.locator("[data-paper]")).to_contain_text(LIABLE[0]["text"])
    expect(tab.locator("[data-checks-panel]")).to_contain_text("Beside the library", timeout=15_000)
    expect(go.get_by_role("button", name="Hand over")).to_be_enabled()


def test_words_are_marked_for_a_comment(tab: Page, draft: Draft) -> None:
    sign_in(tab, "alice@acme.example")
    tab.goto(f"{reverse('comment-new', args=[draft.contract_id])}?back=draft&draft_clause={clause_of(draft).pk}")
    tab.locator("[data-quote-source] p").click(click_count=3)
    expect(tab.locator("#id_quote")).to_have_value(HOSTS)
    tab.get_by_label("Comment", exact=True).fill("For whom?")
    tab.get_by_role("button", name="Comment", exact=True).click()
    expect(tab.locator(".draft-comments")).to_contain_text("For whom?")
    expect(tab.locator(".draft-comments blockquote")).to_have_text(HOSTS)


def below(inner: Locator, box: Locator) -> int:
    """Pixels between the lower edges of a control and of what it stands in."""
    inside, around = inner.bounding_box(), box.bounding_box()
    assert inside is not None
    assert around is not None
    return round(around["y"] + around["height"] - inside["y"] - inside["height"])
