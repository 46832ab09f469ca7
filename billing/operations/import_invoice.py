"""An invoice file is read and kept as it came."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse

from billing import events
from billing.adapters.ubl import InvoiceDocument, parse_invoice
from billing.invoice_files import UBL_MEDIA_TYPE
from billing.models import Invoice, InvoiceLine
from clm.access.permissions import require
from clm.documents.blobs import StoredContent, blob_of, put_content
from clm.documents.models import Blob
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import advisory_lock


def import_invoice(*, actor: Actor, content: bytes, stored: StoredContent | None = None) -> Invoice:
    """The invoice with its lines, and a warning for each total that does not add up.

    In a transaction of your own put the bytes before it, and give them as `stored`. Raises what `parse_invoice`
    refuses, and `already_imported` (with the invoice's id and page) for the same seller and number. Nothing is written
    unless all is.
    """
    require(actor, "billing.import_invoice")
    document = parse_invoice(content)
    stored = stored or put_content(actor.organization_id, content, UBL_MEDIA_TYPE)
    with transaction.atomic():
        _check_new(actor, document)
        invoice = _create(actor, document, blob_of(stored))
        record(actor, events.invoice_imported(invoice))
    return invoice


def _check_new(actor: Actor, document: InvoiceDocument) -> None:
    key = f"{document.kind}:{document.seller_name}:{document.number}"
    advisory_lock(f"billing.invoice:{actor.organization_id}:{key}")
    rows = Invoice.objects.filter(kind=document.kind, seller_name=document.seller_name, number=document.number)
    found = rows.first()
    if found is not None:
        message = f"Invoice {found.number} of {found.seller_name} is already here."
        detail = {"invoice": found.pk, "url": reverse("invoice", args=[found.pk])}
        raise DomainError("already_imported", message, detail=detail, fields={"file": [message]})


def _create(actor: Actor, document: InvoiceDocument, blob: Blob) -> Invoice:
    names = (
        "kind", "syntax", "number", "issued_on", "due_on", "period_start", "period_end", "seller_name",
        "seller_identifier", "buyer_name", "contract_reference", "order_reference", "is_corrective", "corrects",
        "currency", "tax_exclusive_amount", "tax_inclusive_amount", "payable_amount",
    )  # fmt: skip
    invoice = Invoice.objects.create(
        organization_id=actor.organization_id,
        blob=blob,
        warnings=list(document.warnings),
        **{name: getattr(document, name) for name in names},
    )
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            organization_id=actor.organization_id,
            invoice=invoice,
            position=position,
            kind=line.kind,
            line_id=line.line_id,
            name=line.name,
            quantity=line.quantity,
            net_amount=line.net_amount,
            note=line.note,
        )
        for position, line in enumerate(document.lines, start=1)
    )
    return invoice
