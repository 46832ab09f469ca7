"""A contract is sent for approval by two roles, one of whom is away, each step by the person whose job it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from clm.access.scope import organization_scope
from clm.lib import clock
from contracts.models import Approval, Contract
from tests.browser.conftest import axe_violations, overflows
from tests.browser.test_main_job import become, confirm
from tests.cast import Cast
from tests.contracts.approval.routed import FINANCE, matrix_of, ready_contract

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_roles_approve_with_one_delegate(tab: Page, acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    contract = ready_contract(acme["procurement"], title="Backups")
    become(tab, acme, "finance")
    go_away(tab)
    become(tab, acme, "administrator")
    ask_legal_too(tab)
    become(tab, acme, "procurement")
    send(tab, contract)
    become(tab, acme, "legal")
    approve_from_the_inbox(tab)
    become(tab, acme, "executive")
    approve_for_finance(tab)
    with organization_scope(acme.organization.pk):
        assert Contract.objects.get().state == "approved"
        assert Approval.objects.get().state == "approved"


def go_away(tab: Page) -> None:
    tab.goto("/away/")
    assert axe_violations(tab) == []
    tab.get_by_label("Who decides meanwhile").select_option(label="Executive")
    tab.get_by_label("Until").fill(f"{clock.now() + timedelta(days=5):%Y-%m-%dT%H:%M}")
    tab.get_by_role("button", name="Arrange it").click()
    expect(tab.locator("main tbody")).to_contain_text("Executive")


def ask_legal_too(tab: Page) -> None:
    """A rule more, tried and switched on."""
    tab.goto("/approvals/matrices/")
    tab.get_by_role("button", name="Begin from the active one").click()
    tab.get_by_role("link", name="Add a rule").click()
    tab.get_by_label("Name of the step").fill("Legal")
    tab.get_by_label("Who is asked").select_option(label="Legal")
    assert axe_violations(tab) == []
    tab.get_by_role("button", name="Add the rule").click()
    tab.get_by_role("link", name="Try it on past contracts").click()
    expect(tab.locator("main")).to_contain_text("Another route for 1 of 1")
    assert axe_violations(tab) == []
    tab.go_back()
    assert axe_violations(tab) == []
    tab.get_by_role("button", name="Switch on").click()
    confirm(tab)
    expect(tab.locator("main")).to_contain_text("Active")


def send(tab: Page, contract: Contract) -> None:
    tab.goto(f"/contracts/{contract.pk}/approval/")
    expect(tab.locator("main")).to_contain_text("1. Legal")
    assert axe_violations(tab) == []
    tab.get_by_label("Note to those who are asked").fill("By Friday")
    tab.get_by_role("button", name="Send for approval").click()
    expect(tab.locator("main")).to_contain_text("You asked for this approval: others decide.")


def approve_from_the_inbox(tab: Page) -> None:
    tab.goto("/inbox/")
    assert axe_violations(tab) == []
    tab.get_by_role("link", name="Approve", exact=True).click()
    tab.get_by_label("Note").fill("As agreed")
    tab.get_by_role("button", name="Approve", exact=True).click()
    confirm(tab)
    expect(tab.locator("main")).to_contain_text("As agreed")


def approve_for_finance(tab: Page) -> None:
    tab.goto("/approvals/")
    expect(tab.locator("header.top")).to_contain_text("Acting for Finance")
    tab.set_viewport_size({"width": 390, "height": 900})
    tab.get_by_role("link", name="Backups").first.click()
    expect(tab.locator("main")).to_contain_text("Executive acts for Finance.")
    assert axe_violations(tab) == []
    assert not overflows(tab)
    tab.get_by_role("link", name="Approve for Finance").click()
    tab.get_by_role("button", name="Approve", exact=True).click()
    confirm(tab)
    expect(tab.locator("main")).to_contain_text("Executive, acting for Finance")
    assert axe_violations(tab) == []
