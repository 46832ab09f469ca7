"""Every page of money answers, leads on, and makes as many queries for many rows as for few; and so does the API."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader
from rest_framework.test import APIClient

from billing.adapters.ubl import parse_invoice
from billing.models import Credit, CreditNote, Discrepancy, Fee, Invoice
from billing.operations.approve_credit import approve_credit
from billing.operations.issue_credit import issue_credit
from billing.operations.match_invoice import match_invoice
from billing.operations.reconcile_invoice import reconcile_invoice
from billing.operations.reject_credit import reject_credit
from billing.queries import StateTotal
from billing.sums import credits_sum
from billing.tasks import print_credit_notes
from clm.access.scope import organization_scope
from clm.documents.blobs import read_blob
from clm.events.dispatcher import drain
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Contract
from tests.billing.built import JUDGED, breach_of, fee_for, invoice_of, proposed
from tests.cast import Cast
from tests.clm.documents.papers import SAMPLES

SAMPLE = SAMPLES / "invoice-january-2026.xml"


@pytest.fixture(autouse=True)
def _february() -> Iterator[None]:
    with clock.set_to(JUDGED):
        yield


def shows(page: Client, name: str, *args: object, **query: str) -> str:
    answer = page.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def issued(actor: Actor, **changes: object) -> CreditNote:
    credit = proposed(actor, **changes)
    approve_credit(actor=actor, credit_id=credit.pk)
    return issue_credit(actor=actor, credit_id=credit.pk)


def differing(actor: Actor) -> Invoice:
    """An invoice that leaves out an issued credit of EUR 250."""
    note = issued(actor)
    invoice = invoice_of(actor, note.credit.contract.reference)
    match_invoice(actor=actor, invoice_id=invoice.pk)
    reconcile_invoice(actor=actor, invoice_id=invoice.pk)
    return Invoice.objects.get(pk=invoice.pk)


def test_a_credit_is_approved_issued_and_downloaded_on_its_pages(page: Client, alice: Actor) -> None:
    credit = proposed(alice)
    shown = shows(page, "credit", credit.pk)
    assert "Improvement comes first" in shown
    assert "Approves a credit of €250.00 for Hosting web." in shown
    assert page.post(reverse("credit-step", args=[credit.pk, "approve"])).status_code == 302
    assert "Issues a credit note of €250.00" in shows(page, "credit", credit.pk)
    assert page.post(reverse("credit-step", args=[credit.pk, "issue"])).status_code == 302
    print_credit_notes()

    answer = page.get(reverse("credit-note-pdf", args=[credit.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")  # type: ignore[attr-defined]


def test_a_rejection_without_a_reason_says_so_and_changes_nothing(page: Client, alice: Actor) -> None:
    credit = proposed(alice)
    answer = page.post(reverse("credit-step", args=[credit.pk, "reject"]), {"reason": ""})

    assert answer.status_code == 400
    assert Credit.objects.get().state == "proposed"


def test_the_paper_names_clause_window_amount_and_digest(alice: Actor) -> None:
    note = issued(alice)
    print_credit_notes()
    note.refresh_from_db()
    assert note.blob is not None
    text = " ".join("".join(leaf.extract_text() for leaf in PdfReader(io.BytesIO(read_blob(note.blob))).pages).split())

    for said in ("CN-2026-0001", "€250.00", note.credit.contract.reference, "2026-01", "98.387096"):
        assert said in text
    assert "The service is available 99.9 % of each calendar month." in text
    assert note.digest in text.replace(" ", "")


def test_traces_open_alone_and_in_the_drawer(page: Client, alice: Actor) -> None:
    invoice = differing(alice)
    row = invoice.reconciliations.get()
    assert "The service is available 99.9 %" in shows(page, "credit-trace", Credit.objects.get().pk)
    alone = shows(page, "reconciliation-trace", row.pk)
    assert "CN-2026-0001" in alone
    drawer = page.get(reverse("reconciliation-trace", args=[row.pk]), headers={"HX-Request": "true"})
    assert "<html" not in drawer.content.decode()


def test_a_file_is_imported_and_the_same_one_leads_to_the_first(page: Client, alice: Actor) -> None:
    def send() -> object:
        file = SimpleUploadedFile("invoice.xml", SAMPLE.read_bytes(), "application/xml")
        return page.post(reverse("invoice-import"), {"file": file})

    assert send().status_code == 302  # type: ignore[attr-defined]
    invoice = Invoice.objects.get()
    again = send()
    assert again.status_code == 400  # type: ignore[attr-defined]
    assert reverse("invoice", args=[invoice.pk]) in again.content.decode()  # type: ignore[attr-defined]
    assert "RE-2026-0101" in shows(page, "invoices")


def test_what_is_no_invoice_is_said_beside_the_field(page: Client, alice: Actor) -> None:
    answer = page.post(reverse("invoice-import"), {"file": SimpleUploadedFile("a.xml", b"<a/>", "application/xml")})

    assert answer.status_code == 400
    assert "not a UBL 2.1 invoice" in answer.content.decode()
    assert Invoice.objects.count() == 0


def test_an_invoice_is_matched_by_hand_and_its_difference_accepted(page: Client, alice: Actor) -> None:
    note = issued(alice)
    invoice = invoice_of(alice, "unknown")
    unknown = page.post(reverse("invoice-match", args=[invoice.pk]), {"contract": "nothing"})
    assert (unknown.status_code, "No contract has this reference." in unknown.content.decode()) == (400, True)
    page.post(reverse("invoice-match", args=[invoice.pk]), {"contract": note.credit.contract.reference.lower()})
    assert "A credit is missing: CN-2026-0001" in shows(page, "invoice", invoice.pk)
    found = Discrepancy.objects.get()
    page.post(reverse("discrepancy-step", args=[found.pk, "accept"]), {"reason": "Comes next month"})

    invoice.refresh_from_db()
    assert invoice.state == "accepted"


def test_a_fee_is_set_by_the_form_and_mistakes_stand_beside_their_fields(page: Client, alice: Actor) -> None:
    contract = breach_of(alice).contract
    url = reverse("fee-new", args=[contract.pk])
    sent = {"name": "Hosting", "amount": "10.5", "currency": "jpy", "period": "month", "starts_on": "2026-01-01"}
    assert "whole minor units" in page.post(url, sent).content.decode()
    assert page.post(url, sent | {"currency": "eur"}).status_code == 302

    assert Fee.objects.get().currency == "EUR"
    assert "Hosting" in shows(page, "contract-tab", contract.pk, "money")


def test_a_credit_issued_later_is_expected_of_an_open_invoice(alice: Actor) -> None:
    credit = proposed(alice)
    invoice = invoice_of(alice, credit.contract.reference, "1100.00")
    drain()
    approve_credit(actor=alice, credit_id=credit.pk)
    issue_credit(actor=alice, credit_id=credit.pk)
    drain()

    expected = list(invoice.reconciliations.order_by("pk").values_list("expected_amount", flat=True))
    assert expected == [Decimal(1000), Decimal(750)]


LISTS = ["credits", "invoices", "fees", "api-credits", "api-invoices", "api-credit-notes", "api-discrepancies"]


def test_lists_ask_as_much_for_many_rows_as_for_few(page: Client, alice: Actor) -> None:
    def queries(name: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            shows(page, name)
        return len(captured)

    many(alice, 0, 3)
    for name in LISTS:
        queries(name)
    few = {name: queries(name) for name in LISTS}
    many(alice, 3, 9)
    assert {name: queries(name) for name in LISTS} == few


def many(actor: Actor, first: int, last: int) -> None:
    for number in range(first, last):
        note = issued(actor, key=f"k{number}")
        invoice = invoice_of(actor, note.credit.contract.reference, number=f"R-{number}")
        match_invoice(actor=actor, invoice_id=invoice.pk)
        reconcile_invoice(actor=actor, invoice_id=invoice.pk)


def test_the_whole_way_by_the_api(api: APIClient, alice: Actor) -> None:
    breach = breach_of(alice)
    fee = {"contract": str(breach.contract_id), "name": "Hosting", "amount": "1000.00", "currency": "EUR"}
    assert api.post(reverse("api-fees"), fee | {"starts_on": "2025-01-01"}).status_code == 201
    drain()
    credit = api.get(reverse("api-credits"), {"state": "proposed"}).json()["results"][0]
    assert (credit["amount"], credit["currency"]) == ("250.0000", "EUR")
    assert api.post(reverse("api-credit-approve", args=[credit["id"]])).json()["state"] == "approved"
    note = api.post(reverse("api-credit-issue", args=[credit["id"]])).json()
    assert (note["number"], note["amount"], note["has_pdf"]) == ("CN-2026-0001", "250.0000", False)
    again = api.post(reverse("api-credit-issue", args=[credit["id"]]))
    assert (again.status_code, again.json()["code"]) == (409, "illegal_move")


def test_an_invoice_by_the_api_is_matched_and_explained(api: APIClient, alice: Actor) -> None:
    contract = proposed(alice).contract
    Contract.objects.filter(pk=contract.pk).update(external_reference=" bhh-2026-001 ")
    sent = api.generic("POST", reverse("api-invoices"), SAMPLE.read_bytes(), content_type="application/xml")
    assert (sent.status_code, sent.json()["state"]) == (201, "imported")
    drain()
    shown = api.get(reverse("api-invoice", args=[sent.json()["id"]])).json()
    assert (shown["state"], shown["contract"]) == ("matched", str(contract.pk))
    url = reverse("api-discrepancy-resolve", args=[shown["discrepancy"]["id"]])
    assert api.post(url, {"explanation": "Corrected"}).json()["state"] == "resolved"
    assert api.get(reverse("api-invoice", args=[shown["id"]])).json()["state"] == "reconciled"
    assert parse_invoice(SAMPLE.read_bytes()).number == shown["number"]


def test_the_same_upload_by_multipart_is_refused_with_its_place(api: APIClient, alice: Actor) -> None:
    def send() -> object:
        file = SimpleUploadedFile("invoice.xml", SAMPLE.read_bytes(), "application/xml")
        return api.post(reverse("api-invoices"), {"file": file}, format="multipart")

    first = send()
    body = send().json()  # type: ignore[attr-defined]
    assert (body["status"], body["code"]) == (409, "already_imported")
    assert body["parameters"]["invoice"] == first.json()["id"]  # type: ignore[attr-defined]


def test_another_organization_finds_nothing(globex: Cast, charlie: Actor, alice: Actor) -> None:
    invoice = differing(alice)
    credit = Credit.objects.get()
    stranger = Client()
    stranger.force_login(globex.users["charlie"], backend="django.contrib.auth.backends.ModelBackend")
    places = [
        ("credit", credit.pk), ("credit-trace", credit.pk), ("credit-note-pdf", credit.pk), ("invoice", invoice.pk),
        ("reconciliation-trace", invoice.reconciliations.get().pk), ("api-credit", credit.pk),
        ("api-invoice", invoice.pk), ("api-discrepancy", invoice.discrepancy.pk),
    ]  # fmt: skip

    with organization_scope(globex.organization.pk):
        assert {stranger.get(reverse(name, args=[pk])).status_code for name, pk in places} == {404}


def test_the_overview_counts_by_state(page: Client, alice: Actor) -> None:
    differing(alice)
    answer = shows(page, "billing")
    rows = {row.state: (row.count, [(total.currency, total.amount) for total in row.totals]) for row in states(page)}
    assert rows == {"issued": (1, [("EUR", Decimal(250))])}
    assert "R-1" in answer
    assert "/billing/credits/?state=issued" in answer


def states(page: Client) -> list[StateTotal]:
    found: list[StateTotal] = page.get("/billing/").context["credit_states"]
    return found


def test_improvement_is_asked_for_only_before_approval(page: Client, alice: Actor) -> None:
    credit = proposed(alice)
    assert "Improvement comes first" in shows(page, "credit", credit.pk)
    approve_credit(actor=alice, credit_id=credit.pk)
    assert "Improvement comes first" not in shows(page, "credit", credit.pk)


def test_the_sum_of_credits_leaves_out_what_is_not_given(page: Client, alice: Actor) -> None:
    dead, alive = proposed(alice), proposed(alice, key="two")
    reject_credit(actor=alice, credit_id=dead.pk, reason="Planned work")
    shown = shows(page, "credits")
    assert "Without rejected, lapsed and withdrawn credits." in shown
    assert ("€250.00<" in shown, "€500.00" in shown) == (True, False)
    trace = shows(page, "credits-sum", currency="EUR")
    assert (alive.reference in trace, dead.reference in trace) == (True, False)
    assert alive.reference not in shows(page, "credits-sum", currency="EUR", contract=str(dead.contract_id))


def test_every_number_of_money_leads_to_where_it_comes_from(page: Client, alice: Actor) -> None:
    invoice = differing(alice)
    credit, fee = Credit.objects.get(), Fee.objects.get()
    lines, fees = reverse("invoice-trace", args=[invoice.pk]), reverse("fee-trace", args=[fee.pk])
    compared = reverse("reconciliation-trace", args=[invoice.reconciliations.get().pk])
    tab = shows(page, "contract-tab", credit.contract_id, "money")
    assert (fees in tab, lines in tab, f"of=at-risk&amp;currency=EUR&amp;contract={credit.contract_id}" in tab) == (
        True,
        True,
        True,
    )
    assert fees in shows(page, "fees")
    assert (lines in (shown := shows(page, "invoices")), compared in shown) == (True, True)
    assert shows(page, "invoice", invoice.pk).count(f'href="{lines}"') == 4
    shown = shows(page, "credit", credit.pk)
    assert reverse("evaluation-trace", args=[credit.evaluation_id]) in shown
    assert shown.count(f'href="{reverse("credit-trace", args=[credit.pk])}"') == 3
    assert "of=at-risk&amp;currency=EUR" in shows(page, "billing")


def test_of_very_many_rows_a_sum_shows_the_first(page: Client, alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("one", "two", "three"):
        proposed(alice, key=key)
    monkeypatch.setattr("billing.sums.MOST_STEPS", 1)
    trace = credits_sum(Credit.objects.all(), "EUR")
    steps = [(step.label, step.value) for step in trace.steps]
    assert (trace.value, steps) == (Decimal(750), [("CR-2026-0001", Decimal(250)), ("And 2 more", Decimal(500))])


def test_a_corrective_invoice_says_so(page: Client, alice: Actor) -> None:
    invoice = invoice_of(alice, "C-1", is_corrective=True, corrects="R-0")
    shown = shows(page, "invoice", invoice.pk)
    assert ("Corrective invoice" in shown, "it puts right R-0" in shown) == (True, True)
    body = page.get(reverse("api-invoice", args=[invoice.pk])).json()
    assert (body["is_corrective"], body["corrects"]) == (True, "R-0")


def test_traces_that_are_made_when_asked_for(page: Client, alice: Actor) -> None:
    invoice = differing(alice)
    credit = Credit.objects.get()
    bare = Fee.objects.get()
    bound = fee_for(alice, credit.breach, "5.00", name="Support", passage_id=credit.commitment.passage_id)
    assert "entered without a clause" in shows(page, "fee-trace", bare.pk)
    assert "The service is available 99.9 %" in shows(page, "fee-trace", bound.pk)
    assert "Sum of the lines" in shows(page, "invoice-trace", invoice.pk)
    for name in ("at-risk", "settled", "revenue"):
        shows(page, "money-sum", of=name, currency="EUR", contract=str(credit.contract_id))
    assert credit.reference in shows(page, "money-sum", of="at-risk", currency="EUR")
    assert "Hosting" in shows(page, "money-sum", of="revenue", currency="EUR")
    for query in ({"of": "at-risk", "currency": "QQQ"}, {"of": "x", "currency": "EUR"}, {}):
        assert page.get(reverse("money-sum"), query).status_code == 404
    assert page.get(reverse("credits-sum"), {"currency": "eur"}).status_code == 404
