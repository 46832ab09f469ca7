"""The money of the first portfolio: fees, credits in every state, invoices that agree and that do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

from billing.adapters.ubl import DocumentLine, InvoiceDocument, write_invoice
from billing.engine.reconcile import FeeShare, Period, fee_share
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
from billing.tasks import expire_claims_here, note_unpaid_credits_here
from clm.events.dispatcher import drain
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.money import Money, from_exact, total
from clm.lib.months import add_months
from clm.portfolio.registry import Cast, Stage, register_stage
from contracts.models import Contract, ContractParty
from contracts.portfolio import SERVICE_CONTRACTS, passage_of, service_contracts
from contracts.portfolio.services import ServiceContract
from slas.models import Service

Report = Callable[[int, int], None]

# The contract whose invoice comes from somebody who is no party of it.
WRONG_SELLER = ("OST-5512", "Ostara Factoring GmbH")
SUPPORT_PERCENT = 5  # of the fees: what an invoice that is too high asks for on top
# What finance does with credits that may still be claimed, newest first, and what it did with the oldest in their day.
STEPS_NOW = ("leave", "issue", "approve", "issue", "leave")
STEPS_THEN = ("settle", "reject", "settle", "dispute", "withdraw")


def load_fees(cast: Cast, slug: str, report: Report) -> None:
    """Every service has the fee that its contract states, so that its credits have a base and its invoices something
    to be compared with."""
    wanted = service_contracts(slug)
    for index, agreed in enumerate(wanted):
        service = Service.objects.filter(contract__external_reference=agreed.key).select_related("contract").first()
        if service is not None and not Fee.objects.filter(service=service).exists():
            _set_fee(cast, service, agreed)
        report(index + 1, len(wanted))


def _set_fee(cast: Cast, service: Service, agreed: ServiceContract) -> None:
    """The fee of the sentence, from the contract's first day on, resting on the sentence."""
    contract = service.contract
    set_fee(
        actor=cast["finance"],
        contract_id=contract.pk,
        service_id=service.pk,
        name=service.name,
        amount=agreed.fee,
        currency=agreed.currency,
        period="month",
        starts_on=contract.terms.earliest("number").starts_on,
        passage_id=passage_of(cast["legal"], contract, agreed.fee_sentence).pk,
    )


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
    expire_claims_here()  # the other house may still be settling its own
    note_unpaid_credits_here()
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
    """Invoices of last month: right, without the credit, too high, in another currency, from a stranger, and one that
    fits nothing."""
    finance = cast["finance"]
    contracts = list(Contract.objects.filter(fees__isnull=False).distinct().order_by("reference")[:12])
    for index, contract in enumerate(contracts):
        if not Invoice.objects.filter(contract=contract).exists():
            import_invoice(actor=finance, content=write_invoice(_invoice(contract, index)))
            drain()
        report(index + 1, len(contracts) + 1)
    if contracts and not Invoice.objects.filter(number="RE-900001").exists():
        import_invoice(actor=finance, content=write_invoice(_unmatched(_sides(contracts[0])[1])))
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
        lines.append(DocumentLine("charge", "", "Priority support", _support(shares)))
    if kind == "other_currency":
        currency = "USD" if currency != "USD" else "EUR"
    return document(f"RE-{26_000 + index}", contract.external_reference, lines, currency, _sides(contract))


def _support(shares: Sequence[FeeShare]) -> Decimal:
    fees = total((share.amount for share in shares), shares[0].amount.currency)
    return from_exact(Fraction(fees.amount) * SUPPORT_PERCENT / 100, fees.currency).amount


def _sides(contract: Contract) -> tuple[str, str]:
    """Seller and buyer: the provider and the customer of the contract, but for the one with the wrong seller."""
    agreed = next(each for each in SERVICE_CONTRACTS if each.key == contract.external_reference)
    seller, buyer = agreed.seller_and_buyer(contract.parties.get(role=ContractParty.Role.OURS).party.name)
    key, stranger = WRONG_SELLER
    return (stranger if agreed.key == key else seller), buyer


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


def document(
    number: str, reference: str, lines: Sequence[DocumentLine], currency: str, sides: tuple[str, str]
) -> InvoiceDocument:
    """An invoice of the seller to the buyer for last month, without tax (reverse charge)."""
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
        seller_name=sides[0],
        buyer_name=sides[1],
        contract_reference=reference,
        lines=tuple(lines),
        tax_exclusive_amount=net,
        tax_inclusive_amount=net,
        payable_amount=net,
    )


def _unmatched(buyer: str) -> InvoiceDocument:
    line = DocumentLine("line", "1", "Migration workshop, two days", Decimal("2400.00"), Decimal(2))
    return document("RE-900001", "PO-2231-B", [line], "EUR", ("Nordufer Beratung GmbH", buyer))


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
