"""A difference between an invoice and its contract is explained."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from billing import events
from billing.models import Discrepancy, Invoice
from billing.operations.guards import check_reason, credits_turn
from billing.states import DiscrepancyState, InvoiceState
from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import NotVisible
from clm.lib.locks import lock_row


@transaction.atomic
def accept_discrepancy(*, actor: Actor, discrepancy_id: UUID, explanation: str) -> Discrepancy:
    """The difference is accepted as it stands, and so is the invoice. Raises `reason_missing`, `illegal_move`."""
    discrepancy = _locked(discrepancy_id)
    require(actor, "billing.accept_discrepancy", discrepancy)
    before = _explain(actor, discrepancy, DiscrepancyState.ACCEPTED, explanation)
    move(actor, discrepancy.invoice, to=InvoiceState.ACCEPTED, reason=discrepancy.explanation)
    record(actor, events.discrepancy_settled("billing.accept_discrepancy", discrepancy, before))
    return discrepancy


@transaction.atomic
def resolve_discrepancy(*, actor: Actor, discrepancy_id: UUID, explanation: str) -> Discrepancy:
    """The difference has gone (a correction came, the credit was paid apart): the invoice is as agreed. Raises
    `reason_missing`, `illegal_move`."""
    discrepancy = _locked(discrepancy_id)
    require(actor, "billing.resolve_discrepancy", discrepancy)
    before = _explain(actor, discrepancy, DiscrepancyState.RESOLVED, explanation)
    invoice = discrepancy.invoice
    if invoice.state == InvoiceState.DISPUTED:
        move(actor, invoice, to=InvoiceState.MATCHED)
    move(actor, invoice, to=InvoiceState.RECONCILED, reason=discrepancy.explanation)
    record(actor, events.discrepancy_settled("billing.resolve_discrepancy", discrepancy, before))
    return discrepancy


def _locked(discrepancy_id: UUID) -> Discrepancy:
    """The discrepancy, locked after its invoice: in the order in which a comparison locks them."""
    found = Discrepancy.objects.filter(pk=discrepancy_id).first()
    if found is None:
        raise NotVisible()
    invoice = lock_row(Invoice, found.invoice_id)
    discrepancy = lock_row(Discrepancy, discrepancy_id)
    discrepancy.invoice = invoice
    return discrepancy


def _explain(actor: Actor, discrepancy: Discrepancy, to: str, explanation: str) -> str:
    """The discrepancy is settled with its explanation; answers the state its locked invoice was in."""
    why = check_reason(explanation, "explanation")
    credits_turn(discrepancy.contract_id)
    move(actor, discrepancy, to=to, reason=why)
    discrepancy.explanation = why
    discrepancy.save(update_fields=["explanation"])
    before: str = discrepancy.invoice.state
    return before
