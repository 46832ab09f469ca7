"""Every page of the shell in Chromium: it answers, fits its window, passes the browser's policy and axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from clm.accounts.roles import Role
from clm.lib.actor import Actor
from contracts.models import Contract, Version
from tests.browser.conftest import axe_violations, looked_at, overflows, sign_in
from tests.cast import Cast
from tests.contracts import papers

LISTS = (
    "/billing/", "/contracts/", "/contracts/parties/", "/service-levels/", "/service-levels/breaches/",
    "/service-levels/telemetry/", "/billing/credits/", "/billing/invoices/", "/billing/fees/", "/obligations/",
    "/obligations/dates/", "/inbox/", "/ledger/", "/jobs/", "/people/", "/dead-letters/", "/tokens/",
)  # fmt: skip
FORMS = (
    "/contracts/new/", "/billing/invoices/import/", "/service-levels/telemetry/upload/", "/people/invite/",
    "/tokens/new/", "/profile/", "/organization/", "/search/?q=hosting", "/accounts/2fa/",
)  # fmt: skip
ENTRANCE = ("/accounts/login/", "/accounts/password/reset/")
OPEN_TO_ALL = ("/", "/inbox/")
OUTSIDE = ("/contracts/", "/service-levels/", "/service-levels/breaches/")
INSIDE = (*OUTSIDE, "/billing/", "/billing/credits/", "/billing/invoices/", "/obligations/", "/obligations/dates/")
LISTS_OF = {"finance": INSIDE, "executive": INSIDE, "counterparty": OUTSIDE}
WALK = pytest.mark.django_db(transaction=True)
Opened = Callable[[int], Page]


def findings(page: Page, path: str, *, status: int = 200, by_axe: bool = True) -> list[str]:
    """What is wrong with a page, each with its path."""
    answer = page.goto(path)
    assert answer is not None
    found = [] if answer.status == status else [f"answers {answer.status}"]
    found += ["is wider than its window"] if overflows(page) else []
    found += [] if page.title().partition("·")[0].strip() else ["has no title"]
    found += axe_violations(page) if by_axe else []
    return [f"{path}: {what}" for what in found]


def pages_of(contract: Contract) -> list[str]:
    """The contract with its tabs and steps, and its newest version."""
    root = f"/contracts/{contract.pk}/"
    version = Version.objects.filter(contract=contract).latest("number")
    tabs = ("terms", "parties", "versions", "history", "service-levels", "money", "obligations")
    steps = ("edit", "access", "upload", "add-party", "decide", "terminate")
    return [root, f"/contracts/versions/{version.pk}/", *(f"{root}{key}/" for key in (*tabs, *steps))]


@WALK
def test_lists_and_forms(open_tab: Opened, acme: Cast, alice: Actor) -> None:
    contract = papers.active_contract(alice)
    page = open_tab(1440)
    sign_in(page, "alice@acme.example")
    assert [what for path in ("/", *LISTS, *FORMS, *pages_of(contract)) for what in looked_at(page, path)] == []


@WALK
def test_in_the_dark(open_tab: Opened, acme: Cast, alice: Actor) -> None:
    page = open_tab(1440)
    page.emulate_media(color_scheme="dark")
    sign_in(page, "alice@acme.example")
    assert [what for path in ("/", *LISTS[:9]) for what in findings(page, path)] == []


@WALK
def test_home_of_every_role(open_tab: Opened, acme: Cast) -> None:
    """Each role has a home of its own; axe reads the other pages as the first role has them."""
    wrong: list[str] = []
    read: set[str] = set()
    for role in Role.values:
        page = open_tab(390)
        sign_in(page, f"{role}@acme.example")
        paths = (*OPEN_TO_ALL, *LISTS_OF.get(role, ()))
        for path in paths:
            wrong += [f"{role} {what}" for what in findings(page, path, by_axe=path == "/" or path not in read)]
        read |= set(paths)
    assert wrong == []


@WALK
def test_the_entrance(open_tab: Opened, width: int, acme: Cast) -> None:
    page = open_tab(width)
    assert [what for path in ENTRANCE for what in findings(page, path)] == []
    sign_in(page, "legal@acme.example")
    assert findings(page, "/nowhere/", status=404) == []


@WALK
def test_the_keyboard(tab: Page, acme: Cast, alice: Actor) -> None:
    for number in (1, 2):
        papers.draft_contract(alice, title=f"Hosting {number}")
    sign_in(tab, "alice@acme.example")
    tab.goto("/contracts/")
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    expect(tab.locator("tr.is-current")).to_contain_text("Hosting 1")
    tab.keyboard.press("k")
    expect(tab.locator("tr.is-current")).to_contain_text("Hosting 2")
    tab.keyboard.press("/")
    expect(tab.locator("[data-search]")).to_be_focused()


@WALK
def test_a_sentence_is_marked_with_the_mouse(tab: Page, acme: Cast, alice: Actor) -> None:
    contract = papers.active_contract(alice)
    sign_in(tab, "alice@acme.example")
    tab.goto(f"/contracts/{contract.pk}/")
    clause = tab.locator("[data-clause-text]", has_text="99.9 %").first
    clause.scroll_into_view_if_needed()
    box = clause.bounding_box()
    assert box is not None
    tab.mouse.move(box["x"] + 1, box["y"] + 8)
    tab.mouse.down()
    tab.mouse.move(box["x"] + box["width"] - 1, box["y"] + box["height"] - 4, steps=5)
    tab.mouse.up()
    button = tab.locator("[data-mark-button]")
    expect(button).to_be_visible()
    button.click()
    expect(tab.locator("blockquote")).to_contain_text("99.9 %")
