"""The API's shapes of templates."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clm.api.serializers import BodySerializer
from contracts.models import Template, TemplateVersion
from contracts.models.contract import Category
from contracts.operations.templates.change_template import newest_change
from contracts.queries.templates import standing_of, title_words


class QuestionSerializer(BodySerializer):
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


class PlacedQuestionSerializer(QuestionSerializer):
    """A question with `stands_in`: the titles of the rows, clauses or headings under which its answer stands in the
    document; and `decides`: whether it chooses what is in the document or asked. Null where that is not known."""

    stands_in = serializers.ListField(child=serializers.CharField(), allow_null=True)
    decides = serializers.BooleanField(allow_null=True)


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

    questions = serializers.SerializerMethodField()

    class Meta(TemplateVersionSerializer.Meta):
        fields = [*TemplateVersionSerializer.Meta.fields, "questions"]
        read_only_fields = fields

    @extend_schema_field(PlacedQuestionSerializer(many=True))
    def get_questions(self, version: TemplateVersion) -> Any:
        standing = standing_of(version)
        rows = []
        for field in version.fields:
            titles = None if standing is None else standing.titles.get(field["name"], ())
            said = {
                "stands_in": None if titles is None else [title_words(title) for title in titles],
                "decides": None if standing is None else field["name"] in standing.deciding,
            }
            rows.append({**field, **said})
        return PlacedQuestionSerializer(rows, many=True).data


class TemplateSerializer(serializers.ModelSerializer):
    """`version_in_use` is the number of the newest approved version; `review_on` a date in the
    organization's time zone."""

    version_in_use = serializers.IntegerField(source="number_in_use", read_only=True, allow_null=True)
    is_review_overdue = serializers.BooleanField(read_only=True)

    class Meta:
        model = Template
        fields = [
            "id", "name", "description", "category", "risk", "state", "owner", "review_on", "is_review_overdue",
            "version_in_use", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class TemplateDetailSerializer(TemplateSerializer):
    """`last_change` is what a change names as `seen`."""

    versions = TemplateVersionSerializer(many=True, read_only=True)
    last_change = serializers.SerializerMethodField()

    class Meta(TemplateSerializer.Meta):
        fields = [*TemplateSerializer.Meta.fields, "versions", "last_change"]
        read_only_fields = fields

    def get_last_change(self, template: Template) -> UUID | None:
        newest = newest_change(template)
        return newest.pk if newest else None


class TemplateChangeSerializer(BodySerializer):
    """Any part of it. `seen` is the `last_change` that was read: where there is a newer one, nothing is overwritten."""

    name = serializers.CharField(max_length=200, required=False)
    description = serializers.CharField(required=False, allow_blank=True)
    category = serializers.ChoiceField(choices=Category.choices, required=False)
    risk = serializers.ChoiceField(choices=Template.Risk.choices, required=False)
    owner = serializers.UUIDField(required=False, source="owner_id")
    reason = serializers.CharField(required=False, allow_blank=True)
    seen = serializers.UUIDField(required=False)


class TemplateFilesSerializer(BodySerializer):
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


class TemplateApprovalSerializer(BodySerializer):
    """`version` is the one that was looked at: where there is a newer one, nothing is approved."""

    version = serializers.UUIDField(source="version_id")


class TemplateRetirementSerializer(BodySerializer):
    reason = serializers.CharField()


class NewDraftSerializer(BodySerializer):
    """`answers` by the names of the questions; dates as ISO 8601, numbers as numbers or decimal text."""

    title = serializers.CharField(max_length=250)
    category = serializers.ChoiceField(choices=Category.choices, required=False)
    owner = serializers.UUIDField(required=False, source="owner_id")
    answers = serializers.DictField(child=serializers.JSONField(allow_null=True))
