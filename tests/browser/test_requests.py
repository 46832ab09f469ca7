"""A contract is asked for, triaged and drafted, each step by the person whose job it is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from clm.access.scope import organization_scope
from contracts.models import Contract, ContractRequest, Version
from tests.browser.conftest import axe_violations, overflows, sign_in
from tests.browser.test_main_job import become, confirm
from tests.cast import Cast
from tests.contracts.requests.asked import asked_for, supply_template

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_contract_is_asked_for_triaged_and_drafted(tab: Page, acme: Cast) -> None:
    supply_template(acme["legal"])
    become(tab, acme, "finance")
    request = ask(tab)
    become(tab, acme, "legal")
    triage(tab, request)
    become(tab, acme, "finance")
    answer(tab, request)
    become(tab, acme, "procurement")
    draft(tab, request)
    become(tab, acme, "finance")
    tab.goto(request.get_absolute_url())
    expect(tab.locator("main")).to_contain_text("The contract is drafted.")


def ask(tab: Page) -> ContractRequest:
    """Questions show and hide with the answers, and lists have rows."""
    tab.goto("/")
    tab.get_by_role("link", name="Ask for a contract").first.click()
    tab.get_by_role("link", name="Supply").click()
    tab.get_by_label("What it is for").fill("Bolts for the new plant")
    tab.get_by_label("Counterparty").fill("Cirrus GmbH")
    tab.get_by_label("Party name").fill("Cirrus GmbH")
    expect(tab.get_by_label("Ends on")).to_be_hidden()
    tab.get_by_label("Is limited").check()
    tab.get_by_label("Ends on").fill("2026-12-31")
    tab.get_by_label("Is limited").uncheck()
    expect(tab.get_by_label("Ends on")).to_be_hidden()
    tab.get_by_label("Is limited").check()
    expect(tab.get_by_label("Ends on")).to_have_value("2026-12-31")
    tab.locator("select[name=answer-law]").select_option("New York")
    tab.get_by_label("County").fill("Kings")
    fill_the_list(tab)
    assert axe_violations(tab) == []
    tab.get_by_role("button", name="Ask for it").click()
    tab.wait_for_url(re.compile(r"/contracts/requests/[0-9a-f-]{36}/$"))
    expect(tab.locator("main")).to_contain_text("It waits for somebody of legal or procurement")
    assert axe_violations(tab) == []
    return ContractRequest.objects.get()


def fill_the_list(tab: Page) -> None:
    """Three rows, of which the second goes again."""
    for number, (what, pieces) in enumerate((("Bolts", "12"), ("Screws", "5"), ("Nuts", "7"))):
        if number:
            tab.get_by_role("button", name="Add an entry").click()
        tab.get_by_label("What", exact=True).nth(number).fill(what)
        tab.get_by_label("Pieces", exact=True).nth(number).fill(pieces)
    tab.get_by_role("button", name="Remove this entry").nth(1).click()


def triage(tab: Page, request: ContractRequest) -> None:
    """Taken, asked back, and passed on."""
    tab.goto("/")
    tab.get_by_role("link", name="Bolts for the new plant").first.click()
    tab.get_by_role("button", name="Take it").click()
    confirm(tab)
    expect(tab.locator("main")).to_contain_text("You work on it.")
    menu(tab, "Assign")
    tab.get_by_label("Assign to").select_option(label="Procurement")
    tab.get_by_label("Priority").select_option(label="High")
    tab.get_by_role("button", name="Assign").click()
    expect(tab.locator("main")).to_contain_text("Procurement works on it.")
    menu(tab, "Ask for more information")
    tab.get_by_label("What is missing").fill("Which bolts?")
    tab.get_by_role("button", name="Ask", exact=True).click()
    expect(tab.locator("main")).to_contain_text("It waits for an answer of Finance.")
    assert axe_violations(tab) == []


def menu(tab: Page, entry: str) -> None:
    tab.locator("main summary").filter(has_text="More").first.click()
    tab.get_by_role("link", name=entry, exact=True).click()


def answer(tab: Page, request: ContractRequest) -> None:
    tab.goto("/inbox/")
    tab.get_by_role("button", name=f"More information is needed: Bolts for the new plant ({request.reference})").click()
    tab.get_by_role("link", name="Answer").click()
    tab.get_by_label("Your answer").fill("The big ones")
    tab.get_by_role("button", name="Answer").click()
    expect(tab.locator("main")).to_contain_text("Procurement works on it.")


def draft(tab: Page, request: ContractRequest) -> None:
    """An answer is put right, then the draft is made."""
    tab.goto(request.get_absolute_url())
    menu(tab, "Change the request")
    expect(tab.get_by_label("What", exact=True).nth(1)).to_have_value("Nuts")
    tab.get_by_label("Pieces", exact=True).nth(1).fill("70")
    tab.get_by_role("button", name="Save").click()
    tab.wait_for_url(f"**{request.get_absolute_url()}")
    tab.get_by_role("button", name="Draft the contract").click()
    confirm(tab)
    tab.wait_for_url(re.compile(r"/contracts/[0-9a-f-]{36}/$"))
    expect(tab.locator("main")).to_contain_text("70 of Nuts.")
    expect(tab.locator("main")).to_contain_text(f"Asked for by Finance: {request.reference}")
    contract = Contract.objects.get()
    assert "It ends on 31 December 2026." in Version.objects.get().text
    assert ContractRequest.objects.get().contract_id == contract.pk


def test_the_pages_fit_a_phone(open_tab: object, acme: Cast, width: int) -> None:
    with organization_scope(acme.organization.pk):
        request = asked_for(acme["legal"], acme["finance"])
    page = open_tab(width)  # type: ignore[operator]
    sign_in(page, acme.users["legal"].email)
    template = request.template_version.template_id
    for path in ("/contracts/requests/", f"/contracts/requests/new/{template}/", request.get_absolute_url()):
        page.goto(path)
        assert not overflows(page), path
        assert axe_violations(page) == [], path
