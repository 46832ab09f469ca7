"""What an invoice should say by its contract: rows are read here, the engine compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from django.db.models import QuerySet
from django.urls import reverse

from billing.engine.reconcile import Comparison, CreditDue, InvoiceClaim, Period, Reason, compare
from billing.models import CreditNote, Fee, Invoice
from billing.remedies import fee_input, fee_terms
from billing.states import CreditState
from clm.lib import clock
from clm.lib.money import Money, total
from clm.lib.trace import ClauseRef, Input, Step, Trace
from contracts.queries import clause_ref


def due_notes(invoice: Invoice) -> QuerySet[CreditNote]:
    """The contract's issued credit notes that no invoice has carried yet, oldest first."""
    issued = CreditNote.objects.filter(credit__state=CreditState.ISSUED, settled_by=None)
    rows = issued.filter(credit__contract=invoice.contract)
    return rows.select_related("credit").order_by("pk")


def compared(invoice: Invoice, notes: Sequence[CreditNote]) -> Comparison:
    """The invoice, net of tax, against the contract's fees for its period less the notes. A credit note of the other
    side is compared with the notes alone. The trace names the fees' clause and each note."""
    claim = InvoiceClaim(Money(invoice.tax_exclusive_amount, invoice.currency), _period(invoice))
    due = [CreditDue(note.number, Money(note.amount, note.currency)) for note in notes]
    if invoice.kind == "credit_note":
        return _with_sources(_compared_note(claim, due), invoice, (), notes)
    fees = list(_fees(invoice))
    return _with_sources(compare(claim, [fee_terms(fee) for fee in fees], due), invoice, fees, notes)


def _fees(invoice: Invoice) -> QuerySet[Fee]:
    related = ("service", "passage__clause", "passage__version__contract")
    return Fee.objects.filter(contract=invoice.contract).select_related(*related).order_by("starts_on", "pk")


def _period(invoice: Invoice) -> Period | None:
    """An invoice prints the last day covered: the end is the day after."""
    if invoice.period_start is None or invoice.period_end is None:
        return None
    return Period(invoice.period_start, invoice.period_end + timedelta(days=1))


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
        value=difference.amount if difference else Decimal(0),
        unit=currency,
        formula="credited − credits due",
        inputs=(Input("Credited, net of tax", claim.amount.amount, currency),),
        parameters={"reason": reason},
        steps=tuple(steps),
    )


def _with_sources(found: Comparison, invoice: Invoice, fees: Sequence[Fee], notes: Sequence[CreditNote]) -> Comparison:
    """The same comparison; its trace says where each fee and credit was read, and when it was made."""
    credits = tuple(
        Input(f"Credit note {note.number}", note.amount, note.currency, note.credit.reference, _credit_url(note))
        for note in notes
    )
    parameters = {**found.trace.parameters, "missing_credits": list(found.missing_credits)}
    trace = replace(
        found.trace,
        title=f"Invoice {invoice.number} compared with its contract",
        inputs=(*found.trace.inputs, *(fee_input(fee) for fee in fees), *credits),
        parameters=parameters,
        clause=_clause(fees),
        computed_at=clock.now(),
    )
    return replace(found, trace=trace)


def _credit_url(note: CreditNote) -> str:
    return reverse("credit", args=[note.credit_id])


def _clause(fees: Sequence[Fee]) -> ClauseRef | None:
    """The sentence of the newest fee that rests on one."""
    passages = [fee.passage for fee in fees if fee.passage is not None]
    return clause_ref(passages[-1]) if passages else None
