"""The API of the library: actor, verb, answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import can, get_visible, require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import checked
from clm.api.views import VisibleRowsView, actor_in
from clm.lib.actor import Actor
from contracts import queries
from contracts.access import VIEW_INSIDE
from contracts.adapters.template_metadata import read_metadata
from contracts.api import template_serializers as shapes
from contracts.api.serializers import ContractSerializer, VersionSerializer
from contracts.models import Template, TemplateVersion, Version
from contracts.operations.templates.add_template_version import add_template_version
from contracts.operations.templates.approve_template import approve_template
from contracts.operations.templates.change_template import change_template
from contracts.operations.templates.draft_from_template import check_in_use, draft_from_template
from contracts.operations.templates.import_template import import_template
from contracts.operations.templates.retire_template import retire_template
from contracts.papers import put_paper
from contracts.queries.templates import (
    TemplateFile,
    make_paper,
    print_version,
    read_template,
    template_rows,
    version_rows,
)

VIEW = "contracts.view_template"


def _read(actor: Actor, sent: dict[str, Any]) -> TemplateFile:
    """The files of a request, read and stored; they are taken out of the rest."""
    file, metadata = sent.pop("file"), sent.pop("metadata")
    rules = [sent.pop(name, None) for name in ("selections", "replacements")]
    said = read_metadata(metadata.read(), *[rule.read() if rule else b"" for rule in rules])
    found = read_template(file.read(), file.name, said)
    return replace(found, paper=put_paper(actor, found.paper))


def _shown(template: Template) -> Any:
    return shapes.TemplateDetailSerializer(detailed_templates().get(pk=template.pk)).data


def detailed_templates() -> QuerySet[Any]:
    """Templates with their versions, newest first."""
    versions = Prefetch("versions", version_rows().order_by("-number"))
    return template_rows().prefetch_related(versions)


class Templates(IdempotentMixin, VisibleRowsView, ListAPIView):
    """The library, newest first; POST imports a template (multipart)."""

    model = Template
    verb = VIEW
    serializer_class = shapes.TemplateSerializer
    filterset_fields = ["state", "category", "risk", "name"]

    def rows(self) -> QuerySet[Any]:
        return template_rows()

    def get_parsers(self) -> list[Any]:
        return [MultiPartParser()]

    def prepare(self, request: Request) -> tuple[TemplateFile, dict[str, Any]]:
        """The template read and stored before the transaction, and what was said of it."""
        actor = actor_in(request)
        require(actor, "contracts.import_template")
        sent = checked(shapes.NewTemplateSerializer, request.data)
        return _read(actor, sent), sent

    @extend_schema(
        request={"multipart/form-data": shapes.NewTemplateSerializer}, responses={201: shapes.TemplateDetailSerializer}
    )
    def post(self, request: Request) -> Response:
        file, facts = self.prepared
        template = import_template(actor=actor_in(request), file=file, **facts)
        return Response(_shown(template), status=status.HTTP_201_CREATED)


class TemplateDetail(VisibleRowsView, RetrieveAPIView):
    """A template with its versions, newest first; PATCH changes its facts."""

    model = Template
    verb = VIEW
    serializer_class = shapes.TemplateDetailSerializer

    def rows(self) -> QuerySet[Any]:
        return detailed_templates()

    @extend_schema(request=shapes.TemplateChangeSerializer, responses=shapes.TemplateDetailSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.change_template", self.get_object())
        sent = checked(shapes.TemplateChangeSerializer, request.data, partial=True)
        return Response(_shown(change_template(actor=actor, template_id=pk, **sent)))


class TemplateVersions(IdempotentMixin, VisibleRowsView):
    """POST adds the next version of a template (multipart)."""

    model = Template
    verb = VIEW
    serializer_class = shapes.TemplateVersionSerializer
    parser_classes = [MultiPartParser]

    def prepare(self, request: Request) -> tuple[TemplateFile, dict[str, Any]]:
        actor = actor_in(request)
        require(actor, "contracts.add_template_version", self.get_object())
        sent = checked(shapes.NewTemplateVersionSerializer, request.data)
        return _read(actor, sent), sent

    @extend_schema(
        request={"multipart/form-data": shapes.NewTemplateVersionSerializer},
        responses={201: shapes.TemplateVersionSerializer},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        file, facts = self.prepared
        version = add_template_version(actor=actor_in(request), template_id=pk, file=file, **facts)
        return Response(shapes.TemplateVersionSerializer(version).data, status=status.HTTP_201_CREATED)


@extend_schema(responses=shapes.TemplateDetailSerializer)
class TemplateApproval(Act):
    """The newest version may be used; the next review has its date."""

    model = Template
    asks = "contracts.approve_template"
    serializer_class = shapes.TemplateApprovalSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(approve_template(actor=actor, template_id=pk, **sent))


@extend_schema(responses=shapes.TemplateDetailSerializer)
class TemplateRetirement(Act):
    model = Template
    asks = "contracts.retire_template"
    serializer_class = shapes.TemplateRetirementSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(retire_template(actor=actor, template_id=pk, **sent))


class TemplateVersionDetail(VisibleRowsView, RetrieveAPIView):
    """A version with its questions."""

    model = TemplateVersion
    verb = VIEW
    serializer_class = shapes.QuestionnaireSerializer

    def rows(self) -> QuerySet[Any]:
        return version_rows()


class Drafts(IdempotentMixin, VisibleRowsView):
    """POST answers the questions of an approved version: a draft contract with its document."""

    model = TemplateVersion
    verb = VIEW
    serializer_class = shapes.NewDraftSerializer

    def rows(self) -> QuerySet[Any]:
        return version_rows()

    def prepare(self, request: Request) -> dict[str, Any]:
        """What was sent, and the document made and stored before the transaction."""
        actor = actor_in(request)
        require(actor, "contracts.draft_from_template")
        version = self.get_object()
        sent = checked(shapes.NewDraftSerializer, request.data)
        check_in_use(version.template, version)
        return {**sent, "paper": put_paper(actor, make_paper(version, sent["answers"]))}

    @extend_schema(responses={201: ContractSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        contract = draft_from_template(actor=actor_in(request), template_version_id=pk, **self.prepared)
        shown = get_visible(actor_in(request), queries.contract_rows(), contract.pk)
        return Response(ContractSerializer(shown).data, status=status.HTTP_201_CREATED)


class VersionPrint(VisibleRowsView):
    """A contract's version as a PDF."""

    model = Version
    verb = "contracts.view_contract"
    serializer_class = VersionSerializer

    def rows(self) -> QuerySet[Any]:
        return queries.version_rows()

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        hashes = can(actor_in(request), VIEW_INSIDE)
        return HttpResponse(print_version(self.get_object(), hashes=hashes), content_type="application/pdf")
