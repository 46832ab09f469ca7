"""The API's shapes of money. Amounts are strings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from billing.amounts import exact_decimal
from billing.hints import hints_of
from billing.models import Credit, CreditNote, Discrepancy, Fee, Invoice, InvoiceLine, Reconciliation
from billing.models.fee import FeePeriod
from clm.api.serializers import BodySerializer
from clm.api.serializers import ReasonSerializer as ReasonSerializer


class AmountField(serializers.DecimalField):
    """An amount as a plain decimal: what else Python reads as a number (1e3, 1_0) is refused."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=18, decimal_places=4, **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if exact_decimal(str(data).strip()) is None:
            self.fail("invalid")
        return super().to_internal_value(data)


class FeeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Fee
        fields = [
            "id", "contract", "service", "passage", "name", "amount", "currency", "period", "starts_on", "ends_on",
            "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class NewFeeSerializer(BodySerializer):
    contract = serializers.UUIDField()
    service = serializers.UUIDField(required=False, allow_null=True)
    passage = serializers.UUIDField(required=False, allow_null=True)
    name = serializers.CharField(max_length=120)
    amount = AmountField()
    currency = serializers.RegexField(r"^[A-Z]{3}$")
    period = serializers.ChoiceField(choices=FeePeriod.choices, default=FeePeriod.MONTH)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, allow_null=True)

    def as_verb(self) -> dict[str, Any]:
        """The keyword arguments of set_fee."""
        given = dict(self.validated_data)
        return {f"{name}_id": given.pop(name, None) for name in ("contract", "service", "passage")} | given


class FeeChangeSerializer(BodySerializer):
    """What is given is changed, the rest stays."""

    service = serializers.UUIDField(required=False, allow_null=True)
    name = serializers.CharField(max_length=120, required=False)
    amount = AmountField(required=False)
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False)
    period = serializers.ChoiceField(choices=FeePeriod.choices, required=False)
    starts_on = serializers.DateField(required=False)
    ends_on = serializers.DateField(required=False, allow_null=True)
    reason = serializers.CharField()


class CreditNoteSerializer(serializers.ModelSerializer):
    has_pdf = serializers.SerializerMethodField()

    class Meta:
        model = CreditNote
        fields = [
            "id", "credit", "number", "issued_on", "overdue_on", "amount", "currency", "digest", "settled_by",
            "has_pdf",
        ]  # fmt: skip
        read_only_fields = fields

    def get_has_pdf(self, note: CreditNote) -> bool:
        return note.blob_id is not None


class CreditSerializer(serializers.ModelSerializer):
    note = CreditNoteSerializer(read_only=True, allow_null=True, default=None)

    class Meta:
        model = Credit
        fields = [
            "id", "reference", "contract", "commitment", "breach", "evaluation", "adjusts", "state", "base_amount",
            "percent", "amount", "currency", "claim_due_on", "decided_by", "reason", "digest", "trace", "note",
            "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class InvoiceLineSerializer(serializers.ModelSerializer):
    class Meta:
        model = InvoiceLine
        fields = ["position", "kind", "line_id", "name", "quantity", "net_amount", "note"]
        read_only_fields = fields


class DiscrepancySerializer(serializers.ModelSerializer):
    class Meta:
        model = Discrepancy
        fields = ["id", "invoice", "contract", "reconciliation", "state", "reason", "explanation", "created_at"]
        read_only_fields = fields


class InvoiceSerializer(serializers.ModelSerializer):
    lines = InvoiceLineSerializer(many=True, read_only=True)
    discrepancy = DiscrepancySerializer(read_only=True, allow_null=True, default=None)
    hints = serializers.SerializerMethodField()

    class Meta:
        model = Invoice
        fields = [
            "id", "contract", "kind", "syntax", "number", "state", "issued_on", "due_on", "period_start", "period_end",
            "seller_name", "seller_identifier", "buyer_name", "contract_reference", "order_reference", "is_corrective",
            "corrects", "currency",
            "tax_exclusive_amount", "tax_inclusive_amount", "payable_amount", "warnings", "hints", "lines",
            "discrepancy", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_hints(self, invoice: Invoice) -> list[str]:
        """What a person should look at, as the page says it."""
        return hints_of(invoice)


class InvoiceFileSerializer(BodySerializer):
    """A multipart upload; a raw XML body is taken as well."""

    file = serializers.FileField()


class MatchSerializer(BodySerializer):
    contract = serializers.UUIDField(required=False, allow_null=True)


class ReconciliationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Reconciliation
        fields = [
            "id", "invoice", "contract", "expected_amount", "actual_amount", "difference", "currency", "reason",
            "trace", "digest", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class SettleSerializer(BodySerializer):
    invoice = serializers.UUIDField(required=False, allow_null=True)
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class ExplanationSerializer(BodySerializer):
    explanation = serializers.CharField()
