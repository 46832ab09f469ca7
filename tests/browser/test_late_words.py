"""What a person types while a request is under way is kept, too, where that is refused."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from clm.lib.actor import Actor
from contracts.models import ClauseEdit, Draft
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.remove_clause import remove_clause
from contracts.operations.drafting.restore_clause import restore_clause
from tests.browser.conftest import PATIENCE
from tests.browser.test_drafting import PULSE, Drafter, clause, contract, drafting, eventually, opened, row, saved
from tests.browser.test_pages import WALK

__all__ = ["contract", "drafting"]  # fixtures
pytestmark = WALK


def held_back(page: Page, path: str, count: int = 1, *, more: bool = True) -> list[Route]:
    """The first requests to the path wait in the list until the test lets them go on; no more reach the server unless
    `more`."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if len(held) == count:
            return route.continue_() if more else route.abort()
        return held.append(route)

    page.route(f"**/{path}/", hold)
    return held


def waits(page: Page, held: list[Route], number: int = 1) -> Route:
    for _ in range(PATIENCE // 50):
        if len(held) == number:
            return held[-1]
        page.wait_for_timeout(50)
    raise AssertionError("nothing was sent")


def kept_texts() -> list[str]:
    return [edit.text for edit in ClauseEdit.objects.exclude(outcome__in=("saved", "merged"))]


def remembered(page: Page) -> int:
    """How many openings of clauses the browser itself remembers."""
    return int(page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('covenant.words')).length"))


LATE = "In advance. And further words."


def typed_while_kept(other: Page, alice: Actor, *, more: bool = True) -> None:
    """The draft is handed over while words are being kept, and more are typed."""
    held = held_back(other, "keep", more=more)
    opened(other, "Payment")
    other.keyboard.type(" In advance.")
    route = waits(other, held)
    hand_over(actor=alice, draft_id=Draft.objects.get().pk)
    other.keyboard.type(" And further words.")
    route.continue_()


def test_words_typed_while_a_keeping_is_refused(drafting: Drafter, alice: Actor) -> None:
    other = drafting("bea")
    typed_while_kept(other, alice)

    expect(other.get_by_text("The turn is over")).to_be_visible(timeout=PULSE)
    expect(other.locator("[data-kept]")).to_contain_text(LATE)
    assert any(text.endswith(LATE) for text in kept_texts())
    assert remembered(other) == 0
    other.reload()
    expect(other.locator("[data-kept]").filter(has_text=LATE)).to_be_visible()


def test_words_that_the_server_does_not_get_after_the_turn_stay_until_it_has_them(
    drafting: Drafter, alice: Actor
) -> None:
    other = drafting("bea")
    typed_while_kept(other, alice, more=False)
    expect(other.get_by_text("The turn is over")).to_be_visible(timeout=PULSE)
    expect(other.locator("[data-kept]")).to_contain_text(LATE)
    assert (remembered(other), any(text.endswith(LATE) for text in kept_texts())) == (1, False)

    other.reload()
    expect(other.get_by_text("It is the other side's turn")).to_be_visible()
    assert remembered(other) == 1
    other.unroute("**/keep/")
    other.reload()

    expect(other.locator("[data-kept]").filter(has_text=LATE)).to_be_visible()
    assert eventually(lambda: any(text.endswith(LATE) for text in kept_texts()))
    assert remembered(other) == 0


@pytest.mark.parametrize("is_restored", [False, True])
def test_words_typed_while_a_save_of_a_removed_clause_is_refused(
    drafting: Drafter, alice: Actor, is_restored: bool
) -> None:
    other = drafting("bea")
    payment = row("Payment").pk
    held = held_back(other, "edit", count=1 + is_restored)
    opened(other, "Payment")
    other.keyboard.type(" In advance.")
    other.keyboard.press("Control+s")
    route = waits(other, held)
    remove_clause(actor=alice, clause_id=payment)
    other.keyboard.type(" And further words.")
    route.continue_()
    if is_restored:
        last = waits(other, held, 2)
        restore_clause(actor=alice, clause_id=payment)
        last.continue_()
        expect(clause(other, "Payment").locator("> [data-words]")).to_contain_text(LATE)
        assert (row("Payment").text.endswith(LATE), remembered(other)) == (True, 0)
        return
    expect(other.get_by_text("was removed meanwhile").first).to_be_visible(timeout=PULSE)
    expect(other.locator("[data-kept]")).to_contain_text(LATE)
    assert [text.endswith(LATE) for text in kept_texts()] == [False, True]
    assert remembered(other) == 0
    other.reload()
    expect(other.locator("[data-kept]").filter(has_text=LATE)).to_be_visible()


def test_words_cut_before_a_save_are_not_offered_again(drafting: Drafter) -> None:
    page = drafting("bea")
    found = opened(page, "Payment")
    with page.expect_response("**/keep/"):
        page.keyboard.type(" Never.")
    for _ in " Never.":
        page.keyboard.press("Backspace")
    page.keyboard.type(" In advance.")
    saved(found)

    page.reload()
    expect(clause(page, "Payment").locator("> [data-words]")).to_contain_text("In advance.")
    expect(page.locator("[data-restore-words]")).to_have_count(0)
