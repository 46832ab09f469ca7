"""The bytes of an invoice file, stored before anything is written of it."""

from __future__ import annotations

from billing.adapters.ubl import parse_invoice
from clm.access.permissions import require
from clm.documents.blobs import StoredContent, put_content
from clm.lib.actor import Actor

UBL_MEDIA_TYPE = "application/xml"


def put_invoice(actor: Actor, content: bytes) -> StoredContent:
    """The file is stored, outside of every transaction; what `parse_invoice` refuses is not."""
    require(actor, "billing.import_invoice")
    parse_invoice(content)
    return put_content(actor.organization_id, content, UBL_MEDIA_TYPE)
