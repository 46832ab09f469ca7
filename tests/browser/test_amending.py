"""An amendment from the proposal to its day: proposed by us, accepted by the other side on a phone, final, and found by
its day."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from clm.access.objects import grant
from contracts.models import Version
from contracts.operations.restrict_contract import PERMISSION
from tests.browser.conftest import axe_violations, overflows, sign_in
from tests.browser.test_main_job import confirm
from tests.cast import Cast, add_person
from tests.contracts.amended import amended_text
from tests.contracts.papers import active_contract

pytestmark = pytest.mark.django_db(transaction=True)


def test_both_sides_accept_and_it_is_found_by_its_day(acme: Cast, tab: Page, open_tab: Callable[[int], Page]) -> None:
    alice = add_person(acme, "alice", ["legal", "administrator"])
    contract = active_contract(alice)
    version = amended_text(alice, contract)
    grant([acme.users["counterparty"]], PERMISSION, contract)
    sign_in(tab, "alice@acme.example")
    tab.goto(contract.get_absolute_url())
    tab.get_by_role("link", name="Propose the amendment").click()
    tab.get_by_label("What it changes, and why").fill("Less uptime, for less money.")
    tab.get_by_role("button", name="Propose").click()
    confirm(tab)
    expect(tab.get_by_text("Not answered yet")).to_have_count(2)
    seen(tab)
    tab.get_by_role("link", name="Accept", exact=True).click()
    tab.get_by_role("button", name="Accept").click()
    confirm(tab)
    expect(tab.get_by_text("Not answered yet")).to_have_count(1)

    phone = open_tab(390)
    sign_in(phone, acme.users["counterparty"].email)
    phone.goto(tab.url)
    expect(phone.get_by_text("Less uptime, for less money.")).to_be_visible()
    expect(phone.get_by_text("Alice")).to_have_count(0)
    seen(phone)
    phone.get_by_role("link", name="Accept", exact=True).click()
    seen(phone)
    phone.get_by_role("button", name="Accept").click()
    confirm(phone)
    expect(phone.get_by_text("Not answered yet")).to_have_count(0)

    tab.reload()
    tab.get_by_role("link", name="Make it final").click()
    tab.get_by_role("button", name="Make final").click()
    confirm(tab)
    assert Version.objects.get(pk=version.pk).state == "final"
    tab.goto(f"{contract.get_absolute_url()}versions/")
    expect(tab.get_by_role("link", name="Amendment no. 1")).to_be_visible()
    seen(tab)
    tab.get_by_role("link", name="Which text was in force on a day?").click()
    expect(tab.get_by_text("amended by no. 1")).to_be_visible()
    tab.get_by_label("In force on").fill("2026-02-01")
    tab.get_by_role("button", name="Show").click()
    expect(tab.get_by_text("at least 99.9 %")).to_be_visible()
    seen(tab)


def seen(page: Page) -> None:
    assert (overflows(page), axe_violations(page)) == (False, [])
