"""The API of comparisons: two versions, a version and a file, and the papers of both."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import get_visible
from clm.api.parsers import JSONParser
from clm.api.serializers import BodySerializer
from clm.api.views import VisibleRowsView, actor_in
from clm.documents.blobs import open_blob
from clm.lib.errors import Invalid
from contracts import queries
from contracts.api.serializers import ComparisonSerializer
from contracts.models import Version
from contracts.papers import read_paper
from contracts.papers.comparisons import PaperForm, comparison_blob, request_comparison, request_file_comparison
from contracts.papers.reader import comparison_of, comparison_with

VIEW = "contracts.view_contract"


class ComparedFileSerializer(BodySerializer):
    file = serializers.FileField()


class PaperRequestSerializer(BodySerializer):
    """The other version, the older side, and the form of the paper; or a file, the newer side."""

    form = serializers.ChoiceField(choices=PaperForm.choices)
    file = serializers.FileField(required=False)

    def get_fields(self) -> dict[str, Any]:
        return {"with": serializers.UUIDField(required=False), **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("with" in attrs) == ("file" in attrs):
            raise serializers.ValidationError({"with": [_("Name the other version, or send a file.")]})
        return attrs


class PaperStartedSerializer(serializers.Serializer):
    """Long work that was queued; follow it at `url`. Its result's `paper_id` names the paper."""

    id = serializers.UUIDField()
    state = serializers.CharField()
    url = serializers.CharField()


class OfVersion(VisibleRowsView):
    model = Version
    verb = VIEW

    def rows(self) -> QuerySet[Any]:
        return queries.version_rows()


class VersionComparison(OfVersion):
    """This version against another of the same contract, clause by clause; POST: a file against this version."""

    serializer_class = ComparisonSerializer
    parser_classes = [MultiPartParser, FormParser, JSONParser]

    @extend_schema(parameters=[OpenApiParameter("with", OpenApiTypes.UUID, required=True)])
    def get(self, request: Request, pk: UUID) -> Response:
        new = self.get_object()
        if not request.query_params.get("with"):
            raise Invalid("with_missing", "Name the other version.", fields={"with": ["Name the other version."]})
        same_contract = self.rows().filter(contract_id=new.contract_id)
        old = get_visible(actor_in(request), same_contract, request.query_params["with"])
        return _answer(comparison_of(old, new))

    @extend_schema(request={"multipart/form-data": ComparedFileSerializer}, responses=ComparisonSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """The file, which is read and not kept, counts as the newer text."""
        version = self.get_object()
        sent = ComparedFileSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        file = sent.validated_data["file"]
        return _answer(comparison_with(version, read_paper(file.read(), file.name)))


class ComparisonPapers(OfVersion):
    """POST: this version against an older one, or a file against it, as a Word redline or a PDF, made by a job."""

    serializer_class = PaperRequestSerializer
    parser_classes = [JSONParser, FormParser, MultiPartParser]

    @extend_schema(request=PaperRequestSerializer, responses={202: PaperStartedSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        self.get_object()
        sent = PaperRequestSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        given, actor = sent.validated_data, actor_in(request)
        if file := given.get("file"):
            named = {"content": file.read(), "file_name": file.name}
            job = request_file_comparison(actor, version_id=pk, form=given["form"], **named)
        else:
            job = request_comparison(actor, old_id=given["with"], new_id=pk, form=given["form"])
        body = {"id": job.pk, "state": job.state, "url": reverse("api-job", args=[job.pk])}
        return Response(PaperStartedSerializer(body).data, status=status.HTTP_202_ACCEPTED)


class ComparisonPaper(OfVersion):
    """A paper that a job of one's own made for this version's contract."""

    serializer_class = PaperRequestSerializer

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID, paper_id: UUID) -> FileResponse:
        blob, name = comparison_blob(actor_in(request), self.get_object().contract, paper_id)
        return FileResponse(open_blob(blob), content_type=blob.media_type, as_attachment=True, filename=name)


def _answer(compared: dict[str, Any]) -> Response:
    return Response(compared | {"summary": asdict(compared["summary"])})
