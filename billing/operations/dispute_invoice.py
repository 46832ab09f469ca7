"""An invoice is in dispute with the other side."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from billing import events
from billing.models import Discrepancy, Invoice, Reconciliation
from billing.operations.guards import check_reason
from billing.states import DiscrepancyState, InvoiceState, Reason
from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import lock_row


@transaction.atomic
def dispute_invoice(*, actor: Actor, invoice_id: UUID, reason: str) -> Invoice:
    """The disputed invoice, its discrepancy open also where the amounts agree, so that the dispute can be settled.
    Credits that it carried stay settled by it. Raises `reason_missing`, `illegal_move`."""
    invoice = lock_row(Invoice, invoice_id)
    require(actor, "billing.dispute_invoice", invoice)
    why = check_reason(reason)
    previous = move(actor, invoice, to=InvoiceState.DISPUTED, reason=why)
    _open_discrepancy(actor, invoice, why)
    record(actor, events.invoice_disputed(invoice, previous, why))
    return invoice


def _open_discrepancy(actor: Actor, invoice: Invoice, why: str) -> None:
    newest = Reconciliation.objects.filter(invoice=invoice).first()
    if newest is None:
        return
    found = Discrepancy.objects.select_for_update().filter(invoice=invoice).first()
    reason = Reason.DISPUTED if newest.reason == Reason.MATCHES else newest.reason
    if found is None:
        Discrepancy.objects.create(
            organization_id=invoice.organization_id,
            invoice=invoice,
            contract_id=newest.contract_id,
            reconciliation=newest,
            reason=reason,
        )
        return
    found.reconciliation, found.reason = newest, reason
    found.save(update_fields=["reconciliation", "reason"])
    if found.state != DiscrepancyState.OPEN:
        move(actor, found, to=DiscrepancyState.OPEN, reason=why)
