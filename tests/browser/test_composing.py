"""A template is written in the app, approved by somebody, drafted from, and its draft is tied to the library."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from clm.access.scope import organization_scope
from contracts.models import Clause, Contract, Template, Version
from tests.browser.conftest import axe_violations, overflows, sign_in
from tests.browser.test_main_job import become, confirm
from tests.cast import Cast
from tests.contracts.library.shelf import FALLBACK, approved
from tests.contracts.templates.composed import approved_composed

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_template_is_written_approved_and_drafted_from(tab: Page, acme: Cast) -> None:
    with organization_scope(acme.organization.pk):
        approved(acme["legal"], mandatory_for=["services"])
    become(tab, acme, "legal")
    write(tab)
    wrong_is_said(tab)
    tab.get_by_role("button", name="Keep the template").last.click()
    tab.wait_for_url(re.compile(r"/contracts/templates/[0-9a-f-]{36}/$"))
    expect(tab.locator("main")).to_contain_text("Only where: “Has fee” is yes")
    assert axe_violations(tab) == []
    tab.get_by_role("button", name="Approve").click()
    confirm(tab)
    tab.get_by_role("link", name="Draft a contract").first.click()
    draft(tab)
    with organization_scope(acme.organization.pk):
        version = Version.objects.get(contract=Contract.objects.get())
        assert "1.2 Hosting" in version.text
        assert "The fee is 100." in version.text
        tied = Clause.objects.get(version=version, library_version__isnull=False)
        assert (tied.heading, tied.library_position) == ("Availability", "fallback-1")
        assert FALLBACK in version.text
        assert Template.objects.get().state == "approved"


def drawn(tab: Page) -> None:
    """The answer is there, and the rows are drawn from it."""
    tab.wait_for_load_state("networkidle")
    tab.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")


def press(tab: Page, name: str, number: int = 0) -> None:
    """A button that draws the rows anew: they are there when the answer is."""
    with tab.expect_response(lambda answer: answer.request.method == "POST"):
        tab.get_by_role("button", name=name, exact=True).nth(number).click()
    drawn(tab)


def ask(tab: Page, number: int, label: str, kind: str) -> None:
    """A question; the new row has the focus."""
    press(tab, "Add a question")
    expect(tab.locator(f"#id_q-{number}-label")).to_be_focused()
    tab.keyboard.type(label)
    if kind == "Short text":
        return  # as it begins
    tab.locator(f"#id_q-{number}-type").focus()
    with tab.expect_response(lambda answer: answer.request.method == "POST"):
        tab.locator(f"#id_q-{number}-type").select_option(label=kind)
    drawn(tab)


def write(tab: Page) -> None:
    tab.goto("/contracts/templates/")
    tab.get_by_role("link", name="Write a template").click()
    tab.get_by_label("Name of the template").fill("Written services")
    tab.get_by_label("Type", exact=True).select_option("services")
    ask(tab, 0, "Party", "Short text")
    ask(tab, 1, "Has fee", "Yes or no")
    ask(tab, 2, "Services", "List")
    expect(tab.locator("#id_q-2-type")).to_be_focused()
    press(tab, "Add a question")
    tab.locator("#id_q-2-parts").fill("What\nPrice: number")
    tab.locator("#id_s-0-heading").fill("Services")
    tab.locator("#id_s-0-c-0-text").fill("We serve {party}.")
    press(tab, "Add a clause of your own")
    tab.locator("#id_s-0-c-1-heading").fill("{$entry.what}")
    tab.locator("#id_s-0-c-1-text").fill("It costs {$entry.price}.")
    special = tab.locator("fieldset.composer-row").filter(has=tab.locator("#id_s-0-c-1-text"))
    special.get_by_text("Condition and repetition of the clause").click()
    tab.locator("#id_s-0-c-1-repeat").select_option(label="Services")
    press(tab, "Remove question 4")
    press(tab, "Add a section")
    tab.locator("#id_s-1-heading").fill("Terms")
    tab.locator("#id_s-1-c-0-text").fill("The fee is {amount}.")
    tab.locator("#put-s\\.1").select_option(label="Availability: Fallback 1")
    press(tab, "Add this clause of the library", 1)
    expect(tab.locator(".composer-words")).to_contain_text(FALLBACK)
    press(tab, "Move clause 2 of section 2 up")
    expect(tab.locator("#up-s\\.1\\.0")).to_be_focused()
    special = tab.locator("fieldset.composer-row").filter(has=tab.locator("#id_s-1-c-1-text"))
    special.get_by_text("Condition and repetition of the clause").click()
    tab.locator("#id_s-1-c-1-condition").select_option(label="“Has fee” is yes")
    assert axe_violations(tab) == []


def wrong_is_said(tab: Page) -> None:
    """A word for an answer that no question gives is told beside the words; what was typed stays."""
    tab.get_by_role("button", name="Keep the template").last.click()
    expect(tab.locator("#id_s-1-c-1-text_error")).to_contain_text("No question has the name amount.")
    expect(tab.locator("#id_s-0-c-1-heading")).to_have_value("{$entry.what}")
    assert axe_violations(tab) == []
    tab.locator("#id_s-1-c-1-text").fill("The fee is 100.")
    press(tab, "Preview")
    expect(tab.locator("#composer-preview")).to_be_focused()
    expect(tab.locator(".composer-preview")).to_contain_text("We serve ‹Party›.")
    press(tab, "Answer no instead")
    expect(tab.locator(".composer-preview")).not_to_contain_text("The fee is 100.")


def draft(tab: Page) -> None:
    tab.get_by_label("Title of the contract").fill("Services of Cirrus")
    tab.get_by_label("Party").fill("Cirrus GmbH")
    tab.get_by_label("Has fee").check()
    tab.get_by_label("What", exact=True).fill("Hosting")
    tab.get_by_label("Price", exact=True).fill("12.50")
    tab.get_by_role("button", name="Make the draft").click()
    tab.wait_for_url(re.compile(r"/contracts/[0-9a-f-]{36}/$"))
    expect(tab.locator("main")).to_contain_text("It costs 12.50.")
    tab.get_by_role("link", name=re.compile("^Library")).last.click()
    expect(tab.locator("main")).to_contain_text("Fallback 1")
    expect(tab.locator("main")).not_to_contain_text("Mandatory clauses are missing")


def test_nothing_typed_while_the_rows_are_drawn_is_lost(tab: Page, acme: Cast) -> None:
    """The server's answer replaces the rows: until it is there they take no words."""
    become(tab, acme, "legal")
    tab.goto("/contracts/templates/compose/")
    held: list[Route] = []
    tab.route("**/compose/", lambda route: held.append(route))
    tab.get_by_role("button", name="Add a question").click()
    heading = tab.locator("#id_s-0-heading")
    expect(heading).to_be_disabled()
    held[0].continue_()
    heading.fill("Services")
    expect(tab.locator("#id_q-0-label")).to_be_visible()
    expect(heading).to_have_value("Services")


