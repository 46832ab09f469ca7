"""From a text that is agreed to a sealed file: places by the mouse, two signers on their phones, and pdfsig."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from contracts.models import Envelope, Recipient, SignatureField
from tests.browser.conftest import axe_violations, overflows, sign_in
from tests.browser.test_main_job import confirm
from tests.cast import Cast, add_person
from tests.contracts.signing.sent import BEATE, CARL, code_of, ready_contract, token_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_sign_in_order_and_the_file_is_sealed(
    acme: Cast, tab: Page, open_tab: Callable[[int], Page], tmp_path: Path, settings: Any
) -> None:
    settings.SEAL_FOLDER = tmp_path / "seal"
    add_person(acme, "alice", ["legal"])
    contract = ready_contract(acme["alice"])
    sign_in(tab, "alice@acme.example")
    prepare(tab, contract.get_absolute_url())
    place_by_mouse(tab)
    seen(tab)
    tab.get_by_role("button", name="Save").click()
    tab.get_by_role("button", name="Send for signature").click()
    confirm(tab)
    expect(tab.get_by_text("0 of 2 done")).to_be_visible()
    seen(tab)

    phone = open_tab(390)
    come_in(phone, BEATE.email)
    seen(phone)
    draw_by_finger(phone)
    seen(phone)
    sign(phone)
    other = open_tab(390)
    come_in(other, CARL.email)
    expect(other.get_by_text("Filled in so far")).to_be_visible()
    expect(other.locator(".sheet path.mark-drawn")).to_be_visible()
    seen(other)
    sign(other)

    tab.reload()
    expect(tab.get_by_text("2 of 2 done")).to_be_visible()
    with tab.expect_download() as fetched:
        tab.get_by_role("link", name="Executed text").click()
    fetched.value.save_as(tmp_path / "executed.pdf")
    said = subprocess.run(["pdfsig", "-nocert", str(tmp_path / "executed.pdf")], capture_output=True, text=True)
    assert "Signature is Valid." in said.stdout
    assert "Total document signed" in said.stdout
    other.goto("/verify/")
    other.get_by_label("The PDF").set_input_files(tmp_path / "executed.pdf")
    other.get_by_role("button", name="Check").click()
    expect(other.get_by_text("Not changed, but nobody vouches for who sealed it")).to_be_visible()
    seen(other)
    assert Envelope.objects.get().contract.state == "executed"


def seen(page: Page) -> None:
    """Nothing is wrong with it for axe, and it is not wider than its window."""
    page.wait_for_load_state("networkidle")
    assert axe_violations(page) == []
    assert not overflows(page)


def prepare(tab: Page, contract: str) -> None:
    """The envelope with two people."""
    tab.goto(f"{contract}signatures/")
    tab.get_by_role("link", name="Send for signature").first.click()
    tab.get_by_role("button", name="Go on: who signs").click()
    for number, each in enumerate((BEATE, CARL)):
        tab.locator(f"[name=people-{number}-name]").fill(each.name)
        tab.locator(f"[name=people-{number}-email]").fill(each.email)
        tab.locator(f"[name=people-{number}-position]").fill(str(each.position))
        tab.locator(f"[name=people-{number}-side]").select_option(each.side)
    tab.get_by_role("button", name="Go on: where they sign").click()


def place_by_mouse(tab: Page) -> None:
    """A click on the page puts a place there, and it is dragged a little down; the numbers follow."""
    page = tab.locator(".sheet svg").first
    box = page.bounding_box()
    assert box is not None
    scale = box["width"] / 595.3
    tab.mouse.click(box["x"] + 100 * scale, box["y"] + 300 * scale)
    left, top = tab.locator("[name=places-0-x]"), tab.locator("[name=places-0-y]")
    assert (round(float(left.input_value())), round(float(top.input_value()))) == (100, 300)
    box = page.bounding_box()
    assert box is not None
    tab.mouse.move(box["x"] + 120 * scale, box["y"] + 310 * scale)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 120 * scale, box["y"] + 360 * scale)
    tab.mouse.up()
    assert round(float(top.input_value())) == 350
    assert SignatureField.objects.count() == 0


def come_in(phone: Page, email: str) -> None:
    phone.goto(f"/sign/{token_of(email)}/")
    phone.get_by_role("button", name="Send me the code").click()
    phone.get_by_label("The six digits").fill(code_of(email))
    phone.get_by_role("button", name="Open").click()


def draw_by_finger(phone: Page) -> None:
    """A stroke with a pointer; cleared, it can be drawn anew. Nothing is typed."""
    phone.get_by_role("button", name="Draw your signature").click()
    canvas = phone.get_by_role("img", name="Your drawn signature")
    for _turn in (1, 2):
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box is not None
        phone.mouse.move(box["x"] + 20, box["y"] + 60)
        phone.mouse.down()
        for step in range(1, 9):
            phone.mouse.move(box["x"] + 20 + step * 25, box["y"] + (30 if step % 2 else 80))
        phone.mouse.up()
        assert len(json.loads(phone.locator("[name=drawing]").input_value())[0]) > 8
        if _turn == 1:
            phone.get_by_role("button", name="Clear").click()
            assert phone.locator("[name=drawing]").input_value() == ""


def sign(phone: Page) -> None:
    phone.get_by_label("I agree to read this document").check()
    phone.get_by_role("button", name="Sign", exact=True).click()
    confirm(phone)
    expect(phone.get_by_text("You have signed")).to_be_visible()
    assert Recipient.objects.filter(state="done").exists()
