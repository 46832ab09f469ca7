"""The digests under which the ledger vouches for credits, credit notes and reconciliations."""

from __future__ import annotations

from typing import Any

from billing.models import Credit, CreditNote, Reconciliation
from clm.audit.seals import Seal, register_seal
from clm.lib.canonical import digest

_CREDIT = (
    "organization_id", "contract_id", "commitment_id", "breach_id", "evaluation_id", "adjusts_id", "reference",
    "base_amount", "percent", "amount", "currency", "claim_due_on", "trace",
)  # fmt: skip
_NOTE = ("organization_id", "credit_id", "number", "issued_on", "amount", "currency")
_RECONCILIATION = (
    "organization_id", "invoice_id", "contract_id", "expected_amount", "actual_amount", "difference", "currency",
    "reason", "trace",
)  # fmt: skip


def credit_digest(credit: Credit) -> str:
    """sha256 over every figure of the credit and its trace."""
    return _digest(credit, _CREDIT)


def note_digest(note: CreditNote) -> str:
    """sha256 over the note's figures and the digest of its credit."""
    return digest({name: getattr(note, name) for name in _NOTE} | {"credit_digest": note.credit.digest})


def reconciliation_digest(row: Reconciliation) -> str:
    return _digest(row, _RECONCILIATION)


def _digest(row: Any, names: tuple[str, ...]) -> str:
    return digest({name: getattr(row, name) for name in names})


def register() -> None:
    register_seal(Seal(Credit, frozenset({"credit.proposed"}), credit_digest))
    register_seal(Seal(CreditNote, frozenset({"credit.issued"}), note_digest))
    register_seal(Seal(Reconciliation, frozenset({"invoice.compared"}), reconciliation_digest))
