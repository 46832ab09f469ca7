"""What a phone shows of pages long or wide: the facts first, long lists folded, tables in a box of their own."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from clm.lib.actor import Actor
from contracts.models import Template
from contracts.operations.add_version import add_version
from contracts.operations.requests.submit_request import submit_request
from contracts.operations.templates.approve_template import approve_template
from contracts.operations.templates.import_template import import_template
from tests.browser.conftest import axe_violations, overflows, sign_in
from tests.browser.test_pages import Opened
from tests.contracts.library_of import short_file
from tests.contracts.papers import active_contract, draft_contract, text_paper

pytestmark = pytest.mark.django_db(transaction=True)

COLUMNS = ("Priority", "Definition", "Response", "Restoration", "Updates", "Escalation", "Credit")
TABLE = "\n\n".join(" | ".join(f"{cell} {row}" for cell in COLUMNS) for row in range(4))
MOVED = """box => new Promise((done) => {
  const look = () => (box.scrollLeft > 0 ? done(true) : requestAnimationFrame(look));
  look();
})"""
NAMES = [f"asked_{number}" for number in range(80)]
QUESTIONS = [
    {
        "name": name, "type": "string", "label": f"Question {at}", "description": "As agreed",
        "section": ("Parties", "Fees")[at // 40],
    }
    for at, name in enumerate(NAMES)
]  # fmt: skip


def long_template(actor: Actor) -> Template:
    metadata = {"name": "Long", "category": "services", "license": "CC0-1.0", "fields": QUESTIONS}
    file = short_file(json.dumps(metadata).encode(), [f"It is {{{name}}}." for name in NAMES])
    return approve_template(actor=actor, template_id=import_template(actor=actor, file=file).pk)


def opened(open_tab: Opened, width: int, path: str) -> Page:
    tab = open_tab(width)
    sign_in(tab, "alice@acme.example")
    tab.goto(path)
    assert not overflows(tab)
    return tab


def top(tab: Page, words: str) -> float:
    box = tab.get_by_text(words, exact=True).first.bounding_box()
    assert box is not None
    return box["y"]


def test_the_filters_of_the_comments_fit(open_tab: Opened, alice: Actor) -> None:
    contract = active_contract(alice)
    tab = opened(open_tab, 390, reverse("contract-tab", args=[contract.pk, "comments"]))

    for name in ("Open", "Resolved", "All", "Only us", "Shared"):
        expect(tab.get_by_role("navigation", name="Which threads").get_by_role("link", name=name)).to_be_in_viewport(
            ratio=1
        )


def test_the_open_tab_is_in_sight(open_tab: Opened, alice: Actor) -> None:
    contract = active_contract(alice)
    tab = opened(open_tab, 390, reverse("contract-tab", args=[contract.pk, "history"]))

    expect(tab.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_wide_table_scrolls_in_its_own_box(open_tab: Opened, alice: Actor, width: int) -> None:
    contract = draft_contract(alice)
    add_version(actor=alice, contract_id=contract.pk, paper=text_paper(f"1. Times\nThese:\n\n{TABLE}\n\nAs agreed."))
    tab = opened(open_tab, width, reverse("contract", args=[contract.pk]))
    box = tab.get_by_role("group", name="Table")

    widths = box.locator(".text-cell").evaluate_all("cells => cells.map((cell) => cell.offsetWidth)")
    assert (len(widths), min(widths) >= 112) == (28, True)
    if width == 390:
        box.focus()
        tab.keyboard.press("ArrowRight")
        expect(box).to_be_focused()
        assert box.evaluate(MOVED)
    assert axe_violations(tab) == []


def test_a_long_template_is_folded_on_a_phone_below_its_facts(open_tab: Opened, alice: Actor) -> None:
    template = long_template(alice)
    tab = opened(open_tab, 390, reverse("template", args=[template.pk]))

    questions = tab.get_by_text("Questions of version 1 (80)")
    expect(tab.get_by_text("Question 41", exact=True)).to_be_hidden()
    assert top(tab, "Risk") < top(tab, "Versions") < top(tab, "Questions of version 1 (80)")
    assert axe_violations(tab) == []
    questions.click()
    expect(tab.get_by_text("Question 41", exact=True)).to_be_visible()
    assert not overflows(tab)
    expect(tab.locator("caption").nth(1)).to_be_attached()

    wide = opened(open_tab, 1440, reverse("template", args=[template.pk]))
    expect(wide.get_by_text("Question 41", exact=True)).to_be_visible()


def test_a_long_request_is_folded_on_a_phone_below_its_facts(open_tab: Opened, alice: Actor) -> None:
    version = long_template(alice).versions.get()
    answers = {name: f"Answer {at}" for at, name in enumerate(NAMES)}
    asked = submit_request(actor=alice, template_version_id=version.pk, title="Hosting", answers=answers)
    tab = opened(open_tab, 390, asked.get_absolute_url())

    expect(tab.get_by_text("Answer 41", exact=True)).to_be_hidden()
    assert top(tab, "Asked by") < top(tab, "Parties (40)") < top(tab, "Fees (40)")
    assert axe_violations(tab) == []
    tab.get_by_text("Fees (40)").click()
    expect(tab.get_by_text("Answer 41", exact=True)).to_be_visible()
    assert top(tab, "Question 41") + 10 < top(tab, "Answer 41")

    wide = opened(open_tab, 1440, asked.get_absolute_url())
    expect(wide.get_by_text("Answer 41", exact=True)).to_be_visible()


FIELDS = [
    {"name": f"part_{at}", "type": "string", "label": f"Part {at}", "description": "As agreed", "section": section}
    for at, section in enumerate(("Parties", "Terms", "Fees", "Law"))
]
AFTER = {"name": "blank", "type": "boolean", "label": "Other", "description": "As agreed", "section": "Other"}
HIDDEN = {
    "name": "more", "type": "string", "label": "More", "description": "As agreed", "section": "More",
    "condition": {"field": "blank", "equals": True},
}  # fmt: skip


def sectioned(actor: Actor) -> Template:
    fields = [*FIELDS, AFTER, HIDDEN]
    metadata = {"name": "Sections", "category": "services", "license": "CC0-1.0", "fields": fields}
    lines = ["{IF blank}", "It is {more}.", "{END-IF}", *(f"It is {{{field['name']}}}." for field in FIELDS)]
    file = short_file(json.dumps(metadata).encode(), lines)
    return approve_template(actor=actor, template_id=import_template(actor=actor, file=file).pk)


def test_short_questions_stand_beside_each_other_where_there_is_room(
    open_tab: Opened, width: int, alice: Actor
) -> None:
    tab = opened(open_tab, width, reverse("request-submit", args=[sectioned(alice).pk]))

    boxes = [tab.get_by_label(label).first.bounding_box() for label in ("What it is for", "Counterparty")]
    assert all(boxes)
    assert (boxes[0]["y"] == boxes[1]["y"]) is (width == 1440)  # type: ignore[index]
    assert "·" not in tab.get_by_role("navigation", name="Sections").inner_text()
    assert axe_violations(tab) == []
