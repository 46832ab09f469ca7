"""The pages of single things, and what a person does on them, in Chromium."""

from __future__ import annotations

from datetime import date

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from playwright.sync_api import Page, expect

from billing.models import CreditNote, Discrepancy
from billing.operations.approve_credit import approve_credit
from billing.operations.issue_credit import issue_credit
from billing.operations.match_invoice import match_invoice
from billing.operations.reconcile_invoice import reconcile_invoice
from clm.events.dispatcher import drain
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Contract, Version
from contracts.operations.add_version import add_version
from obligations.models import Deadline, Obligation
from obligations.operations.add_obligation import add_obligation
from tests.billing.built import JUDGED, invoice_of, proposed
from tests.browser.conftest import looked_at, sign_in
from tests.browser.test_pages import WALK, Opened, pages_of
from tests.cast import Cast
from tests.contracts import papers

pytestmark = WALK


def things(alice: Actor) -> list[str]:
    """An address of every kind of thing, each with something in it."""
    note = _issued(alice)
    discrepancy = _differing(alice, note)
    credit, breach = note.credit, note.credit.breach
    duty, deadline = _dates(alice)
    return [
        reverse("breach", args=[breach.pk]),
        reverse("window", args=[breach.window_id]),
        reverse("window-telemetry", args=[breach.window_id]),
        reverse("evaluation-trace", args=[breach.evaluation_id]),
        reverse("commitment", args=[breach.commitment_id]),
        reverse("commitment-bind", args=[breach.commitment.passage_id]),
        reverse("credit", args=[credit.pk]),
        reverse("credit-trace", args=[credit.pk]),
        reverse("invoice", args=[discrepancy.invoice_id]),
        reverse("reconciliation-trace", args=[discrepancy.reconciliation_id]),
        reverse("obligation", args=[duty.pk]),
        reverse("deadline", args=[deadline.pk]),
        *_contract_pages(duty.contract, alice),
    ]


def _issued(alice: Actor) -> CreditNote:
    credit = proposed(alice)
    with clock.set_to(JUDGED):
        approve_credit(actor=alice, credit_id=credit.pk)
        return issue_credit(actor=alice, credit_id=credit.pk)


def _differing(alice: Actor, note: CreditNote) -> Discrepancy:
    invoice = invoice_of(alice, note.credit.contract.reference)
    match_invoice(actor=alice, invoice_id=invoice.pk)
    reconcile_invoice(actor=alice, invoice_id=invoice.pk)
    return Discrepancy.objects.get(invoice=invoice)


def _dates(alice: Actor) -> tuple[Obligation, Deadline]:
    """A duty that is late, and the dates of a contract in force."""
    contract = papers.active_contract(alice)
    duty = add_obligation(
        actor=alice, contract_id=contract.pk, title="Send the report", owner_id=alice.user_id,
        first_due_on=date(2026, 1, 15), recurrence="months", interval=3,
    )  # fmt: skip
    drain()
    return duty, Deadline.objects.filter(contract=contract).earliest("due_on")


def _contract_pages(contract: Contract, alice: Actor) -> list[str]:
    """The contract with its tabs, a version, and two versions compared."""
    old = papers.newest(contract)
    changed = papers.text_paper(papers.TEXT.replace("99.9 %", "99.5 %"), "second.txt")
    add_version(actor=alice, contract_id=contract.pk, paper=changed)
    new = Version.objects.filter(contract=contract).latest("number")
    compared = reverse("version-compare", args=[contract.pk])
    return [*pages_of(contract)[:9], f"{compared}?old={old.pk}&new={new.pk}"]


def test_every_thing(open_tab: Opened, acme: Cast, alice: Actor) -> None:
    paths = things(alice)
    page = open_tab(1440)
    sign_in(page, "alice@acme.example")
    assert [what for path in paths for what in looked_at(page, path)] == []


def test_the_pages_that_say_no(open_tab: Opened, acme: Cast) -> None:
    page = open_tab(1440)
    sign_in(page, "legal@acme.example")
    for code in (400, 500, 503):
        _answer_with(page, code)
    paths = {"/people/invite/": 403, "/nowhere/": 404, "/400/": 400, "/500/": 500, "/503/": 503}
    assert [what for path, code in paths.items() for what in looked_at(page, path, code)] == []


