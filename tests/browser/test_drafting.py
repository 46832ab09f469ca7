"""Two people write a draft in Chromium: nothing that either of them typed is lost, and both see what happened."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from clm.lib.actor import Actor
from contracts.models import ClauseEdit, Contract, Draft, DraftClause, UnsavedWords
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.drafting.begin_draft import begin_draft
from tests.browser.conftest import Underway, axe_violations, overflows, sign_in
from tests.browser.test_pages import WALK, Opened
from tests.cast import Cast, add_person
from tests.contracts import papers
from tests.contracts.library.shelf import FALLBACK, approved

pytestmark = WALK
PULSE = 15_000  # milliseconds within which one browser has heard of the other
TEXT = """Hosting Agreement

1. Service

The Provider hosts the Service for the Customer as Section 2.1 says. “Fees” means what Section 3 says.

2. Service levels

2.1 Availability. The Service is available at least 99.9 % of each month, measured from outside.

2.2 Credits. If availability is lower, the Customer receives a credit on the Fees.

3. Payment

The Customer pays the Fees within thirty days after the invoice.

The Provider keeps the Security Measures in place, and tells the Customer how the Security Measures change.
"""

# The server does what it is asked, and its answer never comes.
LOSE_ANSWERS = """path => {
  window.answered = window.fetch;
  window.fetch = async (url, how) => {
    const answer = await window.answered(url, how);
    if (String(url).endsWith(path)) throw new TypeError("Failed to fetch");
    return answer;
  };
}"""

Drafter = Callable[..., Page]


@pytest.fixture
def contract(acme: Cast, alice: Actor) -> Contract:
    """A contract whose draft is begun; `bea` of the same side drafts too."""
    add_person(acme, "bea", ["legal"])
    contract = create_contract(actor=alice, title="Hosting")
    add_version(actor=alice, contract_id=contract.pk, paper=papers.text_paper(TEXT))
    begin_draft(actor=alice, contract_id=contract.pk)
    return contract


@pytest.fixture
def drafting(open_tab: Opened, contract: Contract, underway: Underway) -> Iterator[Drafter]:
    """The draft in a browser of that person's. In the end the pages go away, and what they asked for is answered."""
    windows: list[Page] = []

    def by(who: str, width: int = 1440) -> Page:
        page = open_tab(width)
        windows.append(page)
        sign_in(page, f"{who}@acme.example")
        page.goto(reverse("draft", args=[contract.pk]))
        return page

    yield by
    for page in windows:
        if not page.is_closed():
            underway.leave(page)


def row(heading: str) -> DraftClause:
    return DraftClause.objects.get(heading=heading)


def clause(page: Page, heading: str) -> Locator:
    return page.locator(f"[data-clause='{row(heading).pk}']")


def opened(page: Page, heading: str) -> Locator:
    """The clause's editor, opened by a click on its words."""
    found = clause(page, heading)
    found.locator("> [data-words]").click()
    expect(found.locator(".ProseMirror")).to_be_focused()
    return found


def taken_over(page: Page, heading: str) -> Locator:
    """The same, though somebody else writes there."""
    found = clause(page, heading)
    found.locator("> [data-words]").click()
    expect(found.get_by_text("is writing here. You can take")).to_be_visible()
    found.get_by_role("button", name="Take over").click()
    expect(found.locator(".ProseMirror")).to_be_focused()
    return found


def saved(found: Locator) -> None:
    found.page.keyboard.press("Control+s")
    expect(found.locator("[data-status]")).to_contain_text("Saved")


def closed(found: Locator) -> None:
    found.get_by_role("button", name="Close").click()
    expect(found.locator("[data-form]")).to_have_count(0)


def put(found: Locator, before: str, words: str) -> None:
    """Writes `words` in front of the words `before`."""
    found.locator(".ProseMirror").evaluate(
        """(root, before) => {
          const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const at = walker.currentNode.data.indexOf(before);
            if (at >= 0) return getSelection().collapse(walker.currentNode, at);
          }
          throw new Error(`not there: ${before}`);
        }""",
        before,
    )
    found.page.keyboard.type(words)


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether it comes to hold within a few seconds."""
    until = time.monotonic() + 10
    while not holds() and time.monotonic() < until:
        time.sleep(0.1)
    return holds()


def numbers_on(page: Page) -> list[str]:
    return page.locator(".draft-clause:not(.is-removed) [data-number]").all_inner_texts()


def choose(page: Page, heading: str, act: str) -> None:
    """An entry of the clause's menu."""
    found = clause(page, heading)
    found.hover()
    found.locator("summary").click()
    found.get_by_role("button", name=act, exact=True).click()


