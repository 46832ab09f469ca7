"""Two callers at once, on a real database: the same invoice file, and the same fee."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from billing.adapters.ubl import DocumentLine, InvoiceDocument, write_invoice
from billing.models import Fee, Invoice, InvoiceLine
from billing.operations.change_fee import change_fee
from billing.operations.import_invoice import import_invoice
from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry
from clm.documents.blobs import read_blob
from clm.documents.models import Blob
from clm.events.models import OutboxEvent
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from contracts.models import Contract
from tests.billing.built import breach_of, fee_for
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


def waiting() -> int:
    """How many callers wait for a lock in this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_locks "
            "WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
        )
        return int(cursor.fetchone()[0])


def one_after_another(actor: Actor, contract_id: UUID, *works: Callable[[], object]) -> list[Exception]:
    """Each work in a connection of its own, all begun, in this order, while the contract is held; then it is let go.
    The refusals."""
    refusals: list[Exception] = []

    def run(work: Callable[[], object]) -> None:
        try:
            with organization_scope(actor.organization_id):
                work()
        except Exception as refusal:
            refusals.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    with transaction.atomic():
        lock_row(Contract, contract_id)
        for number, thread in enumerate(threads, 1):
            thread.start()
            deadline = time.monotonic() + 30
            while waiting() < number and time.monotonic() < deadline:
                time.sleep(0.02)
    for thread in threads:
        thread.join(60)
    return refusals


SUMMER = date(2026, 6, 1)


@pytest.mark.parametrize("is_set_first", [True, False])
def test_a_fee_is_changed_while_another_takes_its_place(alice: Actor, is_set_first: bool) -> None:
    """Whoever is first: the old fee has its new amount and ends where the new one begins."""
    breach = breach_of(alice)
    fee = fee_for(alice, breach, "100.00")
    works = [
        lambda: fee_for(alice, breach, "1200.00", starts_on=SUMMER),
        lambda: change_fee(actor=alice, fee_id=fee.pk, reason="Mistyped", amount=Decimal(1000)),
    ]
    refusals = one_after_another(alice, breach.contract_id, *(works if is_set_first else reversed(works)))

    assert refusals == []
    rows = Fee.objects.order_by("starts_on").values_list("amount", "starts_on", "ends_on")
    assert list(rows) == [(1000, date(2025, 1, 1), SUMMER), (1200, SUMMER, None)]


@pytest.mark.parametrize(("is_set_first", "codes"), [(True, ["fee_overlaps"]), (False, [])])
def test_a_fee_is_prolonged_while_another_takes_its_place(alice: Actor, is_set_first: bool, codes: list[str]) -> None:
    """Of the two only the later one can be refused, and no day has two fees."""
    breach = breach_of(alice)
    fee = fee_for(alice, breach, ends_on=date(2026, 5, 1))
    works = [
        lambda: fee_for(alice, breach, "1200.00", starts_on=SUMMER),
        lambda: change_fee(actor=alice, fee_id=fee.pk, reason="Prolonged", ends_on=date(2026, 8, 1)),
    ]
    refusals = one_after_another(alice, breach.contract_id, *(works if is_set_first else reversed(works)))

    assert [refusal.code for refusal in refusals if isinstance(refusal, Invalid)] == codes
    assert len(refusals) == len(codes)
    first, second = Fee.objects.order_by("starts_on")
    assert (first.ends_on, second.starts_on, second.ends_on) == (
        date(2026, 5, 1) if is_set_first else SUMMER, SUMMER, None,
    )  # fmt: skip
    assert LedgerEntry.objects.filter(verb__in=["billing.set_fee", "billing.change_fee"]).count() == 3 - len(codes)


def test_two_changes_of_one_fee_follow_one_another(alice: Actor) -> None:
    breach = breach_of(alice)
    fee = fee_for(alice, breach, "100.00")
    works = [
        lambda amount=amount: change_fee(actor=alice, fee_id=fee.pk, reason="Mistyped", amount=Decimal(amount))
        for amount in (1000, 2000)
    ]
    assert one_after_another(alice, breach.contract_id, *works) == []

    entries = LedgerEntry.objects.filter(verb="billing.change_fee").order_by("pk").values_list("before", "after")
    assert list(entries) == [
        ({"amount": "100"}, {"amount": "1000"}),
        ({"amount": "1000"}, {"amount": "2000"}),
    ]
