"""A contract is asked for, drafted, negotiated in Word and compared, each step by the person whose job it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from clm.jobs.models import Job
from clm.lib.actor import Actor
from contracts.adapters.revisions import accept_all, reject_all
from contracts.models import Change, Contract, ContractRequest, Draft, DraftClause, Version
from contracts.operations.library.add_library_clause import add_library_clause
from contracts.operations.library.approve_library_clause import approve_library_clause
from tests.browser.conftest import axe_violations, overflows
from tests.browser.test_main_job import become, confirm
from tests.browser.test_requests import menu
from tests.cast import Cast
from tests.contracts.negotiated import (
    ANSWERS,
    EDITS,
    FALLBACK,
    FREELY,
    INTERNAL,
    LADDER,
    LONGER,
    PARTS,
    REPLACED,
    REPORTS,
    SHARED,
    TEMPLATE,
    YEARLY,
)
from tests.contracts.redlines.made import text_of
from tests.contracts.test_negotiation_by_api import pdf_text
from tests.contracts.word.counter_redline import THEM, answered

pytestmark = pytest.mark.django_db(transaction=True)
TITLE = "Hosting with Blue Harbour"
# What the requester types; the assignee puts the service right.
TYPED = {name: str(answer) for name, answer in ANSWERS.items() if answer is not True} | {"cloud_service": "Servers"}


def test_a_contract_is_negotiated(tab: Page, acme: Cast, tmp_path: Path) -> None:
    become(tab, acme, "legal")
    import_the_template(tab)
    a_library(acme["legal"], acme["approver"])
    become(tab, acme, "finance")
    request = ask(tab)
    become(tab, acme, "legal")
    assign(tab, request)
    become(tab, acme, "procurement")
    contract = draft_it(tab, request)
    replace_by_the_fallback(tab, contract)
    comment(tab, INTERNAL, among_us=True)
    comment(tab, SHARED, among_us=False)
    hand_over(tab, "Our first draft")
    sent = send(tab, contract, tmp_path)
    become(tab, acme, "legal")
    take_back(tab, contract, answered(tmp_path, sent, EDITS))
    decide(tab, contract)
    answer_them(tab, contract)
    become(tab, acme, "executive")
    compare(tab, contract, tmp_path)


def looked_at(tab: Page, *, by_axe: bool = True) -> None:
    """The page as it stands fits a phone and a desk, and axe finds nothing there (slow on a page of 300 clauses)."""
    tab.set_viewport_size({"width": 390, "height": 900})
    assert not overflows(tab), tab.url
    tab.set_viewport_size({"width": 1440, "height": 900})
    assert (overflows(tab), axe_violations(tab) if by_axe else []) == (False, []), tab.url


def import_the_template(tab: Page) -> None:
    tab.goto("/contracts/templates/new/")
    for name, file in PARTS.items():
        tab.locator(f"input[name={name}]").set_input_files(TEMPLATE / file)
    tab.locator("main form button.btn-primary").click()
    tab.wait_for_url(re.compile(r"/templates/[0-9a-f-]{36}/$"))
    tab.get_by_role("button", name="Approve").click()
    confirm(tab)
    expect(tab.locator("main")).to_contain_text("Approved")


def a_library(librarian: Actor, approver: Actor) -> None:
    clause = add_library_clause(actor=librarian, title=REPLACED, category="service_level", positions=LADDER)
    approve_library_clause(actor=approver, clause_id=clause.pk)


def ask(tab: Page) -> ContractRequest:
    tab.goto("/")
    tab.get_by_role("link", name="Ask for a contract").first.click()
    tab.get_by_role("link", name="CSA With SLA").click()
    tab.get_by_label("What it is for").fill(TITLE)
    tab.get_by_label("Counterparty").fill("Blue Harbour Hosting GmbH")
    for name, said in TYPED.items():
        tab.locator(f"[name=answer-{name}]").fill(said)
    tab.locator("[name=answer-has_target_uptime]").check()
    looked_at(tab)
    tab.get_by_role("button", name="Ask for it").click()
    tab.wait_for_url(re.compile(r"/contracts/requests/[0-9a-f-]{36}/$"))
    return ContractRequest.objects.get()


def assign(tab: Page, request: ContractRequest) -> None:
    tab.goto("/")
    tab.get_by_role("link", name=TITLE).first.click()
    tab.wait_for_url(f"**{request.get_absolute_url()}")
    looked_at(tab, by_axe=False)
    menu(tab, "Assign")
    tab.get_by_label("Assign to").select_option(label="Procurement")
    tab.get_by_role("button", name="Assign").click()
    expect(tab.locator("main")).to_contain_text("Procurement works on it.")


def draft_it(tab: Page, request: ContractRequest) -> Contract:
    """An answer is put right, then the draft is made."""
    tab.goto(request.get_absolute_url())
    menu(tab, "Change the request")
    tab.locator("[name=answer-cloud_service]").fill(ANSWERS["cloud_service"])
    tab.get_by_role("button", name="Save").click()
    tab.wait_for_url(f"**{request.get_absolute_url()}")
    tab.get_by_role("button", name="Draft the contract").click()
    confirm(tab)
    tab.wait_for_url(re.compile(r"/contracts/[0-9a-f-]{36}/$"))
    expect(tab.locator("main")).to_contain_text(f"under this Order Form is {ANSWERS['cloud_service']}.")
    expect(tab.locator("main")).not_to_contain_text("The template has a blank that no question fills")
    expect(tab.locator("main")).to_contain_text("Percentage of monthly Cloud Service Fee: under …%: ____%")
    expect(tab.locator("main")).not_to_contain_text("had to be guessed")
    looked_at(tab, by_axe=False)
    return Contract.objects.get()


def row(contract: Contract, heading: str) -> DraftClause:
    draft = Draft.objects.get(contract=contract, side="ours", state="open")
    return DraftClause.objects.get(draft=draft, heading=heading)


def clause(tab: Page, contract: Contract, heading: str) -> Locator:
    return tab.locator(f"#clause-{row(contract, heading).pk}")


def replace_by_the_fallback(tab: Page, contract: Contract) -> None:
    tab.get_by_role("link", name=re.compile("draft", re.IGNORECASE)).first.click()
    tab.get_by_role("button", name="Begin a draft").click()
    tab.wait_for_url(f"**/contracts/{contract.pk}/draft/")
    found = clause(tab, contract, REPLACED)
    found.hover()
    found.locator("summary").click()
    found.get_by_role("button", name="Replace by a library position").click()
    dialog = tab.locator("#draft-position")
    dialog.get_by_label("Position").select_option(label=f"{REPLACED}: Fallback 1")
    dialog.get_by_role("button", name="Replace").click()
    expect(found.locator("> [data-words]")).to_have_text(FALLBACK)
    looked_at(tab)


def comment(tab: Page, words: str, *, among_us: bool) -> None:
    """In the editor, beside the draft."""
    editor = tab.url
    tab.get_by_role("link", name="Comment among us" if among_us else "Write to the other side").click()
    tab.get_by_label("Comment", exact=True).fill(words)
    looked_at(tab, by_axe=False)
    tab.locator("main form button.btn-primary").click()
    tab.goto(editor)
    said = tab.locator(".draft-comments article", has_text=words)
    expect(said).to_contain_text("Only us" if among_us else "The other side reads this")


def hand_over(tab: Page, note: str) -> None:
    tab.get_by_label("What changed").fill(note)
    tab.locator("#hand-over").get_by_role("button", name="Hand over").click()
    dialog = tab.locator("#confirm-dialog")
    expect(dialog).to_contain_text("From then on it is their turn")
    dialog.get_by_role("button", name="Hand over").click()
    tab.wait_for_url(re.compile(r"/contracts/[0-9a-f-]{36}/$"))
    expect(tab.locator("main")).to_contain_text("Their turn since")


def downloaded(tab: Page, link: Locator) -> bytes:
    with tab.expect_download() as waiting:
        link.click()
    return Path(waiting.value.path()).read_bytes()


def send(tab: Page, contract: Contract, folder: Path) -> bytes:
    """What goes out has our words and nothing of our talk."""
    tab.goto(f"/contracts/{contract.pk}/changes/")
    looked_at(tab, by_axe=False)
    sent = downloaded(tab, tab.get_by_role("link", name="as it was sent"))
    assert FALLBACK in text_of(sent)
    assert (INTERNAL in text_of(sent), b"Procurement" in sent) == (False, False)
    return sent


def take_back(tab: Page, contract: Contract, answer: bytes) -> None:
    tab.goto(f"/contracts/{contract.pk}/changes/")
    tab.get_by_role("link", name="Upload their answer").click()
    file = {"name": "answer.docx", "mimeType": "application/octet-stream", "buffer": answer}
    tab.get_by_label("Their document").set_input_files(file)  # type: ignore[arg-type]
    tab.get_by_role("button", name="Read it").click()
    tab.wait_for_url(f"**/contracts/{contract.pk}/changes/")
    main = tab.locator("main")
    expect(main).to_contain_text("3 changes, 3 to decide")
    expect(main).not_to_contain_text("without tracking")
    looked_at(tab)


def change(tab: Page, words: str) -> Locator:
    return tab.locator("article.diff-clause", has_text=words)


def decide(tab: Page, contract: Contract) -> None:
    """Each change stands at its clause with who made it and when; one is accepted, one rejected, one countered."""
    for heading, words in (("User Accounts", "within two days"), ("Feedback", FREELY), ("1.6", REPORTS)):
        expect(change(tab, words)).to_contain_text(heading)
        expect(change(tab, words).locator(".form-hint").first).to_contain_text(THEM)
        expect(change(tab, words).locator("time")).to_have_count(1)
    change(tab, "within two days").get_by_role("button", name="Accept").click()
    expect(change(tab, "within two days")).to_contain_text("Accepted")
    change(tab, FREELY).get_by_role("button", name="Reject").click()
    expect(change(tab, FREELY)).to_contain_text("Rejected")
    change(tab, REPORTS).get_by_role("link", name="Counter").click()
    tab.get_by_label("What it should say").fill(YEARLY)
    looked_at(tab, by_axe=False)
    tab.get_by_role("button", name="Put it into our draft").click()
    expect(change(tab, REPORTS)).to_contain_text(YEARLY)
    expect(tab.locator("main")).to_contain_text("0 to decide")
    looked_at(tab, by_axe=False)
    assert set(Change.objects.values_list("state", flat=True)) == {"accepted", "rejected", "countered"}


def answer_them(tab: Page, contract: Contract) -> None:
    tab.get_by_role("link", name="Our draft").click()
    expect(clause(tab, contract, "User Accounts")).to_contain_text("within two days")
    expect(clause(tab, contract, "Feedback and Usage Data")).to_contain_text(FREELY)
    expect(tab.locator("[data-paper]")).to_contain_text(YEARLY)
    hand_over(tab, "Our answer")
    assert list(Version.objects.order_by("number").values_list("side", flat=True)) == ["ours", "ours", "theirs", "ours"]


def compare(tab: Page, contract: Contract, folder: Path) -> None:
    """The first with the last version, on the page, in Word and as a PDF."""
    first, last = Version.objects.earliest("number"), Version.objects.latest("number")
    tab.goto(f"/contracts/{contract.pk}/versions/")
    expect(tab.locator("tr", has_text="answer.docx")).to_contain_text("Theirs")
    looked_at(tab, by_axe=False)
    tab.get_by_label("Compare", exact=True).select_option(label="Version 1")
    tab.get_by_label("with", exact=True).select_option(label="Version 4")
    tab.get_by_role("button", name="Compare", exact=True).click()
    main = tab.locator("main")
    for words in ("4 changed, 1 added, 0 removed, 0 moved", "within two days", YEARLY, LONGER):
        expect(main).to_contain_text(words)
    expect(main).not_to_contain_text(REPORTS)
    looked_at(tab)
    page = tab.url
    redline = made(tab, "Download as Word redline")
    assert (text_of(accept_all(redline)), text_of(reject_all(redline))) == (last.text, first.text)
    tab.goto(page)
    said = pdf_text(made(tab, "Download as PDF"), folder)
    for words in ("within two days", YEARLY, LONGER):
        assert words in said


def made(tab: Page, name: str) -> bytes:
    """The paper that a job makes, behind the link of the job's page."""
    tab.get_by_role("button", name=name).click()
    tab.wait_for_url("**/jobs/**")
    job = Job.objects.latest("pk")
    expect(tab.locator("main")).to_contain_text("Succeeded", ignore_case=True)
    return downloaded(tab, tab.locator(f"main a[href='{job.result['url']}']"))