def test_a_clause_is_written_and_saved(drafting: Drafter) -> None:
    page = drafting("alice")
    found = opened(page, "Availability")
    put(found, "99.9 %", "no less than ")
    saved(found)
    closed(found)
    expect(found.locator("> [data-words]")).to_contain_text("at least no less than 99.9 %")
    written = row("Availability")
    assert (written.revision, "no less than 99.9 %" in written.text) == (2, True)
    assert eventually(lambda: row("Availability").held_by is None)


def test_formats_lists_and_references(drafting: Drafter) -> None:
    page = drafting("alice")
    found = opened(page, "Credits")
    page.keyboard.press("Enter")
    found.get_by_role("button", name="Bold").click()
    page.keyboard.type("Only once")
    found.get_by_role("button", name="Numbered list").click()
    page.keyboard.press("Control+b")
    page.keyboard.type(" a month, see ")
    found.get_by_label("Put in a reference").select_option(str(row("Payment").pk))
    saved(found)
    closed(found)
    inline = row("Credits").body["content"][1]["content"][0]["content"][0]["content"]
    assert [node["type"] for node in inline] == ["text", "text", "reference"]
    assert inline[0] == {"type": "text", "text": "Only once", "marks": [{"type": "bold"}]}
    assert inline[2]["attrs"] == {"clause": str(row("Payment").pk), "label": "3"}
    expect(found.locator("li strong")).to_have_text("Only once")
    expect(found.locator("li a.reference")).to_have_text("3")


def test_two_people_change_different_words(drafting: Drafter) -> None:
    one, other = drafting("alice"), drafting("bea")
    hers = opened(one, "Availability")
    put(hers, "of each month", "in Europe ")
    his = taken_over(other, "Availability")
    put(his, "measured", "as always ")
    saved(his)
    expect(hers.locator("[data-warning]")).not_to_be_empty(timeout=PULSE)
    one.keyboard.press("Control+s")
    expect(hers.locator("[data-status]")).to_contain_text("Saved together")
    text = row("Availability").text
    assert ("in Europe of each month" in text, "as always measured" in text) == (True, True)
    expect(hers.locator(".ProseMirror")).to_contain_text("as always measured")


def clash(one: Page, other: Page) -> Locator:
    """Alice and Bea both write another figure; Bea's stands, and Alice is asked."""
    hers = opened(one, "Availability")
    put(hers, "99.9 %", "exactly ")
    his = taken_over(other, "Availability")
    put(his, "99.9 %", "roughly ")
    saved(his)
    closed(his)
    one.keyboard.press("Control+s")
    panel = hers.locator("[data-merge]")
    expect(panel).to_be_visible()
    expect(panel.get_by_text("Bea changed the same words")).to_be_visible()
    expect(panel.locator("[data-words-of=theirs] del")).to_contain_text("exactly")
    expect(panel.locator("[data-words-of=theirs] ins")).to_contain_text("roughly")
    expect(panel.locator("[data-words-of=yours] ins")).to_contain_text("exactly")
    expect(panel.locator("[data-same-of=merged]")).to_be_visible()
    return hers


@pytest.mark.parametrize(
    ("choice", "stands", "revision"),
    [("Keep mine", "exactly 99.9 %", 3), ("Take theirs", "roughly 99.9 %", 2), ("Take the merge", "exactly 99.9 %", 3)],
)
def test_two_people_change_the_same_words(drafting: Drafter, choice: str, stands: str, revision: int) -> None:
    one, other = drafting("alice"), drafting("bea")
    hers = clash(one, other)
    assert axe_violations(one) == []
    hers.get_by_role("button", name=choice).click()
    expect(hers.locator("[data-merge]")).to_have_count(0)
    expect(hers.locator("> [data-words]")).to_contain_text(stands)
    expect(clause(other, "Availability").locator("> [data-words]")).to_contain_text(stands, timeout=PULSE)
    written = row("Availability")
    assert (stands in written.text, written.revision) == (True, revision)
    kept = ClauseEdit.objects.get(draft_clause=written, outcome=ClauseEdit.Outcome.CONFLICT)
    assert "exactly 99.9 %" in kept.text
    assert eventually(lambda: kept.settled_by.count() == 1)


def test_the_merge_is_changed_by_hand(drafting: Drafter) -> None:
    one, other = drafting("alice"), drafting("bea")
    hers = clash(one, other)
    hers.get_by_role("button", name="Edit the merge by hand").click()
    expect(hers.locator("[data-merge]")).to_have_count(0)
    expect(hers.locator(".ProseMirror")).to_be_focused()
    put(hers, "exactly 99.9 %", "roughly or ")
    saved(hers)
    written = row("Availability")
    assert ("roughly or exactly 99.9 %" in written.text, written.revision) == (True, 3)
    assert eventually(lambda: ClauseEdit.objects.get(outcome="conflict").settled_by.count() == 1)


