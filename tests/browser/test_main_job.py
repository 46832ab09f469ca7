"""The whole main job by the pages, each step by the person whose job it is: from the document to the proof."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from billing.models import Credit, Discrepancy
from billing.tasks import print_credit_notes
from clm.audit.tasks import chain_ledger
from clm.events.dispatcher import drain
from contracts.models import Contract, Term, Version
from obligations.models import Deadline
from obligations.tasks import refresh_deadlines, remind_due
from slas.models import Breach, Commitment, Evaluation
from slas.tasks import judge_windows, open_windows
from tests.browser.conftest import sign_in_by_the_page
from tests.cast import PASSWORD, Cast
from tests.clm.audit.conftest import found

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
AGREEMENT = SAMPLES / "common-paper-csa-with-sla.docx"
SECOND = SAMPLES / "bonterms-service-level-agreement.pdf"
SENTENCE = "Target Uptime"
SHARE = "10"
pytestmark = pytest.mark.django_db(transaction=True)


def test_the_main_job(tab: Page, acme: Cast) -> None:
    found(acme)
    become(tab, acme, "legal")
    contract = file_the_document(tab)
    name_both_sides(tab, contract)
    set_the_terms(tab, contract)
    put_in_force(tab, contract)
    become(tab, acme, "account_manager")
    commitment = bind_a_sentence(tab, contract)
    become(tab, acme, "finance")
    set_the_fee(tab, contract)
    become(tab, acme, "account_manager")
    measure(tab, commitment)
    breach = see_the_breach(tab, commitment)
    become(tab, acme, "finance")
    credit = issue_the_credit(tab)
    import_the_invoice(tab)
    become(tab, acme, "legal")
    see_dates_and_duties(tab, contract)
    become(tab, acme, "account_manager")
    print_the_papers(tab, contract, breach)
    become(tab, acme, "executive")
    follow_the_number(tab, credit)
    become(tab, acme, "procurement")
    upload_again_and_compare(tab, contract)
    become(tab, acme, "auditor")
    verify_and_find_the_altered_value(tab)


def become(tab: Page, cast: Cast, role: str) -> None:
    """Whoever was signed in has left; the person with this one role signs in."""
    tab.context.clear_cookies()
    sign_in_by_the_page(tab, cast.users[role].email, PASSWORD)


def file_the_document(tab: Page) -> Contract:
    tab.get_by_role("link", name="Contracts", exact=True).first.click()
    tab.goto("/contracts/new/")
    tab.get_by_label("Title").fill("Blue Harbour hosting")
    tab.get_by_label("Their reference").fill("BHH-2026-001")
    tab.get_by_label("Document").set_input_files(AGREEMENT)
    tab.get_by_role("button", name="Add the contract").click()
    tab.wait_for_url(re.compile(r"/contracts/[0-9a-f-]{36}/$"))
    expect(tab.get_by_role("navigation", name="Clauses")).to_contain_text("Service")
    version = Version.objects.get()
    assert (version.number, len(version.content_hash)) == (1, 64)
    return Contract.objects.get()


def name_both_sides(tab: Page, contract: Contract) -> None:
    for name, role in (("Acme Foods SE", "ours"), ("Blue Harbour Hosting GmbH", "counterparty")):
        tab.goto(f"/contracts/{contract.pk}/add-party/")
        tab.get_by_label("Legal name").fill(name)
        tab.locator("select[name=role]").select_option(role)
        tab.get_by_role("button", name="Add the party").click()
        expect(tab.locator("main")).to_contain_text(name)


def set_the_terms(tab: Page, contract: Contract) -> None:
    tab.goto(f"/contracts/{contract.pk}/")
    tab.get_by_role("link", name="Set the terms").first.click()
    tab.get_by_label("Starts on").fill("2026-01-01")
    tab.get_by_label("Renewal term in months").fill("12")
    tab.get_by_label("Notice period").fill("60")
    tab.get_by_role("button", name="Set the terms").click()
    expect(tab.locator("main")).to_contain_text("The dates count once the contract is active.")


def put_in_force(tab: Page, contract: Contract) -> None:
    tab.goto(f"/contracts/{contract.pk}/")
    tab.get_by_role("link", name="File as signed").click()
    tab.get_by_label("Signed on").fill("2025-12-15")
    tab.get_by_role("button", name="File as signed").click()
    confirm(tab)
    tab.wait_for_url(f"**/contracts/{contract.pk}/")
    tab.get_by_role("button", name="Activate").click()
    confirm(tab)
    expect(tab.locator(".page-head, .page-header, main").first).to_contain_text("Active", ignore_case=True)
    contract.refresh_from_db()
    assert contract.state == "active"


def confirm(tab: Page) -> None:
    """The dialog names the effect; the person goes on."""
    dialog = tab.locator("#confirm-dialog")
    expect(dialog).to_be_visible()
    assert dialog.locator("[data-confirm-effect]").inner_text() != ""
    dialog.locator("[data-confirm-go]").click()


def bind_a_sentence(tab: Page, contract: Contract) -> Commitment:
    tab.goto(f"/contracts/{contract.pk}/")
    tools = tab.locator("details.clause-tools", has_text=SENTENCE).first
    tools.locator("summary").click()
    tools.locator("li", has_text=SENTENCE).first.get_by_role("link").click()
    tab.get_by_role("button", name="Mark it").click()
    tab.wait_for_url("**/passages/**")
    tab.get_by_role("link", name=re.compile("service level", re.IGNORECASE)).last.click()
    fill_the_commitment(tab)
    tab.get_by_role("button", name="Bind the sentence").click()
    tab.get_by_role("button", name="Start measuring").click()
    confirm(tab)
    expect(tab.locator("main")).to_contain_text("Monthly uptime")
    return Commitment.objects.get(name="Monthly uptime")


def fill_the_commitment(tab: Page) -> None:
    typed = {
        "service_name": "Hosting",
        "key": "harbour-hosting",
        "name": "Monthly uptime",
        "target": "99.9",
        "starts_on": "2026-01-01",
        "ends_on": "2026-02-01",
    }
    for name, value in typed.items():
        tab.locator(f"[name={name}]").fill(value)
    fill_the_tiers(tab)


def fill_the_tiers(tab: Page) -> None:
    """Row by row; a new row begins where the one above it ends."""
    tab.locator("select[name=remedy_kind]").select_option("tiers")
    tab.locator("[data-tier=lower]").fill("99.0")
    tab.locator("[data-tier=credit]").fill("10")
    tab.locator("[data-tier=below]").fill("99.9")
    tab.get_by_role("button", name="Add a tier").click()
    expect(tab.locator("[data-tier=below]").last).to_have_value("99.0")
    tab.locator("[data-tier=credit]").last.fill("25")
    assert tab.locator("textarea[name=tiers]").input_value() == "99.9 99.0 10\n99.0 – 25"


def set_the_fee(tab: Page, contract: Contract) -> None:
    tab.goto(f"/billing/fees/new/{contract.pk}/")
    tab.get_by_label("What it is for").fill("Hosting")
    tab.get_by_label("Amount, net of tax").fill("12000")
    tab.get_by_label("Currency").fill("EUR")
    tab.get_by_label("From").fill("2026-01-01")
    tab.locator("main form button.btn-primary").click()
    expect(tab.locator("main")).to_contain_text("12,000.00")


def measure(tab: Page, commitment: Commitment) -> None:
    tab.goto("/service-levels/telemetry/upload/")
    tab.get_by_label("CSV file").set_input_files(SAMPLES / "telemetry-january-2026.csv")
    tab.locator("main form button.btn-primary").click()
    tab.wait_for_url("**/jobs/**")
    expect(tab.locator("main")).to_contain_text("2976")
    open_windows()
    judge_windows()
    drain()
    assert Evaluation.objects.filter(window__commitment=commitment).count() == 1


def see_the_breach(tab: Page, commitment: Commitment) -> Breach:
    breach = Breach.objects.get(commitment=commitment)
    tab.goto("/service-levels/breaches/")
    tab.get_by_role("link", name=breach.reference).first.click()
    expect(tab.locator("main")).to_contain_text("99.5631")  # 1 - 11,700 s of 2,678,400 s, cut
    expect(tab.locator("main")).to_contain_text(breach.evidence_digest)
    expect(tab.locator("main")).to_contain_text(SENTENCE)
    return breach


def issue_the_credit(tab: Page) -> Credit:
    credit = Credit.objects.get()
    assert (credit.amount, credit.currency) == (Decimal("1200"), "EUR")
    tab.goto("/billing/credits/")
    tab.get_by_role("link", name=credit.reference).first.click()
    for step in ("Approve the credit", "Issue the credit note"):
        tab.get_by_role("button", name=step).click()
        confirm(tab)
        expect(tab.get_by_role("button", name=step)).to_have_count(0)
    print_credit_notes()
    tab.reload()
    text = pdf_behind(tab, "Download the PDF")
    assert "1,200.00" in text
    return credit


def pdf_behind(tab: Page, name: str) -> str:
    """The text of the PDF that a link leads to, with single blanks."""
    with tab.expect_download() as waiting:
        tab.get_by_role("link", name=name).first.click()
    pages = PdfReader(io.BytesIO(Path(waiting.value.path()).read_bytes())).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def import_the_invoice(tab: Page) -> None:
    tab.goto("/billing/invoices/import/")
    tab.get_by_label("Invoice file").set_input_files(SAMPLES / "invoice-january-2026.xml")
    tab.locator("main form button.btn-primary").click()
    drain()
    tab.goto("/billing/invoices/")
    tab.get_by_role("link", name="RE-2026-0101").first.click()
    discrepancy = Discrepancy.objects.get()
    assert discrepancy.reason == "credit_missing"
    main = tab.locator("main")
    for text in ("10,800.00", "12,000.00", "1,200.00", discrepancy.get_reason_display()):
        expect(main).to_contain_text(text)


def see_dates_and_duties(tab: Page, contract: Contract) -> None:
    refresh_deadlines()
    remind_due()
    drain()
    term = Term.objects.filter(contract=contract).latest("number")
    notice = Deadline.objects.get(contract=contract, kind="notice", term_number=term.number)
    assert notice.due_on == term.notice_deadline
    tab.goto("/obligations/dates/")
    expect(tab.locator("main")).to_contain_text("Blue Harbour hosting")
    tab.goto(f"/obligations/new/{contract.pk}/")
    tab.get_by_label("What is owed").fill("Send the yearly security report")
    tab.get_by_label("First due on").fill("2026-12-01")
    tab.locator("main form button.btn-primary").click()
    tab.goto("/obligations/")
    expect(tab.locator("main")).to_contain_text("Send the yearly security report")


def print_the_papers(tab: Page, contract: Contract, breach: Breach) -> None:
    tab.goto(f"/service-levels/breaches/{breach.pk}/")
    tab.get_by_role("button", name="Print the evidence").click()
    tab.wait_for_url("**/jobs/**")
    tab.goto(f"/service-levels/breaches/{breach.pk}/")
    evidence = pdf_behind(tab, "Evidence bundle")
    assert SENTENCE in evidence
    assert "99.563172" in evidence
    tab.goto(f"/contracts/{contract.pk}/service-levels/")
    tab.get_by_label("Month").fill("2026-01")
    tab.get_by_role("button", name="Print the service report").click()
    tab.wait_for_url("**/jobs/**")
    assert "Monthly uptime" in pdf_behind(tab, "Download the report")


def follow_the_number(tab: Page, credit: Credit) -> None:
    tab.goto(f"/billing/credits/{credit.pk}/")
    tab.locator("a.number").first.click()
    drawer = tab.locator("#trace-drawer")
    expect(drawer).to_be_visible()
    expect(drawer).to_contain_text(SENTENCE)
    tab.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def upload_again_and_compare(tab: Page, contract: Contract) -> None:
    tab.goto(f"/contracts/{contract.pk}/upload/")
    tab.get_by_label("Document").set_input_files(SECOND)
    tab.get_by_role("button", name="Upload").click()
    tab.wait_for_url(f"**/contracts/{contract.pk}/")
    assert sorted(contract.versions.values_list("number", flat=True)) == [1, 2]
    tab.goto(f"/contracts/{contract.pk}/versions/")
    tab.get_by_role("button", name="Compare").click()
    expect(tab.locator("main ins").first).to_be_visible()


def verify_and_find_the_altered_value(tab: Page) -> None:
    verify(tab)
    expect(tab.locator("main")).to_contain_text("The ledger holds")
    altered = alter_one_stored_value()
    verify(tab)
    expect(tab.locator("main")).to_contain_text("The ledger does not hold")
    expect(tab.locator("main")).to_contain_text(str(altered))


def verify(tab: Page) -> None:
    chain_ledger()
    tab.goto("/ledger/")
    tab.get_by_role("button", name="Verify").click()
    tab.wait_for_url("**/jobs/**")


def alter_one_stored_value() -> UUID:
    """As somebody with the database's password could: past the triggers, straight into the row."""
    evaluation: Any = Evaluation.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE slas_evaluation DISABLE TRIGGER ALL")
        cursor.execute("UPDATE slas_evaluation SET attainment = 99.99 WHERE id = %s", [evaluation.pk])
        cursor.execute("ALTER TABLE slas_evaluation ENABLE TRIGGER ALL")
    return UUID(str(evaluation.pk))
