"""The same invoice file sent twice at once, on a real database: one invoice, and the other caller is told."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from django.db import connection
from rest_framework.test import APIClient

from billing.adapters.ubl import DocumentLine, InvoiceDocument, write_invoice
from billing.models import Invoice, InvoiceLine
from billing.operations.import_invoice import import_invoice
from clm.access.scope import organization_scope
from clm.documents.blobs import read_blob
from clm.documents.models import Blob
from clm.events.models import OutboxEvent
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from tests.billing.test_ubl import INVOICE
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
CALLERS = 4


def together(work) -> None:  # type: ignore[no-untyped-def]
    """Each caller in a thread and with a connection of its own, begun at one moment."""
    gate = threading.Barrier(CALLERS)

    def run() -> None:
        try:
            gate.wait()
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def one_invoice(content: bytes) -> Invoice:
    invoice = Invoice.objects.get()
    assert InvoiceLine.objects.count() == 3
    assert OutboxEvent.objects.filter(type="invoice.imported").count() == 1
    assert read_blob(Blob.objects.get()) == content
    return invoice


def test_one_is_imported_and_the_others_are_told_which(alice: Actor) -> None:
    content, refusals = write_invoice(INVOICE), []

    def work() -> None:
        try:
            with organization_scope(alice.organization_id):
                import_invoice(actor=alice, content=content)
        except DomainError as refusal:
            refusals.append(refusal)

    together(work)

    invoice = one_invoice(content)
    assert [refusal.code for refusal in refusals] == ["already_imported"] * (CALLERS - 1)
    assert {refusal.detail["invoice"] for refusal in refusals} == {invoice.pk}


def test_one_request_sent_again_while_it_is_under_way_gets_one_answer(acme: Cast, alice: Actor) -> None:
    content, answers = write_invoice(INVOICE), []

    def work() -> None:
        client = APIClient()
        client.force_login(acme.users["alice"], backend="django.contrib.auth.backends.ModelBackend")
        headers = {"Idempotency-Key": "one"}
        answers.append(
            client.generic("POST", "/api/v1/invoices/", content, content_type="application/xml", headers=headers)
        )

    together(work)

    invoice = one_invoice(content)
    assert [(answer.status_code, answer.json()["id"]) for answer in answers] == [(201, str(invoice.pk))] * CALLERS


def test_a_credit_line_in_an_invoice_is_kept_below_zero(alice: Actor) -> None:
    """What a supplier takes back stands as a line of its own below zero, with its quantity as printed."""
    lines = (*INVOICE.lines, DocumentLine("line", "2", "Credit for December", Decimal(-7), Decimal(-1), "SLA"))
    total = INVOICE.tax_exclusive_amount - 7
    changes = {
        "lines": lines,
        "tax_exclusive_amount": total,
        "tax_inclusive_amount": total,
        "payable_amount": total - 10,
    }
    document = InvoiceDocument(**{**INVOICE.__dict__, **changes, "rounding_amount": Decimal(0)})

    invoice = import_invoice(actor=alice, content=write_invoice(document))

    kept = list(InvoiceLine.objects.filter(invoice=invoice).order_by("position").values_list("kind", "net_amount"))
    assert [(kind, str(amount.normalize())) for kind, amount in kept] == [
        ("line", "100.125"),
        ("line", "-7"),
        ("allowance", "-7"),
        ("charge", "2"),
    ]
    assert invoice.warnings == []
