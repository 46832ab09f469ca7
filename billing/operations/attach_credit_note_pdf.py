"""A credit note has its paper."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from billing import events
from billing.models import CreditNote
from clm.access.permissions import require
from clm.documents.models import Blob
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import NotVisible
from clm.lib.locks import lock_row


@transaction.atomic
def attach_credit_note_pdf(*, actor: Actor, note_id: UUID, blob_id: UUID) -> CreditNote:
    """The note with the stored PDF; one that has its paper keeps it."""
    note = lock_row(CreditNote, note_id, "credit")
    require(actor, "billing.attach_credit_note_pdf", note)
    if note.blob_id is not None:
        return note
    note.blob = Blob.objects.filter(pk=blob_id).first()
    if note.blob is None:
        raise NotVisible()
    note.save(update_fields=["blob"])
    record(actor, events.note_printed(note))
    return note