def _answer_with(page: Page, code: int) -> None:
    """A page of the product that only a fault brings, at an address of its own."""
    body = render_to_string(f"{code}.html", {"request": {"request_id": "0123456789abcdef"}})
    page.route(f"**/{code}/", lambda route: route.fulfill(status=code, body=body, content_type="text/html"))


@pytest.fixture
def reading(tab: Page, acme: Cast, alice: Actor) -> Page:
    """A contract's text, opened."""
    contract = papers.active_contract(alice)
    sign_in(tab, "alice@acme.example")
    tab.goto(f"/contracts/{contract.pk}/")
    return tab


def test_a_triple_click_marks_the_paragraph(reading: Page) -> None:
    clause = reading.locator("[data-clause-text]", has_text="99.9 %").first
    clause.click(click_count=3, position={"x": 40, "y": 10})
    button = reading.locator("[data-mark-button]")
    expect(button).to_be_visible()
    text = clause.inner_text().strip()
    button.click()
    expect(reading.locator("blockquote")).to_have_text(text)


def test_a_selection_over_two_clauses_marks_nothing(reading: Page) -> None:
    reading.evaluate(
        """() => {
          const [first, second] = document.querySelectorAll("[data-clause-text]");
          getSelection().setBaseAndExtent(first, 0, second, second.childNodes.length);
        }"""
    )
    expect(reading.locator("[data-mark-button]")).to_be_hidden()


@pytest.fixture
def binding(tab: Page, acme: Cast, alice: Actor) -> Page:
    """The form that binds a sentence."""
    passage = papers.passage_in(alice)
    sign_in(tab, "alice@acme.example")
    tab.goto(reverse("commitment-bind", args=[passage.pk]))
    return tab


def shown(page: Page, name: str) -> bool:
    return page.locator(f"[name={name}]").first.is_visible()


def test_the_form_shows_what_the_indicator_has(binding: Page) -> None:
    names = ("silence_minutes", "slice_minutes", "aggregation", "remedy_kind")
    for kind, seen in (
        ("uptime", (True, False, False, True)),
        ("time_slice", (False, True, False, True)),
        ("value", (False, False, True, False)),
    ):
        binding.locator("select[name=kind]").select_option(kind)
        for name, is_seen in zip(names, seen, strict=True):
            expect(binding.locator(f"[name={name}]")).to_be_visible(visible=is_seen)
    expect(binding.locator("[name=remedy_kind]")).to_be_disabled()


def test_a_preset_fills_the_tiers(binding: Page) -> None:
    binding.locator("select[name=preset]").select_option("aws-ec2-region")
    binding.get_by_role("button", name="Fill in the form").click()
    below = binding.locator("[data-tier=below]")
    expect(below.first).to_have_value("99.99")
    rows = below.count()
    binding.get_by_role("button", name="Remove this tier").first.click()
    expect(below).to_have_count(rows - 1)
    assert len(binding.locator("textarea[name=tiers]").input_value().splitlines()) == rows - 1


def test_a_view_is_made_the_default(tab: Page, acme: Cast, alice: Actor) -> None:
    papers.draft_contract(alice, title="Hosting")
    sign_in(tab, "alice@acme.example")
    tab.goto("/contracts/?state=active")
    tab.locator("summary", has_text="Views").click()
    tab.get_by_label("Save these filters as").fill("In force")
    tab.get_by_role("button", name="Save view").click()
    tab.locator("summary", has_text="Views").click()
    tab.get_by_role("button", name="Make “In force” my default").click()
    tab.goto("/contracts/")
    expect(tab.get_by_text("Nothing matches these filters")).to_be_visible()
    tab.get_by_role("link", name="All", exact=True).click()
    expect(tab.locator("tbody tr")).to_have_count(1)


def test_without_scripts_every_field_is_there(open_tab: Opened, acme: Cast, alice: Actor) -> None:
    passage = papers.passage_in(alice)
    page = open_tab(1440)
    sign_in(page, "alice@acme.example")
    page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(reverse("commitment-bind", args=[passage.pk]))
    names = ("slice_minutes", "aggregation", "tiers", "step_percent", "multiplier", "fixed_base_amount", "claim_length")
    assert [name for name in names if not shown(page, name)] == []
