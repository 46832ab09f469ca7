"""An invoice belongs to a contract."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Trim

from billing import events
from billing.models import Discrepancy, Invoice
from billing.states import InvoiceState
from clm.access.permissions import get_visible, require, visible
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from contracts.models import Contract


@transaction.atomic
def match_invoice(*, actor: Actor, invoice_id: UUID, contract_id: UUID | None = None) -> Invoice:
    """The invoice with its contract: the one named, else the only one whose reference, ours or theirs, the invoice
    quotes (blanks around it and letter case aside). The same contract again changes nothing.

    Raises `no_matching_contract`, `ambiguous_reference`, `illegal_move` once the invoice is settled.
    """
    invoice = lock_row(Invoice, invoice_id)
    require(actor, "billing.match_invoice", invoice)
    contract = _named(actor, contract_id) if contract_id else _quoted(actor, invoice)
    if invoice.contract_id == contract.pk:
        return invoice
    before: dict[str, Any] = {"state": invoice.state, "contract_id": invoice.contract_id}
    if invoice.state != InvoiceState.IMPORTED:
        move(actor, invoice, to=InvoiceState.IMPORTED, reason="matched to another contract")
    invoice.contract = contract
    invoice.save(update_fields=["contract"])
    Discrepancy.objects.filter(invoice=invoice).update(contract=contract)
    move(actor, invoice, to=InvoiceState.MATCHED)
    record(actor, events.invoice_matched(invoice, before, "by hand" if contract_id else "by reference"))
    return invoice


def _named(actor: Actor, contract_id: UUID) -> Contract:
    return get_visible(actor, Contract.objects.all(), contract_id)


def _quoted(actor: Actor, invoice: Invoice) -> Contract:
    quoted = [text.strip() for text in (invoice.contract_reference, invoice.order_reference) if text.strip()]
    seen = visible(actor, Contract.objects.all()).annotate(theirs=Trim("external_reference"))
    found = list(seen.filter(_any(quoted))[:2])
    if not found:
        fields = {"contract": ["No contract has a reference that the invoice quotes."]}
        raise Invalid("no_matching_contract", fields["contract"][0], fields=fields)
    if len(found) > 1:
        message = "Several contracts have a reference that the invoice quotes: choose one."
        raise DomainError("ambiguous_reference", message, fields={"contract": [message]})
    return found[0]


def _any(quoted: list[str]) -> Q:
    condition = Q(pk__in=[])
    for text in quoted:
        condition |= Q(reference__iexact=text) | Q(theirs__iexact=text)
    return condition
