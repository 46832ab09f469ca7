"""The outline stands beside the text on a wide window, and folded before it on a phone."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse
from playwright.sync_api import Page, expect

from clm.lib.actor import Actor
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.papers import read_paper
from tests.browser.conftest import axe_violations, overflows, sign_in
from tests.browser.test_pages import WALK
from tests.cast import Cast
from tests.contracts.papers import SAMPLES

pytestmark = WALK
AGREEMENT = SAMPLES / "common-paper-csa-with-sla.docx"


def test_the_outline_is_folded_on_a_phone_only(
    open_tab: Callable[[int], Page], acme: Cast, alice: Actor, width: int
) -> None:
    contract = create_contract(actor=alice, title="Cloud service")
    add_version(actor=alice, contract_id=contract.pk, paper=read_paper(AGREEMENT.read_bytes(), AGREEMENT.name))
    tab = open_tab(width)
    sign_in(tab, acme.users["alice"].email)
    tab.goto(reverse("contract", args=[contract.pk]))
    outline = tab.get_by_role("navigation", name="Clauses")
    clause = outline.get_by_role("link").filter(has_text="13.25")

    if width < 992:
        expect(clause).to_be_hidden()
        box = outline.bounding_box()
        assert box is not None
        assert box["height"] < 100
        outline.locator("summary").click()
    expect(outline.locator("summary")).to_be_visible(visible=width < 992)
    expect(clause).to_be_visible()
    assert (axe_violations(tab), overflows(tab)) == ([], False)