def test_two_windows_of_one_person_die_and_both_words_are_offered(drafting: Drafter) -> None:
    one, other = drafting("alice"), drafting("alice")
    for page, words in ((one, " Of the first window."), (other, " Of the second window.")):
        opened(page, "Payment")
        page.keyboard.type(words)
    for words in ("first", "second"):
        assert eventually(lambda words=words: UnsavedWords.objects.filter(text__endswith=f"{words} window.").exists())
    for page in (one, other):
        page.context.close()
    again = drafting("alice")
    offers = clause(again, "Payment").locator("[data-restore-words]")
    expect(offers).to_have_count(2)
    first = offers.filter(has_text="Of the first window.")
    first.get_by_role("button", name="Write on from these words").click()
    found = clause(again, "Payment")
    expect(found.locator(".ProseMirror")).to_contain_text("Of the first window.")
    expect(offers).to_have_count(1)
    saved(found)
    closed(found)
    offers.get_by_role("button", name="Write on from these words").click()
    expect(found.locator(".ProseMirror")).to_contain_text("Of the second window.")
    again.keyboard.press("Control+s")
    panel = found.locator("[data-merge]")
    expect(panel.locator("[data-words-of=theirs] ins")).to_contain_text("first")
    panel.get_by_role("button", name="Take theirs").click()
    expect(panel).to_have_count(0)
    assert row("Payment").text.endswith("Of the first window.")
    assert ClauseEdit.objects.filter(outcome="conflict", text__endswith="Of the second window.").count() == 1
    assert UnsavedWords.objects.count() == 0


def test_a_save_whose_answer_is_lost_is_sent_again(drafting: Drafter) -> None:
    page = drafting("alice")
    found = opened(page, "Payment")
    page.keyboard.type(" Nothing else is due.")

    page.evaluate(LOSE_ANSWERS, "/edit/")
    page.keyboard.press("Control+s")
    expect(found.locator("[data-status]")).to_contain_text("kept on this computer")
    page.evaluate("window.fetch = window.answered")
    page.keyboard.type(" Ever.")
    saved(found)
    expect(found.locator("[data-merge]")).to_have_count(0)
    assert row("Payment").text.endswith("Nothing else is due. Ever.")
    assert row("Payment").revision == 3


