from billing.models.credit import Credit, CreditNote
from billing.models.fee import Fee
from billing.models.invoice import Discrepancy, Invoice, InvoiceLine, Reconciliation

__all__ = ["Credit", "CreditNote", "Discrepancy", "Fee", "Invoice", "InvoiceLine", "Reconciliation"]
