"""Menus, choices of people and tables, as they stand on the screen at 1440 and 390 px."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from clm.lib.actor import Actor
from contracts.models import Contract
from tests.browser.conftest import axe_violations, overflows, sign_in
from tests.browser.test_pages import WALK, Opened
from tests.cast import Cast
from tests.contracts.comments.talk import open_to_other_side
from tests.contracts.library.shelf import shelved
from tests.contracts.library.test_files import CSV
from tests.contracts.papers import active_contract

pytestmark = WALK


@pytest.fixture
def contract(acme: Cast, alice: Actor) -> Contract:
    return open_to_other_side(acme, active_contract(alice))


def signed_in(page: Page) -> Page:
    sign_in(page, "alice@acme.example")
    return page


def on_one_line(items: Any) -> bool:
    tops = {round(items.nth(at).bounding_box()["y"]) for at in range(items.count())}
    return len(tops) < items.count()


@pytest.mark.parametrize("place", ["contract", "library-clauses", "library-clause"])
def test_a_menu_opens_below_its_button(
    open_tab: Opened, width: int, contract: Contract, alice: Actor, place: str
) -> None:
    args = {"contract": [contract.pk], "library-clause": [shelved(alice).pk]}.get(place, [])
    page = signed_in(open_tab(width))
    page.goto(reverse(place, args=args))

    page.locator("main details.menu > summary").first.click()

    items = page.locator("main details.menu").first.locator(".menu-item")
    expect(items.first).to_be_visible()
    assert not on_one_line(items)
    box, button = items.first.bounding_box(), page.locator("main details.menu > summary").first.bounding_box()
    assert box is not None
    assert button is not None
    assert box["y"] > button["y"] + button["height"]
    assert 0 <= box["x"] <= box["x"] + box["width"] <= width
    assert not overflows(page)
    assert axe_violations(page) == []
    shoot(page, f"menu-{place}-{width}")


def test_the_other_side_stands_apart_where_people_are_chosen(open_tab: Opened, width: int, contract: Contract) -> None:
    page = signed_in(open_tab(width))
    page.goto(reverse("contract-access", args=[contract.pk]))

    group = page.get_by_role("group", name="Other side")
    expect(group.get_by_role("checkbox")).to_have_count(1)
    expect(group).to_contain_text(
        f"Cirrus Hosting GmbH {contract.reference} · Counterparty · counterparty@acme.example"
    )
    assert not overflows(page)
    assert axe_violations(page) == []
    shoot(page, f"access-{width}")


def test_a_refused_file_says_why_beside_its_line(open_tab: Opened, width: int, alice: Actor) -> None:
    page = signed_in(open_tab(width))
    page.goto(reverse("library-import"))
    page.set_input_files("input[type=file]", {"name": "c.csv", "mimeType": "text/csv", "buffer": CSV.encode()})
    page.get_by_role("button", name="Look at it").click()

    row = page.locator("tr", has_text="Support")
    expect(row).to_contain_text("There is no such choice.")
    label, reason = row.get_by_text("Wrong"), row.locator("li").first
    assert abs(label.bounding_box()["x"] - reason.bounding_box()["x"]) < 30  # type: ignore[index]
    assert not overflows(page)
    assert axe_violations(page) == []
    shoot(page, f"import-{width}")


def test_tables_of_help_are_read_on_a_phone(open_tab: Opened, width: int, alice: Actor) -> None:
    page = signed_in(open_tab(width))
    page.goto("/help/requesting/")

    for table in page.locator(".help-scroll").all():
        assert table.evaluate("box => box.scrollWidth <= box.clientWidth + 1")
    shoot(page, f"help-{width}")


def test_a_sign_follows_a_chosen_name_without_a_blank(open_tab: Opened, contract: Contract) -> None:
    page = signed_in(open_tab(1440))
    page.goto(reverse("comment-new", args=[contract.pk]))
    box = page.get_by_label("Comment", exact=True)
    box.focus()
    page.keyboard.type("Is it so, @lega")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.type("? And")

    expect(box).to_have_value("Is it so, @Legal? And")
    assert page.locator("[name=mentions]:checked").count() == 1


def test_versions_say_whose_they_are(open_tab: Opened, width: int, contract: Contract) -> None:
    page = signed_in(open_tab(width))
    page.goto(reverse("contract-tab", args=[contract.pk, "versions"]))

    expect(page.get_by_role("row", name="Version 1").get_by_text("Ours")).to_be_visible()
    assert not overflows(page)
    assert axe_violations(page) == []
    shoot(page, f"versions-{width}")


def shoot(page: Page, name: str) -> None:
    """A picture of the page, where somebody asks for pictures."""
    folder = os.environ.get("COVENANT_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
