"""The API's shapes of requests."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clm.api.serializers import BodySerializer
from contracts.models import ContractRequest, RequestFile, RequestQuestion
from contracts.models.request import Priority


@extend_schema_field({"type": "string", "enum": [name.lower() for name in Priority.names]})
class PriorityField(serializers.Field[int, Any, str, Any]):
    """low, normal, high or urgent."""

    default_error_messages = {"unknown": "Choose one of: low, normal, high, urgent."}

    def to_internal_value(self, data: Any) -> int:
        names = {name.lower(): value for name, value in zip(Priority.names, Priority.values, strict=True)}
        if not isinstance(data, str) or data not in names:
            self.fail("unknown")
        return int(names[data])

    def to_representation(self, value: int) -> str:
        return Priority(value).name.lower()


class RequestQuestionSerializer(serializers.ModelSerializer):
    class Meta:
        model = RequestQuestion
        fields = ["number", "question", "asked_by", "created_at", "answer", "answered_by", "answered_at"]
        read_only_fields = fields


class RequestFileSerializer(serializers.ModelSerializer):
    size = serializers.IntegerField(source="blob.size", read_only=True)
    sha256 = serializers.CharField(source="blob.sha256", read_only=True)

    class Meta:
        model = RequestFile
        fields = ["id", "file_name", "size", "sha256", "added_by", "created_at"]
        read_only_fields = fields


class RequestSerializer(serializers.ModelSerializer):
    """`contract` is there once it is drafted: who asked for it may not see the contract itself."""

    template = serializers.UUIDField(source="template_version.template_id", read_only=True)
    priority = PriorityField(read_only=True)

    class Meta:
        model = ContractRequest
        fields = [
            "id", "reference", "state", "title", "template", "template_version", "party", "counterparty", "wanted_by",
            "reason", "value_amount", "currency", "priority", "is_confidential", "requester", "assignee", "outcome",
            "contract", "revision", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class RequestDetailSerializer(RequestSerializer):
    answers = serializers.DictField(child=serializers.JSONField(allow_null=True), read_only=True)
    questions = RequestQuestionSerializer(many=True, read_only=True)
    files = RequestFileSerializer(many=True, read_only=True)

    class Meta(RequestSerializer.Meta):
        fields = [*RequestSerializer.Meta.fields, "answers", "questions", "files"]
        read_only_fields = fields


class RequestFactsSerializer(BodySerializer):
    """`answers` by the names of the questions, all of them; those to questions that are not asked are dropped."""

    title = serializers.CharField(max_length=250)
    answers = serializers.DictField(child=serializers.JSONField(allow_null=True))
    party = serializers.UUIDField(source="party_id", required=False, allow_null=True)
    counterparty = serializers.CharField(max_length=200, required=False, allow_blank=True)
    wanted_by = serializers.DateField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    value_amount = serializers.DecimalField(
        max_digits=18, decimal_places=4, min_value=0, required=False, allow_null=True
    )
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False, allow_blank=True)
    is_confidential = serializers.BooleanField(required=False)


class NewRequestSerializer(RequestFactsSerializer):
    template_version = serializers.UUIDField(source="template_version_id")
    priority = PriorityField(required=False)


class RequestSeenSerializer(BodySerializer):
    """With `revision` nothing happens where the request is another than the one that was looked at."""

    revision = serializers.IntegerField(source="seen", required=False)


class RequestChangeSerializer(RequestFactsSerializer):
    revision = serializers.IntegerField(source="seen", required=False)


class RequestAssignmentSerializer(RequestSeenSerializer):
    assignee = serializers.UUIDField(source="assignee_id")


class RequestPrioritySerializer(RequestSeenSerializer):
    priority = PriorityField()


class RequestInquirySerializer(RequestSeenSerializer):
    question = serializers.CharField(max_length=20_000)


class RequestReplySerializer(RequestSeenSerializer):
    answer = serializers.CharField(max_length=20_000)


class RequestRefusalSerializer(RequestSeenSerializer):
    reason = serializers.CharField(max_length=20_000)


class RequestWithdrawalSerializer(RequestSeenSerializer):
    reason = serializers.CharField(max_length=20_000, required=False, allow_blank=True)


class NewRequestFileSerializer(BodySerializer):
    file = serializers.FileField()
