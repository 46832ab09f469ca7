"""A text's whole way as people walk it: approved by two, signed by two, amended, found, held, ended, let go by two."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from clm.access.objects import grant
from contracts.models import Contract
from contracts.operations.restrict_contract import PERMISSION
from tests.browser.conftest import axe_violations, overflows, sign_in
from tests.browser.test_approvals import approve_for_finance, approve_from_the_inbox, go_away
from tests.browser.test_main_job import become, confirm
from tests.browser.test_signing import come_in, prepare, sign
from tests.cast import Cast
from tests.contracts.approval.routed import FINANCE, LEGAL, matrix_of, ready_contract, requested, yes
from tests.contracts.papers import TEXT
from tests.contracts.signing.sent import BEATE, CARL

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_contract_lives_and_goes(
    acme: Cast, tab: Page, open_tab: Callable[[int], Page], tmp_path: Path, settings: Any
) -> None:
    settings.SEAL_FOLDER = tmp_path / "seal"
    matrix_of(acme, FINANCE, LEGAL)
    contract = ready_contract(acme["procurement"], title="Backups")
    home = contract.get_absolute_url()
    become(tab, acme, "finance")
    go_away(tab)
    approve(tab, acme, home)
    sign_by_two(tab, acme, home, open_tab, tmp_path)
    amend(tab, acme, contract, open_tab)
    find(tab)
    hold(tab, home)
    end(tab, home)
    let_go(tab, acme, home)
    assert Contract.objects.get().state == "disposed"


def approve(tab: Page, acme: Cast, home: str) -> None:
    become(tab, acme, "procurement")
    tab.goto(f"{home}approval/")
    tab.get_by_role("button", name="Send for approval").click()
    expect(tab.locator("main")).to_contain_text("You asked for this approval: others decide.")
    become(tab, acme, "legal")
    approve_from_the_inbox(tab)
    become(tab, acme, "executive")
    approve_for_finance(tab)
    tab.set_viewport_size({"width": 1440, "height": 900})


def sign_by_two(tab: Page, acme: Cast, home: str, open_tab: Callable[[int], Page], folder: Path) -> None:
    """With codes from their mail; the file says so to another program."""
    become(tab, acme, "legal")
    prepare(tab, home)
    tab.get_by_role("button", name="Save").click()
    tab.get_by_role("button", name="Send for signature").click()
    confirm(tab)
    expect(tab.get_by_text("0 of 2 done")).to_be_visible()
    for each in (BEATE, CARL):
        phone = open_tab(390)
        come_in(phone, each.email)
        sign(phone)
    tab.reload()
    with tab.expect_download() as fetched:
        tab.get_by_role("link", name="Executed text").click()
    fetched.value.save_as(folder / "executed.pdf")
    said = subprocess.run(["pdfsig", "-nocert", str(folder / "executed.pdf")], capture_output=True, text=True).stdout
    assert "Signature is Valid." in said
    press(tab, home, "Activate")


def amend(tab: Page, acme: Cast, contract: Contract, open_tab: Callable[[int], Page]) -> None:
    """99.5 instead of 99.9: uploaded, approved like the first text, and accepted by both parties."""
    home = contract.get_absolute_url()
    tab.goto(f"{home}upload/")
    content = TEXT.replace("99.9", "99.5").encode()
    tab.get_by_label("Document").set_input_files({"name": "amended.txt", "mimeType": "text/plain", "buffer": content})
    tab.locator("main form button.btn-primary").click()
    tab.goto(home)
    tab.get_by_role("link", name="Set the amended terms").click()
    tab.get_by_role("button", name="Set the terms").click()
    tab.wait_for_url("**/terms/")
    approval = requested(acme["procurement"], contract)
    yes(acme["legal"], approval)
    yes(acme["executive"], approval, of=acme["finance"])
    tab.goto(home)
    tab.get_by_role("link", name="Propose the amendment").click()
    tab.get_by_label("What it changes, and why").fill("Less uptime, for less money.")
    tab.get_by_role("button", name="Propose").click()
    confirm(tab)
    grant([acme.users["counterparty"]], PERMISSION, contract)
    phone = open_tab(390)
    sign_in(phone, acme.users["counterparty"].email)
    phone.goto(tab.url)
    for side in (tab, phone):
        side.get_by_role("link", name="Accept", exact=True).click()
        side.get_by_role("button", name="Accept").click()
        confirm(side)
    expect(phone.get_by_text("Not answered yet")).to_have_count(0)
    tab.reload()
    tab.get_by_role("link", name="Make it final").click()
    tab.get_by_role("button", name="Make final").click()
    gone_on(tab)


def find(tab: Page) -> None:
    tab.goto("/contracts/?q=%2299.5+%25%22")
    expect(tab.get_by_role("link", name="Backups").first).to_be_visible()
    expect(tab.locator("mark").first).to_have_text("99.5")
    seen(tab)


def hold(tab: Page, home: str) -> None:
    tab.goto(home)
    tab.locator("details.menu summary", has_text="More").click()
    tab.get_by_role("link", name="Place a hold").click()
    tab.get_by_label("Name").fill("Acme v. us")
    tab.get_by_label("Why").fill("They sued")
    tab.locator("main form button.btn-primary").click()
    gone_on(tab)
    tab.goto(home)
    expect(tab.get_by_text("Acme v. us").first).to_be_visible()
    seen(tab)


def end(tab: Page, home: str) -> None:
    """By agreement, as of a day that is over, so that a rule of one month lets it go."""
    tab.goto("/contracts/records/rules/new/")
    for label, words in (("Name", "A month"), ("Kept for months", "1"), ("Rests on", "Our policy 7")):
        tab.get_by_label(label, exact=False).first.fill(words)
    tab.get_by_role("button", name="Add the rule").click()
    gone_on(tab)
    tab.goto(f"{home}terminate/")
    tab.get_by_label("How", exact=True).select_option("agreement")
    for label, words in (("Notice given on", "2026-05-01"), ("Ends on", "2026-06-01"), ("Why", "Both want it")):
        tab.get_by_label(label).fill(words)
    tab.get_by_role("button", name="Terminate").click()
    confirm(tab)
    expect(tab.locator("main")).to_contain_text("In effect")
    seen(tab)
    press(tab, home, "Archive")


def let_go(tab: Page, acme: Cast, home: str) -> None:
    """Not while it is held, and not by one. It is kept from the day on which its end was said, so that is in June."""
    tab.goto(home)
    expect(tab.get_by_role("link", name="Propose to dispose of it")).to_have_count(0)
    Contract.objects.update(end_recorded_on=date(2026, 6, 1), kept_until=date(2026, 7, 1))
    tab.goto(home)
    expect(tab.get_by_role("link", name="Propose to dispose of it")).to_have_count(0)
    tab.get_by_role("link", name="Acme v. us").first.click()
    tab.get_by_role("link", name="Release").click()
    tab.get_by_label("Why").fill("Settled")
    tab.locator("main form button.btn-primary").click()
    gone_on(tab)
    tab.goto(home)
    tab.get_by_role("link", name="Propose to dispose of it").click()
    tab.get_by_label("Why").fill("Nobody needs it")
    tab.locator("main form button.btn-primary").click()
    gone_on(tab)
    become(tab, acme, "administrator")
    tab.goto(home)
    tab.get_by_role("link", name="Decide on the disposal").click()
    seen(tab)
    tab.get_by_role("link", name="Dispose").first.click()
    tab.locator("main form button.btn-primary").click()
    gone_on(tab)
    tab.goto(home)
    expect(tab.locator("main")).to_contain_text("Its words and files are gone")
    seen(tab)


def press(tab: Page, home: str, button: str) -> None:
    tab.goto(home)
    tab.get_by_role("button", name=button, exact=True).first.click()
    gone_on(tab)


def gone_on(tab: Page) -> None:
    """Confirmed, and what comes next is there."""
    with tab.expect_navigation():
        confirm(tab)


def seen(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    assert (overflows(page), axe_violations(page)) == (False, [])
