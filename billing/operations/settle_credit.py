"""A credit note has reached us: an invoice carried it, or it was paid."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from billing import events
from billing.models import Credit, CreditNote, Invoice
from billing.states import CreditState
from clm.access.permissions import get_visible, require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row


@transaction.atomic
def settle_credit(*, actor: Actor, credit_id: UUID, invoice_id: UUID | None = None, reason: str = "") -> Credit:
    """The settled credit, and on its note the invoice that carried it, if one did. Raises `invoice_elsewhere`,
    `currency_mismatch`, `illegal_move`."""
    credit = lock_row(Credit, credit_id)
    require(actor, "billing.settle_credit", credit)
    invoice = get_visible(actor, Invoice.objects.all(), invoice_id) if invoice_id else None
    if invoice is not None:
        _check_carrier(invoice, credit)
    settle(actor, credit, invoice, verb="billing.settle_credit", reason=reason)
    return credit


def _check_carrier(invoice: Invoice, credit: Credit) -> None:
    """Only an invoice of the same contract and currency can carry a credit."""
    if invoice.contract_id != credit.contract_id:
        raise DomainError("invoice_elsewhere", "The invoice belongs to another contract.")
    if invoice.currency != credit.currency:
        raise DomainError(
            "currency_mismatch", f"The invoice is in {invoice.currency}, the credit in {credit.currency}."
        )


def settle(actor: Actor, credit: Credit, invoice: Invoice | None, *, verb: str, reason: str = "") -> None:
    """Within a verb that has asked permission: the locked credit is settled, its note names the invoice."""
    previous = move(actor, credit, to=CreditState.SETTLED, reason=reason)
    if invoice is not None:
        CreditNote.objects.filter(credit=credit).update(settled_by=invoice)
    carried = {"invoice_id": invoice.pk} if invoice is not None else {}
    record(actor, events.credit_moved(verb, credit, previous, reason=reason, **carried))
