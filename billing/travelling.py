"""Which rows of this app leave with their organization: all of them."""

from __future__ import annotations

from billing import models as rows
from clm.transfer.registry import register_travelling


def register() -> None:
    register_travelling(
        rows.Credit, rows.CreditNote, rows.Discrepancy, rows.Fee, rows.Invoice, rows.InvoiceLine, rows.Reconciliation,
    )  # fmt: skip
