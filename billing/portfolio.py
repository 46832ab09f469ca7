"""The money of the first portfolio: fees, credits in every state, invoices that agree and that do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from billing.adapters.ubl import DocumentLine, InvoiceDocument, write_invoice
from billing.engine.reconcile import Period, fee_share
from billing.models import Credit, CreditNote, Fee, Invoice
from billing.operations.approve_credit import approve_credit
from billing.operations.dispute_credit import dispute_credit
from billing.operations.dispute_invoice import dispute_invoice
from billing.operations.import_invoice import import_invoice
from billing.operations.issue_credit import issue_credit
from billing.operations.reject_credit import reject_credit
from billing.operations.set_fee import set_fee
from billing.operations.settle_credit import settle_credit
from billing.operations.settle_discrepancy import accept_discrepancy, resolve_discrepancy
from billing.operations.withdraw_credit import withdraw_credit
from billing.remedies import fee_terms
from billing.states import CreditState, DiscrepancyState, Reason
from billing.tasks import expire_claims
from clm.events.dispatcher import drain
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.money import Money, total
from clm.lib.months import add_months
from clm.portfolio.registry import Cast, Stage, register_stage
from contracts.models import Contract
from slas.models import Commitment, Service

Report = Callable[[int, int], None]

# (amount, currency, for each): taken in turn by the services of the portfolio.
FEES: tuple[tuple[str, str, str], ...] = (
    ("12000.00", "EUR", "month"),
    ("4800.00", "EUR", "month"),
    ("27500.00", "EUR", "quarter"),
    ("96000.00", "EUR", "year"),
    ("1850000", "JPY", "month"),
    ("7400.00", "USD", "month"),
)
FIRST_FEE = date(2019, 1, 1)
SELLER = "Northwind Hosting GmbH"
# What finance does with credits that may still be claimed, newest first, and what it did with the oldest in their day.
STEPS_NOW = ("leave", "issue", "approve", "issue", "leave")
STEPS_THEN = ("settle", "reject", "settle", "dispute", "withdraw")


def load_fees(cast: Cast, slug: str, report: Report) -> None:
    """Every service has a fee, so that its credits have a base and its invoices something to be compared with."""
    services = list(Service.objects.select_related("contract").order_by("contract__reference", "name"))
    for index, service in enumerate(services):
        if not Fee.objects.filter(service=service).exists():
            _set_fee(cast["finance"], service, index)
        report(index + 1, len(services))


def _set_fee(actor: Actor, service: Service, index: int) -> None:
    amount, currency, period = FEES[index % len(FEES)]
    commitment = Commitment.objects.filter(indicator__service=service).first()
    set_fee(
        actor=actor,
        contract_id=service.contract_id,
        service_id=service.pk,
        name=service.name,
        amount=Decimal(amount),
        currency=_currency_of(service.contract_id) or currency,
        period=period,
        starts_on=FIRST_FEE,
        passage_id=commitment.passage_id if commitment else None,
    )


def _currency_of(contract_id: UUID) -> str:
    """The currency that the contract's fees are in already: one contract is billed in one."""
    fee = Fee.objects.filter(contract_id=contract_id).first()
    return fee.currency if fee else ""


def load_credits(cast: Cast, slug: str, report: Report) -> None:
    """The credits that the breaches proposed, put into every state by finance."""
    drain()
    finance = cast["finance"]
    today = clock.today()
    if not CreditNote.objects.exists():
        rows = Credit.objects.filter(state=CreditState.PROPOSED)
        past = list(rows.filter(claim_due_on__lt=today).order_by("pk")[: len(STEPS_THEN)])
        for credit, step in zip(past, STEPS_THEN, strict=False):
            with clock.set_to(_in_its_day(credit)):
                _decide(finance, credit, step)
        waiting = rows.exclude(claim_due_on__lte=today).order_by("-pk")[: len(STEPS_NOW)]
        for credit, step in zip(list(waiting), STEPS_NOW, strict=False):
            _decide(finance, credit, step)
    report(1, 1)
    expire_claims()
    drain()


def _in_its_day(credit: Credit) -> datetime:
    """Noon of a day on which the credit could still be claimed."""
    day = (credit.claim_due_on or clock.today()) - timedelta(days=3)
    return datetime.combine(day, time(12), UTC)


def _decide(actor: Actor, credit: Credit, step: str) -> None:
    if step == "leave":
        return
    if step == "reject":
        reject_credit(actor=actor, credit_id=credit.pk, reason="The outage was our own change: agreed at the review")
        return
    approve_credit(actor=actor, credit_id=credit.pk)
    if step == "withdraw":
        withdraw_credit(actor=actor, credit_id=credit.pk, reason="Settled with the price of the renewal instead")
        return
    if step != "approve":
        issue_credit(actor=actor, credit_id=credit.pk)
    if step == "settle":
        settle_credit(actor=actor, credit_id=credit.pk, reason="Paid out with the bank transfer of the month")
    if step == "dispute":
        dispute_credit(actor=actor, credit_id=credit.pk, reason="The provider counts the maintenance as announced")


