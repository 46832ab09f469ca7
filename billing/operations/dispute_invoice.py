"""An invoice is in dispute with the other side."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from billing import events
from billing.models import Invoice
from billing.operations.guards import check_reason
from billing.states import InvoiceState
from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import lock_row


@transaction.atomic
def dispute_invoice(*, actor: Actor, invoice_id: UUID, reason: str) -> Invoice:
    """The disputed invoice. Raises `reason_missing`, `illegal_move`."""
    invoice = lock_row(Invoice, invoice_id)
    require(actor, "billing.dispute_invoice", invoice)
    why = check_reason(reason)
    previous = move(actor, invoice, to=InvoiceState.DISPUTED, reason=why)
    record(actor, events.invoice_disputed(invoice, previous, why))
    return invoice
