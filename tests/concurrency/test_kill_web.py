"""The web server killed in the middle of an import: nothing half-written, and the same request again is done once."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from billing.adapters.ubl import DocumentLine, InvoiceDocument, write_invoice
from billing.models import Invoice, InvoiceLine
from clm.api.models import IdempotencyRecord
from clm.audit.models import ChainHead, LedgerEntry
from clm.documents.models import Blob
from clm.events.models import Delivery, OutboxEvent
from clm.lib.actor import Actor
from clm.notify.models import Notification
from contracts.models import Clause, Contract, Version
from contracts.operations.create_contract import create_contract
from tests.concurrency.machine import (
    Machine,
    Upload,
    chain_holds,
    held,
    kill,
    no_new,
    until,
    until_all_is_quiet,
    until_it_waits,
    upload,
)

pytestmark = pytest.mark.django_db(transaction=True)
PAPER = b"1. Services\n\nThe provider hosts the software.\n\n2. Term\n\nThe term is one year.\n"
IMPORTED = (Version, Clause, Invoice, InvoiceLine, Blob, IdempotencyRecord)
NOTHING = dict.fromkeys(IMPORTED, 0)


@pytest.fixture
def contract(alice: Actor) -> Contract:
    return create_contract(actor=alice, title="Hosting")


@pytest.fixture
def paper(alice: Actor, contract: Contract) -> Upload:
    return upload(alice, reverse("api-versions", args=[contract.pk]), "hosting.txt", PAPER)


@pytest.fixture
def invoice(alice: Actor) -> Upload:
    line = DocumentLine(kind="line", line_id="1", name="Hosting", net_amount=Decimal("100.00"), quantity=Decimal(1))
    document = InvoiceDocument(
        kind="invoice",
        number="R-77",
        issued_on=date(2026, 3, 1),
        currency="EUR",
        seller_name="Hoster GmbH",
        buyer_name="Acme",
        tax_exclusive_amount=Decimal("100.00"),
        tax_inclusive_amount=Decimal("119.00"),
        payable_amount=Decimal("119.00"),
        lines=(line,),
        contract_reference="nobody's",
    )
    return upload(alice, reverse("api-invoices"), "invoice.xml", write_invoice(document))


def counts() -> dict[type, int]:
    return {model: model.objects.count() for model in IMPORTED}


def written() -> tuple[int, int, int]:
    """Ledger entries, outbox events, notices."""
    return LedgerEntry.objects.count(), OutboxEvent.objects.count(), Notification.objects.count()


def kill_while_it_waits(machine: Machine, sent: Upload, lock: str) -> None:
    """The request is under way, and waits for the lock when its server is killed."""
    server = machine.web()
    with held(lock):
        request = threading.Thread(target=sent.lost_at, args=[server])
        request.start()
        until_it_waits(server.process)
        kill(server.process)
        request.join()
    until_all_is_quiet()


def test_a_document_is_there_whole_or_not_at_all(
    machine: Machine, alice: Actor, contract: Contract, paper: Upload
) -> None:
    before = written()
    # Its file, version, clauses and words are written; the ledger's row is not.
    kill_while_it_waits(machine, paper, no_new(LedgerEntry))

    assert counts() == NOTHING
    assert written() == before

    server = machine.web()
    first, again = paper.to(server), paper.to(server)

    version = Version.objects.get(contract=contract)
    assert (first.status, again.status) == (201, 201)
    assert first.body["id"] == again.body["id"] == str(version.pk)
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert (version.number, Clause.objects.count(), Blob.objects.count()) == (1, 2, 1)
    assert OutboxEvent.objects.filter(type="version.added").count() == 1
    assert chain_holds(alice.organization_id)


def test_an_invoice_is_there_whole_or_not_at_all(machine: Machine, alice: Actor, invoice: Upload) -> None:
    before = written()
    kill_while_it_waits(machine, invoice, no_new(InvoiceLine))

    assert counts() == NOTHING
    assert written() == before

    server = machine.web()
    first, again = invoice.to(server), invoice.to(server)

    assert (first.status, again.status) == (201, 201)
    assert first.body["id"] == again.body["id"] == str(Invoice.objects.get().pk)
    assert (InvoiceLine.objects.count(), Blob.objects.count()) == (1, 1)
    assert OutboxEvent.objects.filter(type="invoice.imported").count() == 1
    assert chain_holds(alice.organization_id)


def test_what_was_committed_and_not_dispatched_is_delivered_once(
    machine: Machine, alice: Actor, invoice: Upload
) -> None:
    # The chain's head is locked: the import is committed, and what follows the commit waits.
    kill_while_it_waits(machine, invoice, f"LOCK TABLE {ChainHead._meta.db_table} IN EXCLUSIVE MODE")

    stored = Invoice.objects.get()
    event = OutboxEvent.objects.get(type="invoice.imported")
    assert event.fanned_out_at is None
    assert event.entry.sequence is None
    assert not Delivery.objects.filter(event=event).exists()

    worker = machine.worker()
    machine.send("clm.events.tasks.dispatch_events")
    machine.send("clm.events.tasks.dispatch_events")
    until(lambda: Delivery.objects.filter(event=event, status="done").exists(), "the delivery", worker)

    answer = invoice.to(machine.web())

    assert (answer.status, answer.body["id"]) == (201, str(stored.pk))
    assert answer.headers["Idempotent-Replay"] == "true"
    delivery = Delivery.objects.get(event=event)
    assert (delivery.handler, delivery.attempts) == ("billing.subscribers.match_by_reference", 1)
    assert Notification.objects.filter(dedupe_key=f"unmatched:{stored.pk}").count() == 2
    assert chain_holds(alice.organization_id)