def load_invoices(cast: Cast, slug: str, report: Report) -> None:
    """Invoices of last month: right, without the credit, too high, in another currency, and one that fits nothing."""
    finance = cast["finance"]
    contracts = list(Contract.objects.filter(fees__isnull=False).distinct().order_by("reference")[:12])
    for index, contract in enumerate(contracts):
        if not Invoice.objects.filter(contract=contract).exists():
            import_invoice(actor=finance, content=write_invoice(_invoice(contract, index)))
            drain()
        report(index + 1, len(contracts) + 1)
    if not Invoice.objects.filter(number="RE-900001").exists():
        import_invoice(actor=finance, content=write_invoice(_unmatched()))
    drain()
    _settle_some(finance)
    report(len(contracts) + 1, len(contracts) + 1)


def _last_month() -> tuple[date, date]:
    """First and last day of the calendar month before this one."""
    first = clock.today().replace(day=1)
    return add_months(first, -1), first - timedelta(days=1)


def _invoice(contract: Contract, index: int) -> InvoiceDocument:
    """As agreed with the credits taken off, but the first that should carry one leaves it out, and others are too
    high or in another currency by turns."""
    start, end = _last_month()
    fees = [fee_terms(fee) for fee in Fee.objects.filter(contract=contract).order_by("name")]
    shares = [fee_share(fee, Period(start, end + timedelta(days=1))) for fee in fees]
    currency = fees[0].amount.currency
    lines = [
        DocumentLine("line", str(number), share.fee.name, share.amount.amount, Decimal(1))
        for number, share in enumerate(shares, 1)
    ]
    kind = _kind(contract, index)
    if kind in ("right", "overcharged"):
        lines += _credit_lines(contract)
    if kind == "overcharged":
        lines.append(DocumentLine("charge", "", "Priority support", Money(Decimal(250), currency).amount))
    if kind == "other_currency":
        currency = "USD" if currency != "USD" else "EUR"
    return document(f"RE-{26_000 + index}", contract.external_reference or contract.reference, lines, currency)


def _kind(contract: Contract, index: int) -> str:
    """What is wrong with the contract's invoice, if anything."""
    if _credit_lines(contract):
        left_out = Invoice.objects.filter(discrepancy__reason=Reason.CREDIT_MISSING).exists()
        return "right" if left_out else "no_credit"
    return ("right", "overcharged", "right", "other_currency", "right", "overcharged")[index % 6]


def _credit_lines(contract: Contract) -> list[DocumentLine]:
    notes = CreditNote.objects.filter(credit__contract=contract, credit__state=CreditState.ISSUED, settled_by=None)
    return [
        DocumentLine("allowance", "", f"Service credit {note.number}", -note.amount) for note in notes.order_by("pk")
    ]


def document(number: str, reference: str, lines: Sequence[DocumentLine], currency: str) -> InvoiceDocument:
    """An invoice of the provider for last month, without tax (reverse charge)."""
    start, end = _last_month()
    net = total((Money(Decimal(line.net_amount), currency) for line in lines), currency).amount
    return InvoiceDocument(
        kind="invoice",
        number=number,
        issued_on=end,
        due_on=end + timedelta(days=30),
        period_start=start,
        period_end=end,
        currency=currency,
        seller_name=SELLER,
        seller_identifier="HRB 104711",
        buyer_name="Acme Europe SE",
        contract_reference=reference,
        lines=tuple(lines),
        tax_exclusive_amount=net,
        tax_inclusive_amount=net,
        payable_amount=net,
    )


def _unmatched() -> InvoiceDocument:
    line = DocumentLine("line", "1", "Migration workshop, two days", Decimal("2400.00"), Decimal(2))
    return document("RE-900001", "PO-2231-B", [line], "EUR")


def _settle_some(actor: Actor) -> None:
    """One overcharge accepted, one in dispute where there are several, one other currency cleared up; others wait."""
    open_ones = Invoice.objects.filter(discrepancy__state=DiscrepancyState.OPEN, state="matched")
    too_high = list(open_ones.filter(discrepancy__reason=Reason.OVERCHARGED).order_by("pk"))
    if len(too_high) < 2 or Invoice.objects.filter(state="accepted").exists():
        return
    accept_discrepancy(
        actor=actor,
        discrepancy_id=too_high[-1].discrepancy.pk,
        explanation="Ordered by telephone; the order form follows",
    )
    dispute_invoice(actor=actor, invoice_id=too_high[-2].pk, reason="Priority support was not ordered")
    foreign = open_ones.filter(discrepancy__reason=Reason.CURRENCY_MISMATCH).order_by("pk").last()
    if foreign is not None:
        resolve_discrepancy(
            actor=actor, discrepancy_id=foreign.discrepancy.pk, explanation="Paid at the rate that both had agreed on"
        )


def register() -> None:
    register_stage(Stage(key="fees", title="Fees", order=22, load=load_fees))
    register_stage(Stage(key="credits", title="Credits", order=60, load=load_credits))
    register_stage(Stage(key="invoices", title="Invoices", order=65, load=load_invoices))
