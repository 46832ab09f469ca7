"""The API's shapes of duties and dates."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from clm.api.serializers import BodySerializer
from clm.api.serializers import ReasonSerializer as ReasonSerializer
from obligations.models import Deadline, Obligation, Occurrence
from obligations.models.obligation import Recurrence


class ObligationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Obligation
        fields = [
            "id", "contract", "passage", "title", "description", "state", "is_ours", "owner", "recurrence", "interval",
            "first_due_on", "ends_on", "proof_required", "remind_days", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class NewObligationSerializer(BodySerializer):
    contract = serializers.UUIDField()
    title = serializers.CharField(max_length=200)
    first_due_on = serializers.DateField()
    owner = serializers.UUIDField(required=False)
    is_ours = serializers.BooleanField(default=True)
    recurrence = serializers.ChoiceField(choices=Recurrence.choices, default=Recurrence.ONCE)
    interval = serializers.IntegerField(default=1, min_value=1, max_value=10_000)
    ends_on = serializers.DateField(required=False, allow_null=True)
    passage = serializers.UUIDField(required=False, allow_null=True)
    description = serializers.CharField(required=False, allow_blank=True, default="")
    proof_required = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)
    remind_days = serializers.IntegerField(default=14, min_value=0, max_value=400)

    def as_verb(self) -> dict[str, Any]:
        """The keyword arguments of add_obligation."""
        given = dict(self.validated_data)
        return {f"{name}_id": given.pop(name, None) for name in ("contract", "owner", "passage")} | given


class OccurrenceSerializer(serializers.ModelSerializer):
    title = serializers.CharField(source="obligation.title", read_only=True)

    class Meta:
        model = Occurrence
        fields = ["id", "obligation", "contract", "title", "due_on", "state", "proof", "next_at"]
        read_only_fields = fields


class ProofSerializer(BodySerializer):
    proof = serializers.CharField(required=False, allow_blank=True, default="")


class NoteSerializer(BodySerializer):
    note = serializers.CharField(required=False, allow_blank=True, default="")


class DeadlineSerializer(serializers.ModelSerializer):
    class Meta:
        model = Deadline
        fields = [
            "id", "contract", "term_number", "kind", "state", "due_on", "closes_at", "time_zone", "remind_days",
            "next_reminder_at", "trace",
        ]  # fmt: skip
        read_only_fields = fields
