"""Shapes of approvals and of the matrix that asks for them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from clm.accounts.roles import Role
from clm.api.serializers import BodySerializer
from contracts.models import Approval, ApprovalSeat, ApprovalStep, Matrix, Rule
from contracts.models.approval import Departure, Needs, Origin
from contracts.models.contract import Category
from contracts.models.risk import RiskFrom


class SeatSerializer(serializers.ModelSerializer[ApprovalSeat]):
    """`person` has the seat; where `decided_by` is somebody else, they acted for that person."""

    acting_for = serializers.SerializerMethodField()

    class Meta:
        model = ApprovalSeat
        fields = (
            "id", "person", "came_by", "in_place_of", "state", "decided_by", "acting_for", "decided_at", "note",
        )  # fmt: skip

    def get_acting_for(self, seat: ApprovalSeat) -> str | None:
        return str(seat.person_id) if seat.acting_for else None


class StepSerializer(serializers.ModelSerializer[ApprovalStep]):
    """`reasons` are the rules that asked for it, each with what made it hold."""

    seats = SeatSerializer(many=True)

    class Meta:
        model = ApprovalStep
        fields = (
            "id", "stage", "name", "asked", "needs", "state", "opened_at", "due_at", "remind_at", "escalated_at",
            "closed_at", "reasons", "seats",
        )  # fmt: skip


class ApprovalSerializer(serializers.ModelSerializer[Approval]):
    """`content_hash` is that of the exact text: send it back as `seen` with a decision."""

    steps = StepSerializer(many=True)

    class Meta:
        model = Approval
        fields = (
            "id", "contract", "version", "content_hash", "number", "state", "matrix", "facts", "requested_by",
            "created_at", "note", "ended_at", "reason", "steps",
        )  # fmt: skip
        read_only_fields = fields


class ApprovalRequestSerializer(BodySerializer):
    seen = serializers.CharField(required=False, allow_blank=True, default="")
    note = serializers.CharField(required=False, allow_blank=True, default="")


class SeatApprovalSerializer(BodySerializer):
    seen = serializers.CharField()
    note = serializers.CharField(required=False, allow_blank=True, default="")


class SeatRejectionSerializer(BodySerializer):
    seen = serializers.CharField()
    reason = serializers.CharField()


class ReassignmentSerializer(BodySerializer):
    person = serializers.UUIDField(source="person_id")
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class GivenReasonSerializer(BodySerializer):
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class RuleSerializer(serializers.ModelSerializer[Rule]):
    class Meta:
        model = Rule
        fields = (
            "id", "matrix", "place", "name", "value_from", "value_below", "currency", "categories", "origins",
            "departure", "lacks_mandatory", "risk", "parties", "countries", "departments", "tags", "is_confidential",
            "stage", "person", "role", "team", "needs", "needs_count", "hours", "remind_hours", "escalate_person",
            "escalate_role",
        )  # fmt: skip


class MatrixSerializer(serializers.ModelSerializer[Matrix]):
    class Meta:
        model = Matrix
        fields = (
            "id", "number", "state", "note", "created_by", "created_at", "activated_by", "activated_at", "retired_at",
        )  # fmt: skip


class MatrixDetailSerializer(MatrixSerializer):
    rules = RuleSerializer(many=True)

    class Meta(MatrixSerializer.Meta):
        fields = (*MatrixSerializer.Meta.fields, "rules")  # type: ignore[assignment]


class NewMatrixSerializer(BodySerializer):
    note = serializers.CharField(required=False, allow_blank=True, default="")
    copy_of = serializers.UUIDField(required=False, allow_null=True, default=None)


class ActivationSerializer(BodySerializer):
    replaces = serializers.UUIDField(allow_null=True)


def _amount() -> Any:
    return serializers.DecimalField(max_digits=18, decimal_places=4, required=False, allow_null=True)


def _codes(choices: Any = None) -> Any:
    child: Any = serializers.ChoiceField(choices=choices) if choices else serializers.CharField(max_length=40)
    return serializers.ListField(child=child, required=False)


def _identity(source: str) -> Any:
    return serializers.UUIDField(required=False, allow_null=True, source=source)


def _hours() -> Any:
    return serializers.IntegerField(required=False, allow_null=True, min_value=1)


class RuleBodySerializer(BodySerializer):
    name = serializers.CharField(max_length=120)
    value_from = _amount()
    value_below = _amount()
    currency = serializers.CharField(required=False, allow_blank=True, max_length=3)
    categories = _codes(Category.choices)
    origins = _codes(Origin.choices)
    departure = serializers.ChoiceField(choices=Departure.choices, required=False, allow_blank=True)
    lacks_mandatory = serializers.BooleanField(required=False)
    risk = serializers.ChoiceField(choices=RiskFrom.choices, required=False, allow_blank=True)
    parties = serializers.ListField(child=serializers.UUIDField(), required=False)
    countries = _codes()
    departments = serializers.ListField(child=serializers.UUIDField(), required=False)
    tags = _codes()
    is_confidential = serializers.BooleanField(required=False)
    stage = serializers.IntegerField(required=False, min_value=1, max_value=9)
    person = _identity("person_id")
    role = serializers.ChoiceField(choices=Role.choices, required=False, allow_blank=True)
    team = _identity("team_id")
    needs = serializers.ChoiceField(choices=Needs.choices, required=False)
    needs_count = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    hours = _hours()
    remind_hours = _hours()
    escalate_person = _identity("escalate_person_id")
    escalate_role = serializers.ChoiceField(choices=Role.choices, required=False, allow_blank=True)


class TriedSerializer(serializers.Serializer[Any]):
    """The steps as stage, name, and whom they ask; `active` by the matrix that is switched on. Tried by what was known
    at `asked_at`, when it was sent for approval; null: by what is known today."""

    contract = serializers.UUIDField(source="contract.pk")
    reference = serializers.CharField(source="contract.reference")
    steps = serializers.ListField(child=serializers.CharField())
    active = serializers.ListField(child=serializers.CharField())
    asked_at = serializers.DateTimeField(allow_null=True)
    differs = serializers.BooleanField()
