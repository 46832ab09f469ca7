"""The API of imports: upload, mapping, what would happen, what happened."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import get_visible, require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.parsers import JSONParser
from clm.api.serializers import BodySerializer, EmptySerializer, ModelBodySerializer, checked
from clm.api.views import VisibleRowsView, actor_in
from clm.jobs.api.serializers import JobSerializer
from clm.lib.actor import Actor
from contracts.access.imports import DISCARD, IMPORT, VIEW
from contracts.engine import import_fields as fields
from contracts.engine.import_values import COMMA, ORDERS, POINT
from contracts.models import ContractImport, ImportRow, Version
from contracts.models.contract import Category
from contracts.operations.imports.decide_import_rows import decide_import_rows
from contracts.operations.imports.discard_import import discard_import
from contracts.operations.imports.map_import import map_import
from contracts.operations.imports.recognize_import import recognize_import
from contracts.operations.imports.run_import import run_import
from contracts.operations.imports.start_import import start_import
from contracts.papers.importing import put_upload, request_new_sheet
from contracts.papers.scans import request_recognition
from contracts.queries.imports import counts_for, import_rows, job_of, tell_likes


class ImportUploadSerializer(BodySerializer):
    """A ZIP of documents, a CSV or XLSX sheet beside it or in it, or a sheet alone (multipart)."""

    archive = serializers.FileField(required=False)
    sheet = serializers.FileField(required=False)
    name = serializers.CharField(max_length=200, required=False, default="")
    is_confidential = serializers.BooleanField(required=False, default=False)


class ImportSerializer(ModelBodySerializer[ContractImport]):
    """`heads` are the columns of the sheet, `mapping` what they mean; `job` the newest work on it (`/jobs/{id}/`)."""

    counts = serializers.SerializerMethodField()
    job = serializers.SerializerMethodField()

    class Meta:
        model = ContractImport
        fields = [
            "id", "name", "state", "started_by", "is_confidential", "heads", "mapping", "counts", "job", "created_at",
            "finished_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_counts(self, batch: ContractImport) -> dict[str, int]:
        return counts_for(actor_in(self.context["request"]), batch)

    def get_job(self, batch: ContractImport) -> UUID | None:
        job = job_of(batch)
        return job.pk if job is not None else None


class ImportListSerializer(ModelBodySerializer[ContractImport]):
    class Meta:
        model = ContractImport
        fields = ["id", "name", "state", "started_by", "is_confidential", "created_at", "finished_at"]


class MappingSerializer(BodySerializer):
    """`columns`: head of the sheet -> fact (`file`, `title`, `counterparty`, ..., `custom:<key>` for own fields);
    `categories`: word of its type column -> type. What is left out keeps its usual value."""

    columns = serializers.DictField(child=serializers.CharField(), required=False)
    categories = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False)
    category = serializers.ChoiceField(choices=Category.choices, required=False)
    date_order = serializers.ChoiceField(choices=ORDERS, required=False)
    decimal_point = serializers.ChoiceField(choices=(POINT, COMMA), required=False)
    currency = serializers.CharField(max_length=3, required=False, allow_blank=True)
    time_zone = serializers.CharField(required=False)
    our_party = serializers.CharField(required=False, allow_blank=True)
    owner = serializers.CharField(required=False, allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField(), required=False)
    state = serializers.ChoiceField(choices=(fields.DRAFT, fields.WHERE_POSSIBLE, fields.SIGNED), required=False)
    unread = serializers.ChoiceField(choices=(fields.REFUSE, fields.LEAVE), required=False)
    duplicates = serializers.ChoiceField(choices=(fields.SKIP, fields.IMPORT, fields.ASK), required=False)
    files_alone = serializers.BooleanField(required=False)
    rows_alone = serializers.BooleanField(required=False)


class RowDecisionSerializer(BodySerializer):
    """Numbers of rows, and what becomes of them; empty leaves it to the rule of the import."""

    rows = serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=20_000)
    decision = serializers.ChoiceField(choices=ImportRow.Decision.choices, allow_blank=True)


class NewSheetSerializer(BodySerializer):
    sheet = serializers.FileField()


class ImportRowSerializer(ModelBodySerializer[ImportRow]):
    """`like` is a contract that is the same or nearly, where you see it, `like_row` a row of this import; `likeness` is
    in percent. `problems` and `notes`: {field, code, message}."""

    file = serializers.CharField(source="file.path", default="", read_only=True)

    class Meta:
        model = ImportRow
        fields = [
            "number", "line", "file", "title", "outcome", "problems", "notes", "like", "like_row", "like_kind",
            "likeness", "decision", "contract",
        ]  # fmt: skip
        read_only_fields = fields


class ImportRowFilter(django_filters.FilterSet):
    outcome = django_filters.MultipleChoiceFilter(choices=ImportRow.Outcome.choices)


class Imports(IdempotentMixin, VisibleRowsView, ListAPIView):
    """The imports, newest first; POST uploads one, which a job reads."""

    model = ContractImport
    verb = VIEW
    serializer_class = ImportListSerializer
    parser_classes = [MultiPartParser, JSONParser]

    def prepare(self, request: Request) -> Any:
        """The bytes are stored before the transaction that an Idempotency-Key begins."""
        actor = actor_in(request)
        require(actor, IMPORT)
        return put_upload(actor, **checked(ImportUploadSerializer, request.data))

    @extend_schema(request=ImportUploadSerializer, responses={201: ImportSerializer})
    def post(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, IMPORT)
        batch = start_import(actor=actor, **self.prepared)
        return Response(ImportSerializer(batch, context={"request": self.request}).data, status=status.HTTP_201_CREATED)


@extend_schema(responses=ImportSerializer)
class ImportDetail(VisibleRowsView, RetrieveAPIView):
    model = ContractImport
    verb = VIEW
    serializer_class = ImportSerializer


class ImportRows(VisibleRowsView, ListAPIView):
    """What came, or would come, of each row."""

    model = ImportRow
    verb = VIEW
    serializer_class = ImportRowSerializer
    filterset_class = ImportRowFilter

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return ImportRow._base_manager.none()
        actor = actor_in(self.request)
        require(actor, VIEW)
        return import_rows(actor, get_visible(actor, ContractImport.objects.all(), self.kwargs["pk"])).defer("cells")

    def paginate_queryset(self, queryset: Any) -> Any:
        rows = super().paginate_queryset(queryset)
        tell_likes(actor_in(self.request), rows or [])
        return rows


@extend_schema(responses=JobSerializer)
class ImportMappingView(Act):
    """The mapping is kept, and a job tries what it would make of the rows."""

    model = ContractImport
    asks = IMPORT
    serializer_class = MappingSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        job = map_import(actor=actor, import_id=pk, mapping=fields.mapping_of(sent))
        return JobSerializer(job, context={"request": self.request}).data


@extend_schema(responses=ImportSerializer)
class ImportDecisions(Act):
    model = ContractImport
    asks = IMPORT
    serializer_class = RowDecisionSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        batch = decide_import_rows(actor=actor, import_id=pk, numbers=sent["rows"], decision=sent["decision"])
        return ImportSerializer(batch, context={"request": self.request}).data


@extend_schema(request=None, responses=JobSerializer)
class ImportRun(Act):
    """Rows that were found good become contracts; one that was cancelled goes on."""

    model = ContractImport
    asks = IMPORT
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return JobSerializer(run_import(actor=actor, import_id=pk), context={"request": self.request}).data


@extend_schema(request=None, responses=ImportSerializer)
class ImportDiscard(Act):
    """What was never run is given up: its rows and files are gone."""

    model = ContractImport
    asks = DISCARD
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        batch = discard_import(actor=actor, import_id=pk)
        return ImportSerializer(batch, context={"request": self.request}).data


@extend_schema(request=None, responses=JobSerializer)
class ImportScans(Act):
    """The words of scans are recognized, where the machine can."""

    model = ContractImport
    asks = IMPORT
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return JobSerializer(recognize_import(actor=actor, import_id=pk), context={"request": self.request}).data


@extend_schema(request={"multipart/form-data": NewSheetSerializer}, responses=ImportSerializer)
class ImportSheet(VisibleRowsView):
    """PUT a corrected sheet: what is imported already stays, all other rows are read anew."""

    model = ContractImport
    verb = VIEW
    serializer_class = NewSheetSerializer
    parser_classes = [MultiPartParser, JSONParser]

    def put(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, IMPORT, get_visible(actor, ContractImport.objects.all(), pk))
        batch = request_new_sheet(actor, pk, checked(NewSheetSerializer, request.data)["sheet"])
        return Response(ImportSerializer(batch, context={"request": self.request}).data)


@extend_schema(request=None, responses=JobSerializer)
class VersionRecognition(Act):
    """The words of a version that is a scan are recognized; they become the next version."""

    model = Version
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return JobSerializer(request_recognition(actor, version_id=pk), context={"request": self.request}).data