def test_the_editor_by_keyboard_alone(drafting: Drafter) -> None:
    page = drafting("alice")
    found = clause(page, "Payment")
    found.get_by_role("button", name="Edit 3").focus()
    page.keyboard.press("Enter")
    expect(found.locator(".ProseMirror")).to_be_focused()
    page.keyboard.press("Control+a")
    for key, mark in (("b", "strong"), ("i", "em"), ("u", "u")):
        page.keyboard.press(f"Control+{key}")
        expect(found.locator(f".ProseMirror {mark}").first).to_be_visible()
    page.keyboard.press("Control+z")
    expect(found.locator(".ProseMirror u")).to_have_count(0)
    page.keyboard.press("Control+Shift+z")
    expect(found.locator(".ProseMirror u").first).to_be_visible()
    page.keyboard.press("Shift+Tab")
    expect(found.get_by_role("button", name="Bold")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(found.get_by_label("Put in a reference")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(found.get_by_role("button", name="Italic")).to_be_focused()
    page.keyboard.press("Enter")
    expect(found.locator(".ProseMirror em")).to_have_count(0)
    expect(found.get_by_role("button", name="Italic")).to_have_attribute("aria-pressed", "false")
    expect(found.locator(".ProseMirror")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(found.get_by_label("Heading", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(found.locator("[data-form]")).to_have_count(0)
    expect(found.get_by_role("button", name="Edit 3")).to_be_focused()
    expect(found.locator("[data-restore-words]")).to_be_visible()


def test_a_browser_dies_with_unsaved_words(drafting: Drafter, acme: Cast) -> None:
    page = drafting("alice")
    found = opened(page, "Payment")
    page.keyboard.type(" Nothing else is due.")
    expect(found.locator("[data-status]")).to_have_text("Not saved yet. Your words are kept.")
    assert eventually(lambda: UnsavedWords.objects.filter(text__endswith="Nothing else is due.").exists())
    page.context.close()
    again = drafting("alice")
    found = clause(again, "Payment")
    expect(found.locator("[data-restore-words]")).to_contain_text("Nothing else is due.")
    found.get_by_role("button", name="Write on from these words").click()
    expect(found.locator(".ProseMirror")).to_contain_text("Nothing else is due.")
    saved(found)
    assert "Nothing else is due." in row("Payment").text
    assert UnsavedWords.objects.count() == 0


def test_words_that_the_server_never_got_are_on_the_computer(drafting: Drafter) -> None:
    page = drafting("alice")
    page.route("**/keep/", lambda route: route.abort())
    found = opened(page, "Payment")
    page.keyboard.type(" Nothing else is due.")
    expect(found.locator("[data-status]")).to_contain_text("kept on this computer")
    page.reload()
    found = clause(page, "Payment")
    expect(found.locator("[data-restore-words]")).to_contain_text("Nothing else is due.")
    page.unroute("**/keep/")
    found.get_by_role("button", name="Let them go").click()
    expect(found.locator("[data-restore-words]")).to_have_count(0)
    page.reload()
    expect(clause(page, "Payment").locator("> [data-words]")).to_be_visible()
    expect(page.locator("[data-restore-words]")).to_have_count(0)
    assert "Nothing else" not in row("Payment").text


def test_the_turn_ends_while_another_types(drafting: Drafter, contract: Contract) -> None:
    one, other = drafting("alice"), drafting("bea")
    found = opened(other, "Payment")
    other.keyboard.type(" In advance.")
    one.get_by_label("What changed").fill("Our first draft")
    one.locator("#hand-over").get_by_role("button", name="Hand over").click()
    dialog = one.locator("#confirm-dialog")
    expect(dialog).to_contain_text("From then on it is their turn")
    dialog.get_by_role("button", name="Hand over").click()
    one.wait_for_url(f"**/contracts/{contract.pk}/")
    expect(other.get_by_text("The turn is over")).to_be_visible(timeout=PULSE)
    kept = other.locator("[data-kept]")
    expect(kept).to_contain_text("In advance.")
    expect(kept.get_by_role("button", name="Copy")).to_be_visible()
    expect(found.locator("[data-form]")).to_have_count(0)
    expect(found.locator(".draft-tools")).to_be_hidden()
    assert Draft.objects.get().state == "handed_over"
    assert "In advance." not in row("Payment").text
    edit = ClauseEdit.objects.exclude(outcome__in=("saved", "merged")).get()
    assert "In advance." in edit.text
    other.reload()
    expect(other.get_by_text("It is the other side's turn")).to_be_visible()
    expect(other.locator("[data-kept]")).to_contain_text("In advance.")
    other.get_by_role("button", name="Seen to").click()
    expect(other.locator("[data-kept]")).to_have_count(0)
    assert eventually(lambda: edit.settled_by.count() == 1)


def test_the_button_is_drawn_anew_while_the_page_asks(drafting: Drafter, contract: Contract) -> None:
    """The checks beside the draft come again after every save, and the button with them; another effect asks again."""
    page = drafting("alice")
    page.wait_for_load_state("networkidle")  # the checks have come
    page.locator("#hand-over").get_by_role("button", name="Hand over").click()
    go = page.locator("#confirm-dialog").get_by_role("button", name="Hand over")
    drawn = "effect => { const old = document.querySelector('#hand-over button.btn-primary'); "
    drawn += "const made = old.cloneNode(true); made.dataset.confirm = effect; old.replaceWith(made); }"
    page.evaluate(drawn, "Two blanks are open.")
    go.click()
    expect(page.locator("#confirm-dialog")).to_contain_text("Two blanks are open.")
    page.evaluate(drawn, "Two blanks are open.")
    go.click()
    page.wait_for_url(f"**/contracts/{contract.pk}/")
    assert Draft.objects.get().state == "handed_over"


def test_what_is_blocked_while_the_page_asks_is_said(drafting: Drafter, contract: Contract) -> None:
    """Nothing closes in silence: the person reads that nothing was done, and the next question is whole again."""
    page = drafting("alice")
    page.wait_for_load_state("networkidle")  # the checks have come
    dialog = page.locator("#confirm-dialog")
    go = dialog.get_by_role("button", name="Hand over")
    drawn = "([where, anew]) => { const old = document.querySelector(`#hand-over ${where}`); "
    drawn += "const made = anew ? old.cloneNode(true) : document.createElement('span'); made.disabled = true; "
    drawn += "old.replaceWith(made); Object.assign(window, { old, made }); }"
    for where, anew in (("button.btn-primary", True), ("button.btn-primary", False), ("form", False)):
        page.locator("#hand-over").get_by_role("button", name="Hand over").click()
        expect(dialog).to_contain_text("From then on it is their turn")
        page.evaluate(drawn, [where, anew])
        go.click()
        expect(dialog.get_by_role("alert")).to_contain_text("Nothing was done")
        expect(dialog.get_by_text("From then on it is their turn")).to_be_hidden()
        expect(go).to_be_hidden()
        expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
        assert axe_violations(page) == []
        dialog.get_by_role("button", name="Cancel").click()
        expect(dialog).to_be_hidden()
        page.evaluate("() => window.made.replaceWith(window.old)")
    assert Draft.objects.get().state == "open"
    page.locator("#hand-over").get_by_role("button", name="Hand over").click()
    expect(dialog).to_contain_text("From then on it is their turn")
    expect(dialog.get_by_role("alert")).to_be_hidden()
    go.click()
    page.wait_for_url(f"**/contracts/{contract.pk}/")
    assert Draft.objects.get().state == "handed_over"


def test_clauses_move_and_references_follow(drafting: Drafter) -> None:
    page = drafting("alice")
    assert numbers_on(page) == ["", "1", "2", "2.1", "2.2", "3"]
    reference = clause(page, "Service").locator("> [data-words] .reference").first
    expect(reference).to_have_text("2.1")
    choose(page, "Availability", "Move down")
    expect(reference).to_have_text("2.2")
    assert numbers_on(page) == ["", "1", "2", "2.1", "2.2", "3"]
    choose(page, "Availability", "One level out")
    expect(reference).to_have_text("3")
    assert numbers_on(page) == ["", "1", "2", "2.1", "3", "4"]
    choose(page, "Availability", "Remove")
    expect(reference).to_have_class(re.compile("is-broken"))
    expect(page.get_by_role("heading", name="References to clauses that are not in this draft")).to_be_visible()
    clause(page, "Availability").get_by_role("button", name="Restore").click()
    expect(reference).to_have_text("3")
    expect(page.get_by_role("heading", name="References to clauses that are not in this draft")).to_have_count(0)


def test_a_clause_is_added(drafting: Drafter) -> None:
    page = drafting("alice")
    choose(page, "Service levels", "Add a clause below it")
    found = page.locator(".draft-clause.is-open")
    expect(found.get_by_label("Heading", exact=True)).to_be_focused()
    page.keyboard.type("Reports")
    page.keyboard.press("Enter")
    page.keyboard.type("The Provider reports each month.")
    saved(found)
    closed(found)
    assert numbers_on(page) == ["", "1", "2", "2.1", "2.2", "2.3", "3"]
    expect(page.locator("[data-outline]")).to_contain_text("Reports")
    made = row("Reports")
    assert (made.level, made.text) == (2, "The Provider reports each month.")


def test_a_clause_is_replaced_by_a_fallback(drafting: Drafter, alice: Actor) -> None:
    approved(alice)
    page = drafting("alice")
    choose(page, "Availability", "Replace by a library position")
    dialog = page.locator("#draft-position")
    dialog.get_by_label("Position").select_option(label="Availability: Fallback 1")
    dialog.get_by_role("button", name="Replace").click()
    expect(clause(page, "Availability").locator("> [data-words]")).to_have_text(FALLBACK)
    expect(clause(page, "Availability").locator("[data-library]")).to_have_text("Availability")
    replaced = row("Availability")
    assert (replaced.text, replaced.library_position, replaced.revision) == (FALLBACK, "fallback-1", 2)


def test_defined_terms_are_checked_again_after_a_save(drafting: Drafter) -> None:
    page = drafting("alice")
    panel = page.locator("[data-checks-panel]")
    expect(panel).to_contain_text("Used like a term, defined nowhere")
    expect(panel).to_contain_text("Security Measures")
    found = opened(page, "Service")
    page.keyboard.type(" “Security Measures” means locks.")
    saved(found)
    expect(panel.get_by_text("Used like a term, defined nowhere")).to_have_count(0)


def test_the_draft_fits_and_reads_well(drafting: Drafter, width: int) -> None:
    page = drafting("alice", width)
    opened(page, "Payment")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_timeout(200)
        assert (axe_violations(page), overflows(page)) == ([], False)


def test_without_scripts_the_draft_can_be_read(drafting: Drafter, contract: Contract) -> None:
    page = drafting("alice")
    page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.reload()
    expect(clause(page, "Payment")).to_contain_text("within thirty days")
    expect(clause(page, "Service").locator(".reference").first).to_have_text("2.1")
    expect(page.get_by_text("Writing needs scripts")).to_be_visible()
    expect(page.locator(".draft-tools").first).to_be_hidden()
