"""What an invoice should say by its contract: rows are read here, the engine compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from django.db.models import Q, QuerySet
from django.urls import reverse

from billing.engine.reconcile import (
    Billed,
    Comparison,
    CreditDue,
    InvoiceClaim,
    Period,
    Reason,
    compare,
    fee_share,
)
from billing.models import CreditNote, Fee, Invoice
from billing.remedies import fee_input, fee_terms
from billing.states import CreditState, InvoiceState
from clm.lib import clock
from clm.lib.money import Money, from_exact, total
from clm.lib.trace import ClauseRef, Input, Step, Trace
from contracts.queries import clause_ref

SETTLED = (InvoiceState.RECONCILED, InvoiceState.ACCEPTED)


def due_notes(invoice: Invoice) -> list[CreditNote]:
    """The contract's issued credit notes that this invoice should carry, oldest first: those that no invoice has
    carried yet, and those that this one settled. Of several currencies the invoice's own."""
    open_ones = Q(credit__state=CreditState.ISSUED, settled_by=None)
    carried = Q(credit__state=CreditState.SETTLED, settled_by=invoice)
    rows = CreditNote.objects.filter(open_ones | carried, credit__contract=invoice.contract)
    found = list(rows.select_related("credit").order_by("pk"))
    own = [note for note in found if note.currency == invoice.currency]
    return own if own or invoice.kind != "credit_note" else found


def compared(invoice: Invoice, notes: Sequence[CreditNote]) -> Comparison:
    """The invoice, net of tax, against the contract's fees for its period less what was billed of them and the notes.
    A credit note of the other side is compared with the notes alone. The trace names the fees' clause, the other
    invoices and each note."""
    claim = InvoiceClaim(Money(invoice.tax_exclusive_amount, invoice.currency), _period(invoice))
    due = [CreditDue(note.number, Money(note.amount, note.currency)) for note in notes]
    if invoice.kind == "credit_note":
        return _with_sources(_compared_note(claim, due), invoice, (), notes, ())
    fees, others = list(_fees(invoice, claim.period)), _billed_before(invoice, claim.period)
    billed = [Billed(other.number, amount, _printed(other)) for other, amount in others]
    found = compare(claim, [fee_terms(fee) for fee in fees], due, billed=billed)
    return _with_sources(found, invoice, fees, notes, others)


def _fees(invoice: Invoice, period: Period | None) -> QuerySet[Fee]:
    """The contract's fees that are due in the period; all of them where the invoice names none."""
    related = ("service", "passage__clause", "passage__version__contract")
    rows = Fee.objects.filter(contract=invoice.contract).select_related(*related).order_by("starts_on", "pk")
    if period is None:
        return rows
    return rows.filter(starts_on__lt=period.end).filter(Q(ends_on=None) | Q(ends_on__gt=period.start))


def _period(invoice: Invoice) -> Period | None:
    """An invoice prints the last day covered: the end is the day after."""
    start, last = invoice.period_start, invoice.period_end
    if start is None or last is None or last == date.max:
        return None
    return Period(start, last + timedelta(days=1))


OtherInvoice = tuple[Invoice, Money]


def _billed_before(invoice: Invoice, period: Period | None) -> list[OtherInvoice]:
    """The contract's agreed or accepted invoices for days of the period, each with what it billed of their fees; the
    other side's credit notes below zero. What a corrective invoice puts right does not count."""
    if period is None:
        return []
    rows = Invoice.objects.filter(contract=invoice.contract, currency=invoice.currency, state__in=SETTLED)
    rows = rows.filter(period_start__lt=period.end, period_end__gte=period.start).exclude(pk=invoice.pk)
    if invoice.is_corrective and invoice.corrects:
        rows = rows.exclude(seller_name=invoice.seller_name, number=invoice.corrects)
    fees = list(Fee.objects.filter(contract=invoice.contract, currency=invoice.currency))
    found = [(other, _share_of(other, period, fees)) for other in rows.prefetch_related("settled_notes").order_by("pk")]
    return [(other, amount) for other, amount in found if amount]


