"""An @ in a comment offers who will read it: by keyboard and by touch, and the comment names them."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from clm.lib.actor import Actor
from contracts.models import Comment, Contract
from tests.browser.conftest import axe_violations, overflows, sign_in
from tests.browser.test_pages import WALK, Opened
from tests.cast import Cast, add_person
from tests.contracts.papers import draft_contract

pytestmark = WALK


@pytest.fixture
def contract(acme: Cast, alice: Actor) -> Contract:
    for name in ("anna lee", "annabel roe", "bea ann smith"):
        add_person(acme, name.replace(" ", "."), ["legal"])
        acme.users[name.replace(" ", ".")].name = name.title()
        acme.users[name.replace(" ", ".")].save()
    return draft_contract(alice)


def comment_form(page: Page, contract: Contract) -> Page:
    sign_in(page, "alice@acme.example")
    page.goto(reverse("comment-new", args=[contract.pk]))
    return page


def test_people_are_named_by_keyboard(open_tab: Opened, contract: Contract, acme: Cast) -> None:
    page = comment_form(open_tab(1440), contract)
    box = page.get_by_label("Comment", exact=True)
    box.focus()
    page.keyboard.type("Dear @ann")
    people = page.get_by_role("listbox", name="People to name")
    expect(people.get_by_role("option")).to_have_count(3)
    expect(page.get_by_role("combobox")).to_have_attribute("aria-expanded", "true")
    assert axe_violations(page) == []
    page.keyboard.type("a")
    expect(people.get_by_role("option")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    chosen = people.get_by_role("option", selected=True)
    expect(chosen).to_contain_text("Annabel Roe")
    assert chosen.get_attribute("id") == box.get_attribute("aria-activedescendant")
    page.keyboard.press("Enter")
    expect(people).to_be_hidden()
    page.keyboard.type("and @be")
    expect(people.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(people).to_be_hidden()
    page.keyboard.press("Backspace")
    expect(people).to_be_visible()
    page.keyboard.press("Tab")
    expect(box).to_have_value("Dear Annabel Roe and Bea Ann Smith ".replace("Ann", "@Ann", 1).replace("Bea", "@Bea"))
    assert page.locator("[name=mentions]:checked").count() == 2
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Comment").click()
    page.wait_for_url("**/comments/#thread-*")
    named = Comment.objects.get().mentions.values_list("person__name", flat=True)
    assert sorted(named) == ["Annabel Roe", "Bea Ann Smith"]


def test_people_are_named_by_touch(open_tab: Opened, contract: Contract) -> None:
    page = comment_form(open_tab(390), contract)
    box = page.get_by_label("Comment", exact=True)
    box.focus()
    page.keyboard.type("@ro")
    option = page.get_by_role("option", name="Annabel Roe")
    expect(option).to_be_visible()
    assert not overflows(page)
    option.dispatch_event("pointerdown")
    option.click()
    expect(box).to_have_value("@Annabel Roe ")
    expect(box).to_be_focused()
    box.fill("Nobody after all")
    assert page.locator("[name=mentions]:checked").count() == 0


def test_nobody_of_that_name_is_said(open_tab: Opened, contract: Contract) -> None:
    page = comment_form(open_tab(1440), contract)
    page.get_by_label("Comment", exact=True).focus()
    page.keyboard.type("@xyz")
    expect(page.get_by_text("Nobody of that name reads this.")).to_be_visible()
    page.keyboard.type(" and so on")
    expect(page.get_by_role("listbox")).to_be_hidden()
