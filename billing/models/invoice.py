"""Invoices as they came, what they should have said, and the difference."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.states import DISCREPANCY_STATES, INVOICE_STATES, DiscrepancyState, InvoiceState, Reason
from clm.access.base import OrganizationRow
from clm.lib.states import StateTable


class Invoice(OrganizationRow):
    """One invoice file, once per seller and number. `kind` is invoice or credit_note; amounts are as printed.

    A corrective invoice takes the place of the seller's invoice numbered `corrects`.
    """

    STATES: ClassVar[StateTable] = INVOICE_STATES

    contract = models.ForeignKey("contracts.Contract", null=True, on_delete=models.PROTECT, related_name="invoices")
    blob = models.ForeignKey("documents.Blob", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, default="invoice")
    syntax = models.CharField(max_length=12)
    number = models.CharField(_("number"), max_length=120)
    state = models.CharField(max_length=12, choices=InvoiceState.choices, default=InvoiceState.IMPORTED)
    issued_on = models.DateField(_("issued on"))
    due_on = models.DateField(_("due on"), null=True)
    period_start = models.DateField(null=True)
    period_end = models.DateField(null=True)
    seller_name = models.CharField(_("seller"), max_length=250)
    seller_identifier = models.CharField(max_length=120, blank=True)
    buyer_name = models.CharField(_("buyer"), max_length=250)
    contract_reference = models.CharField(max_length=120, blank=True)
    order_reference = models.CharField(max_length=120, blank=True)
    is_corrective = models.BooleanField(default=False)
    corrects = models.CharField(max_length=120, blank=True)
    currency = models.CharField(max_length=3)
    tax_exclusive_amount = models.DecimalField(max_digits=18, decimal_places=4)
    tax_inclusive_amount = models.DecimalField(max_digits=18, decimal_places=4)
    payable_amount = models.DecimalField(max_digits=18, decimal_places=4)
    warnings = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "seller_name", "number", "kind"], name="invoice_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["organization", "state", "-id"], name="invoice_state")]

    def __str__(self) -> str:
        return self.number

    @property
    def is_unsettled(self) -> bool:
        """Whether what it asks for is neither as agreed nor accepted yet."""
        return self.state in (InvoiceState.IMPORTED, InvoiceState.MATCHED, InvoiceState.DISPUTED)


class InvoiceLine(OrganizationRow):
    """A line; `net_amount` is negative for what is taken off. Document-level allowances are lines of kind allowance."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, default="line")
    line_id = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=300)
    quantity = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    net_amount = models.DecimalField(max_digits=18, decimal_places=4)
    note = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Reconciliation(OrganizationRow):
    """One comparison of an invoice with what its contract says; append-only (trigger), the newest counts.

    Expected and difference are null where nothing can be set side by side (another currency, no period).
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="reconciliations")
    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="+")
    expected_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    actual_amount = models.DecimalField(max_digits=18, decimal_places=4)
    difference = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=24, choices=Reason.choices)
    trace = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.difference}"


class Discrepancy(OrganizationRow):
    """A difference someone must explain: one per invoice, always about its newest reconciliation."""

    STATES: ClassVar[StateTable] = DISCREPANCY_STATES

    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="discrepancy")
    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="discrepancies")
    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=DiscrepancyState.choices, default=DiscrepancyState.OPEN)
    reason = models.CharField(max_length=24, choices=Reason.choices)
    explanation = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organization", "state", "-id"], name="discrepancy_state")]

    def __str__(self) -> str:
        return self.reason
