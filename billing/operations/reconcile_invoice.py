"""An invoice is compared with what its contract says."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing import events
from billing.comparisons import compared, due_notes
from billing.engine.reconcile import Comparison
from billing.models import Credit, CreditNote, Discrepancy, Invoice, Reconciliation
from billing.operations.guards import credits_turn
from billing.operations.settle_credit import settle
from billing.seals import reconciliation_digest
from billing.states import DiscrepancyState, InvoiceState, Reason
from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row

VERB = "billing.reconcile_invoice"
OPEN = (InvoiceState.MATCHED, InvoiceState.DISPUTED)


@transaction.atomic
def reconcile_invoice(*, actor: Actor, invoice_id: UUID) -> Reconciliation:
    """The newest comparison of the invoice; the one there is, if nothing changed since or the invoice is closed.

    Equality makes the invoice reconciled and settles the credit notes it carried. A difference is a discrepancy with
    a reason, opened or brought up to date. Raises `not_matched`.
    """
    invoice = lock_row(Invoice, invoice_id)
    require(actor, VERB, invoice)
    if invoice.contract_id is None:
        raise DomainError("not_matched", "The invoice belongs to no contract yet.")
    credits_turn(invoice.contract_id)
    newest = Reconciliation.objects.filter(invoice=invoice).first()
    if newest is not None and invoice.state not in OPEN:
        return newest
    notes = due_notes(invoice)
    comparison = compared(invoice, notes)
    if newest is not None and _is_same(newest, invoice, comparison):
        return newest
    row = _create(actor, invoice, comparison)
    settled = _close(actor, invoice, row, notes) if row.reason == Reason.MATCHES else _open(actor, invoice, row)
    record(actor, events.invoice_compared(row, settled))
    return row


def _is_same(newest: Reconciliation, invoice: Invoice, comparison: Comparison) -> bool:
    """Whether the newest row already says this, clause and sources aside."""
    said = (newest.contract_id, newest.expected_amount, newest.actual_amount, newest.reason, newest.trace["steps"])
    steps = comparison.trace.as_json()["steps"]
    return said == (invoice.contract_id, _amount(comparison), comparison.invoiced.amount, str(comparison.reason), steps)


def _amount(comparison: Comparison) -> Decimal | None:
    return comparison.expected.amount if comparison.expected is not None else None


def _create(actor: Actor, invoice: Invoice, comparison: Comparison) -> Reconciliation:
    row = Reconciliation(
        organization_id=actor.organization_id,
        invoice=invoice,
        contract=invoice.contract,
        expected_amount=_amount(comparison),
        actual_amount=comparison.invoiced.amount,
        difference=comparison.difference.amount if comparison.difference is not None else None,
        currency=invoice.currency,
        reason=str(comparison.reason),
        trace=comparison.trace.as_json(),
    )
    row.digest = reconciliation_digest(row)
    row.save()
    return row


def _close(actor: Actor, invoice: Invoice, row: Reconciliation, notes: list[CreditNote]) -> list[CreditNote]:
    """The invoice is as agreed, its discrepancy about this comparison and resolved, and the notes it carried are
    settled by it; answers those that were not yet."""
    if invoice.state == InvoiceState.DISPUTED:
        move(actor, invoice, to=InvoiceState.MATCHED)
    move(actor, invoice, to=InvoiceState.RECONCILED)
    for discrepancy in Discrepancy.objects.select_for_update().filter(invoice=invoice):
        discrepancy.reconciliation, discrepancy.reason, discrepancy.contract_id = row, row.reason, row.contract_id
        discrepancy.save(update_fields=["reconciliation", "reason", "contract"])
        if discrepancy.state == DiscrepancyState.OPEN:
            move(actor, discrepancy, to=DiscrepancyState.RESOLVED, reason="the amounts agree now")
    fresh = [note for note in notes if note.settled_by_id is None]
    for note in fresh:
        settle(actor, lock_row(Credit, note.credit_id), invoice, verb=VERB)
    return fresh


def _open(actor: Actor, invoice: Invoice, row: Reconciliation) -> list[CreditNote]:
    """The invoice's discrepancy is open and about this comparison. Nothing is settled."""
    found = Discrepancy.objects.select_for_update().filter(invoice=invoice).first()
    if found is None:
        Discrepancy.objects.create(
            organization_id=actor.organization_id,
            invoice=invoice,
            contract_id=row.contract_id,
            reconciliation=row,
            reason=row.reason,
        )
        return []
    found.reconciliation, found.reason, found.contract_id = row, row.reason, row.contract_id
    found.save(update_fields=["reconciliation", "reason", "contract"])
    if found.state != DiscrepancyState.OPEN:
        move(actor, found, to=DiscrepancyState.OPEN, reason="the amounts differ again")
    return []
