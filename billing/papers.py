"""The paper of a credit note."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch
from django.template.loader import render_to_string

from billing.models import CreditNote
from clm.lib.pdf import render_pdf
from contracts.models import ContractParty, PartyAddress


def credit_note_pdf(note_id: UUID) -> bytes:
    """The PDF of an issued note: what it is for, how much and why, and the digests that prove it. Reads and renders;
    call it outside of a transaction."""
    related = ("issued_by", "organization", "credit__contract", "credit__commitment", "credit__evaluation")
    more = ("credit__breach__window", "credit__adjusts__note")
    note = CreditNote.objects.select_related(*related, *more).get(pk=note_id)
    offices = Prefetch("party__addresses", PartyAddress.objects.filter(kind="registered"), "registered_offices")
    parts = ContractParty.objects.filter(contract_id=note.credit.contract_id)
    parties = parts.select_related("party").prefetch_related(offices)
    context = {
        "note": note,
        "credit": note.credit,
        "contract": note.credit.contract,
        "evaluation": note.credit.evaluation,
        "window": note.credit.breach.window,
        "trace": note.credit.trace,
        "parties": list(parties.order_by("role", "pk")),
    }
    return render_pdf(render_to_string("billing/pdf/credit_note.html", context))
