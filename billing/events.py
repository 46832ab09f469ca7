"""Facts about money: one function per fact, which builds its payload."""

from __future__ import annotations

from typing import Any

from billing.models import Credit, CreditNote, Discrepancy, Fee, Invoice, Reconciliation
from clm.events.record import Event


def fee_set(fee: Fee, *, ended: list[Fee]) -> Event:
    return Event(
        type="fee.set",
        verb="billing.set_fee",
        subject=fee,
        contract_id=fee.contract_id,
        after=fee_figures(fee) | {"ended": [row.pk for row in ended]},
        payload={"fee_id": fee.pk, "contract_id": fee.contract_id},
    )


FEE_FIELDS = ("name", "amount", "currency", "period", "starts_on", "ends_on", "service_id", "passage_id")


def fee_figures(fee: Fee) -> dict[str, Any]:
    """Everything that a fee states."""
    return {name: getattr(fee, name) for name in FEE_FIELDS}


def fee_changed(fee: Fee, before: dict[str, Any], reason: str) -> Event:
    """Of what was and what is, the fields that differ."""
    after = fee_figures(fee)
    changed = [name for name in FEE_FIELDS if before[name] != after[name]]
    return Event(
        type="fee.changed",
        verb="billing.change_fee",
        subject=fee,
        contract_id=fee.contract_id,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        payload={"fee_id": fee.pk, "contract_id": fee.contract_id},
        reason=reason,
    )


def credit_proposed(credit: Credit, verb: str = "billing.propose_credit", reason: str = "") -> Event:
    names = ("reference", "breach_id", "evaluation_id", "adjusts_id", "amount", "currency", "claim_due_on", "digest")
    return Event(
        type="credit.proposed",
        verb=verb,
        subject=credit,
        contract_id=credit.contract_id,
        after={"state": credit.state} | {name: getattr(credit, name) for name in names},
        payload=_of(credit),
        reason=reason,
    )


def credit_moved(verb: str, credit: Credit, previous: str, *, reason: str = "", **more: Any) -> Event:
    """credit.<state>: approved, rejected, disputed, settled, lapsed, withdrawn."""
    return Event(
        type=f"credit.{credit.state}",
        verb=verb,
        subject=credit,
        contract_id=credit.contract_id,
        before={"state": previous},
        after={"state": credit.state, **more},
        payload=_of(credit) | more,
        reason=reason,
    )


def credit_reinstated(credit: Credit, previous: str, *, reason: str) -> Event:
    """Issued once more, without another note."""
    return Event(
        type="credit.reinstated",
        verb="billing.reinstate_credit",
        subject=credit,
        contract_id=credit.contract_id,
        before={"state": previous},
        after={"state": credit.state},
        payload=_of(credit),
        reason=reason,
    )


def credit_issued(note: CreditNote) -> Event:
    """The note is the subject: its digest is sealed by this entry."""
    names = ("number", "issued_on", "amount", "currency", "digest")
    return Event(
        type="credit.issued",
        verb="billing.issue_credit",
        subject=note,
        contract_id=note.credit.contract_id,
        before={"state": "approved"},
        after={"state": "issued", "credit": note.credit.reference} | {name: getattr(note, name) for name in names},
        payload=_of(note.credit) | {"note_id": note.pk, "number": note.number},
    )


def note_printed(note: CreditNote) -> Event:
    if note.blob is None:
        raise ValueError("a printed note has its file")
    return Event(
        type="credit_note.printed",
        verb="billing.attach_credit_note_pdf",
        subject=note,
        contract_id=note.credit.contract_id,
        after={"number": note.number, "sha256": note.blob.sha256},
        payload={"note_id": note.pk, "credit_id": note.credit_id},
    )


def note_overdue(note: CreditNote) -> Event:
    return Event(
        type="credit_note.overdue",
        verb="billing.note_unpaid_credit",
        subject=note,
        contract_id=note.credit.contract_id,
        after={"number": note.number, "overdue_on": note.overdue_on},
        payload=_of(note.credit) | {"note_id": note.pk},
    )


def invoice_imported(invoice: Invoice) -> Event:
    names = ("kind", "number", "issued_on", "seller_name", "currency", "tax_exclusive_amount", "payable_amount")
    return Event(
        type="invoice.imported",
        verb="billing.import_invoice",
        subject=invoice,
        after={name: getattr(invoice, name) for name in names} | {"sha256": invoice.blob.sha256},
        payload={"invoice_id": invoice.pk},
    )


def invoice_matched(invoice: Invoice, before: dict[str, Any], how: str) -> Event:
    return Event(
        type="invoice.matched",
        verb="billing.match_invoice",
        subject=invoice,
        contract_id=invoice.contract_id,
        before=before,
        after={"state": invoice.state, "contract_id": invoice.contract_id, "how": how},
        payload={"invoice_id": invoice.pk, "contract_id": invoice.contract_id},
    )


def invoice_compared(row: Reconciliation, settled: list[CreditNote]) -> Event:
    """The reconciliation is the subject: its digest is sealed by this entry."""
    names = ("expected_amount", "actual_amount", "difference", "currency", "reason", "digest")
    return Event(
        type="invoice.compared",
        verb="billing.reconcile_invoice",
        subject=row,
        contract_id=row.contract_id,
        after={name: getattr(row, name) for name in names}
        | {"invoice": row.invoice.number, "settled": [note.number for note in settled]},
        payload={
            "invoice_id": row.invoice_id,
            "contract_id": row.contract_id,
            "reconciliation_id": row.pk,
            "reason": row.reason,
        },
    )


def invoice_disputed(invoice: Invoice, previous: str, reason: str) -> Event:
    return Event(
        type="invoice.disputed",
        verb="billing.dispute_invoice",
        subject=invoice,
        contract_id=invoice.contract_id,
        before={"state": previous},
        after={"state": invoice.state},
        payload={"invoice_id": invoice.pk, "contract_id": invoice.contract_id},
        reason=reason,
    )


def discrepancy_settled(verb: str, discrepancy: Discrepancy, invoice_before: str) -> Event:
    """discrepancy.accepted or discrepancy.resolved, with what became of the invoice."""
    return Event(
        type=f"discrepancy.{discrepancy.state}",
        verb=verb,
        subject=discrepancy,
        contract_id=discrepancy.contract_id,
        before={"state": "open", "invoice": invoice_before},
        after={"state": discrepancy.state, "invoice": discrepancy.invoice.state, "reason": discrepancy.reason},
        payload={
            "discrepancy_id": discrepancy.pk,
            "invoice_id": discrepancy.invoice_id,
            "contract_id": discrepancy.contract_id,
        },
        reason=discrepancy.explanation,
    )


def _of(credit: Credit) -> dict[str, Any]:
    return {"credit_id": credit.pk, "contract_id": credit.contract_id, "breach_id": credit.breach_id}
