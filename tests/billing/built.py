"""A missed window with its breach, a fee, and invoices: made by verbs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from billing.adapters.ubl import DocumentLine, InvoiceDocument, write_invoice
from billing.models import Credit, CreditNote, Fee, Invoice
from billing.operations.approve_credit import approve_credit
from billing.operations.import_invoice import import_invoice
from billing.operations.issue_credit import issue_credit
from billing.operations.match_invoice import match_invoice
from billing.operations.propose_credit import propose_credit
from billing.operations.reconcile_invoice import reconcile_invoice
from billing.operations.set_fee import set_fee
from clm.lib import clock
from clm.lib.actor import Actor
from slas.engine.credit_tiers import Band
from slas.models import Breach, EvaluationWindow
from slas.operations.activate_commitment import activate_commitment
from slas.operations.bind_commitment import bind_commitment
from slas.operations.ingest_outages import ingest_outages
from slas.operations.open_windows import open_windows
from tests.slas.conftest import evaluator, judge, make_passage, terms, uptime

TIERS = (
    Band(below=Decimal("99.9"), at_or_above=Decimal(99), credit_percent=Decimal(10)),
    Band(below=Decimal(99), at_or_above=Decimal(95), credit_percent=Decimal(25)),
    Band(below=Decimal(95), at_or_above=None, credit_percent=Decimal(100)),
)
JUDGED = datetime(2026, 2, 10, tzinfo=UTC)


def breach_of(
    actor: Actor,
    outages: Iterable[tuple[str, str]] = (("2026-01-10T00:00Z", "2026-01-10T12:00Z"),),
    *,
    key: str = "web",
    holidays: str = "",
    **changes: Any,
) -> Breach:
    """January 2026 of a 99.9 % commitment, missed by an outage of twelve hours: 98.387 %, a credit of 25 %."""
    given = {"remedy_kind": "tiers", "tiers": TIERS, "claim_length": 60} | changes
    with clock.set_to(datetime(2026, 1, 2, tzinfo=UTC)):
        passage = make_passage(actor, title=f"Hosting {key}", holidays=holidays)
        commitment = bind_commitment(
            actor=actor, passage_id=passage.pk, terms=terms(**given), indicator=uptime(key=key)
        )
        activate_commitment(actor=actor, commitment_id=commitment.pk)
    with clock.set_to(JUDGED):
        open_windows(actor=evaluator(actor), commitment_id=commitment.pk)
        send_outages(actor, key, [("2025-12-31T00:00Z", "2025-12-31T00:01Z"), *outages])
    window = EvaluationWindow.objects.get(commitment=commitment, label="2026-01")
    judge(actor, window, JUDGED)
    return Breach.objects.select_related("commitment", "contract", "window").get(window=window)


def send_outages(actor: Actor, key: str, outages: Iterable[tuple[str, str]]) -> None:
    rows = [
        {"indicator": key, "external_id": f"o-{start}", "starts_at": start, "ends_at": end} for start, end in outages
    ]
    ingest_outages(actor=actor, outages=rows)


def fee_for(actor: Actor, breach: Breach, amount: str = "1000.00", currency: str = "EUR", **changes: Any) -> Fee:
    given: dict[str, Any] = {"name": "Hosting", "starts_on": date(2025, 1, 1)} | changes
    return set_fee(actor=actor, contract_id=breach.contract_id, amount=Decimal(amount), currency=currency, **given)


def proposed(actor: Actor, **changes: Any) -> Credit:
    """The credit for a breach with a fee of EUR 1,000 a month."""
    breach = breach_of(actor, **changes)
    fee_for(actor, breach)
    with clock.set_to(JUDGED):
        return propose_credit(actor=actor, breach_id=breach.pk)


def invoice_of(
    actor: Actor,
    reference: str,
    amount: str = "1000.00",
    *,
    number: str = "R-1",
    currency: str = "EUR",
    **changes: Any,
) -> Invoice:
    """An invoice for January 2026, imported from UBL that the product wrote; any of the document can be given."""
    net = Decimal(amount)
    given: dict[str, Any] = {
        "kind": "invoice",
        "number": number,
        "issued_on": date(2026, 2, 1),
        "currency": currency,
        "seller_name": "Cirrus Hosting GmbH",
        "buyer_name": "Acme Ltd",
        "tax_exclusive_amount": net,
        "tax_inclusive_amount": net,
        "payable_amount": net,
        "lines": (DocumentLine("line", "1", "Hosting", net, Decimal(1)),),
        "due_on": date(2026, 3, 1),
        "period_start": date(2026, 1, 1),
        "period_end": date(2026, 1, 31),
        "contract_reference": reference,
    }
    return import_invoice(actor=actor, content=write_invoice(InvoiceDocument(**given | changes)))


def compared(actor: Actor, reference: str, amount: str = "1000.00", **changes: Any) -> Invoice:
    """The invoice, matched to its contract and compared."""
    invoice = invoice_of(actor, reference, amount, **changes)
    match_invoice(actor=actor, invoice_id=invoice.pk)
    reconcile_invoice(actor=actor, invoice_id=invoice.pk)
    return Invoice.objects.get(pk=invoice.pk)


def issued(actor: Actor, credit: Credit) -> CreditNote:
    """The note of a proposed credit, approved and issued on the day it was judged."""
    with clock.set_to(JUDGED):
        approve_credit(actor=actor, credit_id=credit.pk)
        return issue_credit(actor=actor, credit_id=credit.pk)
