"""The API's shapes of templates."""

from __future__ import annotations

from rest_framework import serializers

from contracts.models import Template, TemplateVersion
from contracts.models.contract import Category


class QuestionSerializer(serializers.Serializer):
    """One question of a template. `items` are the questions of one entry of an array. With a `condition` it is asked
    only where the answer to `field` is one of `in`, or where that question is answered (`is_set`) or is not."""

    name = serializers.CharField()
    type = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    help = serializers.CharField()
    section = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    default = serializers.JSONField(allow_null=True)
    options = serializers.ListField(child=serializers.CharField())
    items = serializers.ListField(child=serializers.DictField())
    condition = serializers.DictField(required=False)


class TemplateVersionSerializer(serializers.ModelSerializer):
    document_sha256 = serializers.CharField(source="blob.sha256", read_only=True)

    class Meta:
        model = TemplateVersion
        fields = [
            "id", "template", "number", "file_name", "document_sha256", "source_version", "license", "source_url",
            "attribution", "note", "approved_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class QuestionnaireSerializer(TemplateVersionSerializer):
    """A version with the questions that a draft answers."""

    questions = QuestionSerializer(source="fields", many=True, read_only=True)

    class Meta(TemplateVersionSerializer.Meta):
        fields = [*TemplateVersionSerializer.Meta.fields, "questions"]
        read_only_fields = fields


class TemplateSerializer(serializers.ModelSerializer):
    """`version_in_use` is the number of the newest approved version."""

    version_in_use = serializers.IntegerField(source="number_in_use", read_only=True, allow_null=True)

    class Meta:
        model = Template
        fields = [
            "id", "name", "description", "category", "risk", "state", "owner", "review_on", "version_in_use",
            "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class TemplateDetailSerializer(TemplateSerializer):
    versions = TemplateVersionSerializer(many=True, read_only=True)

    class Meta(TemplateSerializer.Meta):
        fields = [*TemplateSerializer.Meta.fields, "versions"]
        read_only_fields = fields


class TemplateFilesSerializer(serializers.Serializer):
    """A Word document, its metadata.yaml, and where it has them its selections.json and replacements.json."""

    file = serializers.FileField()
    metadata = serializers.FileField()
    selections = serializers.FileField(required=False)
    replacements = serializers.FileField(required=False)


class NewTemplateSerializer(TemplateFilesSerializer):
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    category = serializers.ChoiceField(choices=Category.choices, required=False)
    risk = serializers.ChoiceField(choices=Template.Risk.choices, required=False)
    owner = serializers.UUIDField(required=False, source="owner_id")


class NewTemplateVersionSerializer(TemplateFilesSerializer):
    note = serializers.CharField(required=False, allow_blank=True, default="")


class TemplateApprovalSerializer(serializers.Serializer):
    """`version` is the one that was looked at: where there is a newer one, nothing is approved."""

    version = serializers.UUIDField(source="version_id")


class TemplateRetirementSerializer(serializers.Serializer):
    reason = serializers.CharField()


class NewDraftSerializer(serializers.Serializer):
    """`answers` by the names of the questions; dates as ISO 8601, numbers as numbers or decimal text."""

    title = serializers.CharField(max_length=250)
    category = serializers.ChoiceField(choices=Category.choices, required=False)
    owner = serializers.UUIDField(required=False, source="owner_id")
    answers = serializers.DictField(child=serializers.JSONField(allow_null=True))