def _share_of(other: Invoice, period: Period, fees: Sequence[Fee]) -> Money:
    """What an invoice billed of the fees of the days it has in common with the period: its amount and the credits it
    carried, by the fees' own shares."""
    carried = total((Money(note.amount, note.currency) for note in other.settled_notes.all()), other.currency)
    billed = _printed(other) + carried
    whole = _period(other)
    if whole is None or (period.start <= whole.start and whole.end <= period.end):
        return billed
    common = Period(max(whole.start, period.start), min(whole.end, period.end))
    owed = _owed(fees, whole)
    return from_exact(Fraction(billed.amount) * _owed(fees, common) / owed, other.currency) if owed else billed


def _printed(row: Invoice) -> Money:
    """The net amount; of a credit note below zero."""
    amount = Money(row.tax_exclusive_amount, row.currency)
    return -amount if row.kind == "credit_note" else amount


def _owed(fees: Sequence[Fee], period: Period) -> Fraction:
    return sum((fee_share(fee_terms(fee), period).exact for fee in fees), Fraction(0))


def _compared_note(claim: InvoiceClaim, due: Sequence[CreditDue]) -> Comparison:
    currency = claim.amount.currency
    if {item.amount.currency for item in due} - {currency}:
        trace = _note_trace(claim, due, None, Reason.CURRENCY_MISMATCH)
        return Comparison(Reason.CURRENCY_MISMATCH, claim.amount, None, None, (), trace)
    expected = total((item.amount for item in due), currency)
    difference = claim.amount - expected
    reason = Reason.MATCHES if not difference else Reason.OVERCHARGED if difference.amount > 0 else Reason.UNDERCHARGED
    return Comparison(reason, claim.amount, expected, difference, (), _note_trace(claim, due, difference, reason))


def _note_trace(claim: InvoiceClaim, due: Sequence[CreditDue], difference: Money | None, reason: Reason) -> Trace:
    currency = claim.amount.currency
    steps = [Step(f"Credit {item.reference}", "due", item.amount.amount, item.amount.currency) for item in due]
    if difference is not None:
        steps.append(Step("Difference", "credited less what is due", difference.amount, currency))
    return Trace(
        title="Credit note compared with the credits due",
        value=None if difference is None else difference.amount,
        unit=currency,
        formula="credited − credits due",
        inputs=(Input("Credited, net of tax", claim.amount.amount, currency),),
        parameters={"reason": reason},
        steps=tuple(steps),
    )


def _with_sources(
    found: Comparison,
    invoice: Invoice,
    fees: Sequence[Fee],
    notes: Sequence[CreditNote],
    others: Sequence[OtherInvoice],
) -> Comparison:
    """The same comparison; its trace says where each fee, invoice and credit was read, and when it was made."""
    bills = tuple(
        Input(f"Invoice {row.number}", row.tax_exclusive_amount, row.currency, _span(row), _invoice_url(row))
        for row, _amount in others
    )
    credits = tuple(
        Input(f"Credit note {note.number}", note.amount, note.currency, note.credit.reference, _credit_url(note))
        for note in notes
    )
    named = {"missing_credits": list(found.missing_credits), "billed_by": list(found.billed_by)}
    parameters = {**found.trace.parameters, **named}
    trace = replace(
        found.trace,
        title=f"Invoice {invoice.number} compared with its contract",
        inputs=(*found.trace.inputs, *(fee_input(fee) for fee in fees), *bills, *credits),
        parameters=parameters,
        clause=_clause(fees),
        computed_at=clock.now(),
    )
    return replace(found, trace=trace)


def _span(row: Invoice) -> str:
    return f"billed for {row.period_start} – {row.period_end}, {row.get_state_display().lower()}"


def _invoice_url(row: Invoice) -> str:
    return reverse("invoice", args=[row.pk])


def _credit_url(note: CreditNote) -> str:
    return reverse("credit", args=[note.credit_id])


def _clause(fees: Sequence[Fee]) -> ClauseRef | None:
    """The sentence of the newest fee that rests on one."""
    passages = [fee.passage for fee in fees if fee.passage is not None]
    return clause_ref(passages[-1]) if passages else None
