"""The API's shapes of money. Amounts are strings."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from billing.models import Credit, CreditNote, Discrepancy, Fee, Invoice, InvoiceLine, Reconciliation
from billing.models.fee import FeePeriod
from clm.api.serializers import ReasonSerializer as ReasonSerializer


class FeeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Fee
        fields = [
            "id", "contract", "service", "passage", "name", "amount", "currency", "period", "starts_on", "ends_on",
            "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class NewFeeSerializer(serializers.Serializer):
    contract = serializers.UUIDField()
    service = serializers.UUIDField(required=False, allow_null=True)
    passage = serializers.UUIDField(required=False, allow_null=True)
    name = serializers.CharField(max_length=120)
    amount = serializers.DecimalField(max_digits=18, decimal_places=4)
    currency = serializers.RegexField(r"^[A-Z]{3}$")
    period = serializers.ChoiceField(choices=FeePeriod.choices, default=FeePeriod.MONTH)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, allow_null=True)

    def as_verb(self) -> dict[str, Any]:
        """The keyword arguments of set_fee."""
        given = dict(self.validated_data)
        return {f"{name}_id": given.pop(name, None) for name in ("contract", "service", "passage")} | given


class CreditNoteSerializer(serializers.ModelSerializer):
    has_pdf = serializers.SerializerMethodField()

    class Meta:
        model = CreditNote
        fields = ["id", "credit", "number", "issued_on", "amount", "currency", "digest", "settled_by", "has_pdf"]
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

    class Meta:
        model = Invoice
        fields = [
            "id", "contract", "kind", "syntax", "number", "state", "issued_on", "due_on", "period_start", "period_end",
            "seller_name", "seller_identifier", "buyer_name", "contract_reference", "order_reference", "currency",
            "tax_exclusive_amount", "tax_inclusive_amount", "payable_amount", "warnings", "lines", "discrepancy",
            "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class InvoiceFileSerializer(serializers.Serializer):
    """A multipart upload; a raw XML body is taken as well."""

    file = serializers.FileField()


class MatchSerializer(serializers.Serializer):
    contract = serializers.UUIDField(required=False, allow_null=True)


class ReconciliationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Reconciliation
        fields = [
            "id", "invoice", "contract", "expected_amount", "actual_amount", "difference", "currency", "reason",
            "trace", "digest", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class SettleSerializer(serializers.Serializer):
    invoice = serializers.UUIDField(required=False, allow_null=True)
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class ExplanationSerializer(serializers.Serializer):
    explanation = serializers.CharField()


class NothingSerializer(serializers.Serializer):
    """An action that needs no body."""
