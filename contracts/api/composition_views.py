"""The API of templates that are written here: a composition goes in as JSON and comes back as it was kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import require
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import BodySerializer, checked
from clm.api.views import VisibleRowsView, actor_in
from clm.lib.actor import Actor
from clm.lib.errors import NotVisible
from contracts.api.template_serializers import (
    QuestionSerializer,
    TemplateDetailSerializer,
    TemplateVersionSerializer,
)
from contracts.api.template_views import VIEW, detailed_templates
from contracts.models import Template, TemplateVersion
from contracts.models.contract import Category
from contracts.operations.templates.compose_template import compose_template
from contracts.operations.templates.recompose_template import recompose_template
from contracts.papers import put_paper
from contracts.queries.compositions import compose_file, newer_words
from contracts.queries.templates import TemplateFile, composition_in, version_rows


class LibraryWordsSerializer(BodySerializer):
    """A position of an approved version of a library clause; its words are taken from there. `clause` and `number` come
    back."""

    version = serializers.UUIDField()
    position = serializers.CharField()
    clause = serializers.UUIDField(required=False)
    number = serializers.IntegerField(required=False)


class ComposedClauseSerializer(BodySerializer):
    """Own words (`text`) or a position of the library (`library`). `level` counts from 1; deeper clauses that follow
    are its parts. `condition` is as of questions; `repeat` names a list."""

    heading = serializers.CharField(required=False, allow_blank=True)
    level = serializers.IntegerField(required=False)
    text = serializers.CharField(required=False, allow_blank=True)
    condition = serializers.DictField(required=False)
    repeat = serializers.CharField(required=False, allow_blank=True)
    library = LibraryWordsSerializer(required=False)


class ComposedSectionSerializer(BodySerializer):
    heading = serializers.CharField(required=False, allow_blank=True)
    numbered = serializers.BooleanField(required=False)
    condition = serializers.DictField(required=False)
    repeat = serializers.CharField(required=False, allow_blank=True)
    clauses = ComposedClauseSerializer(many=True)


class CompositionSerializer(BodySerializer):
    """Words hold answers as `{name}`, in a repeated part `{$entry.part}`."""

    title = serializers.CharField(required=False, allow_blank=True)
    sections = ComposedSectionSerializer(many=True)
    questions = QuestionSerializer(many=True, required=False)


class NewerWordsSerializer(serializers.Serializer):
    """A clause of it whose library clause has a newer approved version; `position` is empty where that has none like
    it."""

    section = serializers.IntegerField()
    clause = serializers.IntegerField(source="place")
    library_clause = serializers.UUIDField(source="newest.clause_id")
    version = serializers.UUIDField(source="newest.pk")
    number = serializers.IntegerField(source="newest.number")
    position = serializers.CharField()


class ComposedVersionSerializer(TemplateVersionSerializer):
    composition = CompositionSerializer(read_only=True)
    newer_words = serializers.SerializerMethodField()

    class Meta(TemplateVersionSerializer.Meta):
        fields = [*TemplateVersionSerializer.Meta.fields, "composition", "newer_words"]
        read_only_fields = fields

    @extend_schema_field(NewerWordsSerializer(many=True))
    def get_newer_words(self, version: TemplateVersion) -> Any:
        composition = composition_in(version)
        return NewerWordsSerializer(newer_words(composition) if composition else [], many=True).data


@extend_schema_field(CompositionSerializer)
class CompositionField(serializers.DictField):
    """A composition as it was sent: the verb says what is wrong in it, by its place."""


class NewCompositionSerializer(BodySerializer):
    name = serializers.CharField(max_length=200)
    description = serializers.CharField(required=False, allow_blank=True)
    category = serializers.ChoiceField(choices=Category.choices, required=False)
    risk = serializers.ChoiceField(choices=Template.Risk.choices, required=False)
    owner = serializers.UUIDField(required=False, source="owner_id")
    composition = CompositionField()


class NextCompositionSerializer(BodySerializer):
    """`seen` is the number of the newest version that was read: where there is a newer one, nothing is kept."""

    composition = CompositionField()
    note = serializers.CharField(required=False, allow_blank=True)
    seen = serializers.IntegerField(required=False)


def _made(actor: Actor, composition: Any, name: str, description: str = "") -> TemplateFile:
    file = compose_file(composition, name, description)
    return TemplateFile(put_paper(actor, file.paper), file.metadata, file.composition)


class Compositions(IdempotentMixin, VisibleRowsView):
    """POST makes a template of a composition."""

    model = Template
    verb = VIEW
    serializer_class = NewCompositionSerializer

    def prepare(self, request: Request) -> tuple[TemplateFile, dict[str, Any]]:
        """The document made and stored before the transaction, and what was sent."""
        actor = actor_in(request)
        require(actor, "contracts.compose_template")
        sent = checked(NewCompositionSerializer, request.data)
        return _made(actor, sent["composition"], sent["name"], sent.get("description", "")), sent

    @extend_schema(operation_id="templates_compose", responses={201: TemplateDetailSerializer})
    def post(self, request: Request) -> Response:
        file, sent = self.prepared
        template = compose_template(actor=actor_in(request), file=file, **sent)
        shown = TemplateDetailSerializer(detailed_templates().get(pk=template.pk)).data
        return Response(shown, status=status.HTTP_201_CREATED)


class TemplateCompositions(IdempotentMixin, VisibleRowsView):
    """POST adds a version that was written here."""

    model = Template
    verb = VIEW
    serializer_class = NextCompositionSerializer

    def prepare(self, request: Request) -> tuple[TemplateFile, dict[str, Any]]:
        actor, template = actor_in(request), self.get_object()
        require(actor, "contracts.recompose_template", template)
        sent = checked(NextCompositionSerializer, request.data)
        return _made(actor, sent["composition"], template.name, template.description), sent

    @extend_schema(responses={201: ComposedVersionSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        file, sent = self.prepared
        version = recompose_template(actor=actor_in(request), template_id=pk, file=file, **sent)
        return Response(ComposedVersionSerializer(version).data, status=status.HTTP_201_CREATED)


class VersionComposition(VisibleRowsView):
    """What a version's document was made of, and what the library says newer; 404 where it came as a Word document."""

    model = TemplateVersion
    verb = VIEW
    serializer_class = ComposedVersionSerializer

    def rows(self) -> QuerySet[Any]:
        return version_rows()

    @extend_schema(responses=ComposedVersionSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        version = self.get_object()
        if version.composition is None:
            raise NotVisible
        return Response(ComposedVersionSerializer(version).data)
