"""An administrator weighs what is risky; legal reads why a contract is, and says why two of them may disagree."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from clm.access.scope import organization_scope
from clm.pages.models import SavedView
from contracts.models import Conflict, RiskScale
from tests.browser.conftest import axe_violations, overflows
from tests.browser.test_main_job import become, confirm
from tests.cast import Cast
from tests.contracts.risk.scored import conflict_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_weights_disagreements_and_an_alert(tab: Page, acme: Cast) -> None:
    row = conflict_of(acme["legal"])
    become(tab, acme, "administrator")
    weigh(tab)
    become(tab, acme, "legal")
    tab.goto(f"/contracts/{row.contract_id}/risk/")
    expect(tab.locator("#risk-liability")).to_contain_text("Liability has a cap")
    tab.locator("#risk-liability summary").click()
    expect(tab.locator("#risk-liability q")).to_be_visible()
    narrow(tab)
    tab.locator("#conflicts").get_by_role("link", name="Governing law").click()
    expect(tab.locator("main")).to_contain_text("laws of Austria")
    narrow(tab)
    tab.get_by_role("link", name="Acknowledge").click()
    tab.get_by_label("Why they may disagree").fill("Their own template")
    tab.get_by_role("button", name="Acknowledge").click()
    expect(tab.locator("main")).to_contain_text("Their own template")
    watch(tab)
    with organization_scope(acme.organization.pk):
        assert RiskScale.objects.get().state == "active"
        assert Conflict.objects.get().state == "acknowledged"
        assert SavedView.objects.get().alert == "daily"


def weigh(tab: Page) -> None:
    tab.goto("/contracts/risk/weights/")
    tab.get_by_role("button", name="Begin others").click()
    tab.get_by_role("link", name="Change").click()
    assert axe_violations(tab) == []
    tab.get_by_label("Liability").fill("40")
    tab.get_by_role("button", name="Save").click()
    tab.get_by_role("link", name="Try it on contracts").click()
    expect(tab.locator("#tried")).to_contain_text("of 2 newest contracts")
    narrow(tab)
    tab.get_by_role("button", name="Switch on").click()
    confirm(tab)
    expect(tab.locator("main")).to_contain_text("Active")


def watch(tab: Page) -> None:
    tab.goto("/contracts/?risk=high&sort=-risk&columns=risk")
    tab.locator("summary", has_text="Views").click()
    tab.get_by_label("Save these filters as").fill("High risk")
    tab.get_by_role("button", name="Save view").click()
    tab.locator("summary", has_text="Views").click()
    tab.get_by_role("link", name="Tell me of what newly matches “High risk”").click()
    narrow(tab)
    tab.get_by_label("Tell me of what newly matches").select_option(label="Each morning, as one notice")
    tab.get_by_role("button", name="Save").click()
    tab.wait_for_url("**/contracts/?**")


def narrow(tab: Page) -> None:
    """Nothing is cut off on a phone, and everybody can read it."""
    size = tab.viewport_size
    tab.set_viewport_size({"width": 390, "height": 800})
    assert not overflows(tab)
    assert axe_violations(tab) == []
    if size:
        tab.set_viewport_size(size)