def test_the_focus_comes_back_whatever_else_is_fetched_meanwhile(tab: Page, acme: Cast) -> None:
    become(tab, acme, "legal")
    tab.goto("/contracts/templates/compose/")
    press(tab, "Add a question")
    kind = tab.locator("#id_q-0-type")
    held: list[Route] = []
    tab.route("**/compose/", lambda route: held.append(route))
    kind.focus()
    kind.select_option(label="Yes or no")
    expect(kind).to_be_disabled()
    tab.evaluate("() => htmx.ajax('GET', '/contracts/templates/', { swap: 'none' })")
    held[0].continue_()
    expect(kind).to_be_enabled()
    expect(kind).to_be_focused()
    expect(kind).to_have_value("boolean")


def test_the_pages_fit_a_phone(open_tab: object, acme: Cast, width: int) -> None:
    with organization_scope(acme.organization.pk):
        library = approved(acme["legal"])
        template = approved_composed(acme["legal"], (library, "preferred"))
    page = open_tab(width)  # type: ignore[operator]
    sign_in(page, acme.users["legal"].email)
    start = f"/contracts/templates/{template.pk}/"
    for path in (start, f"{start}compose/", "/contracts/templates/compose/", library.clause.get_absolute_url()):
        page.goto(path)
        assert not overflows(page), path
        assert axe_violations(page) == [], path
