"""The API of the clause library as a whole: in and out."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clm.access.permissions import require
from clm.api.idempotency import IdempotentMixin
from clm.api.parsers import JSONParser
from clm.api.serializers import BodySerializer, checked
from clm.api.views import actor_in
from clm.lib.errors import Invalid
from clm.pages.export import csv_lines
from contracts.access.library import VIEW
from contracts.adapters.library_files import HEAD, MOST_BYTES, checked_entries, csv_rows, read_library, wrong
from contracts.operations.library.import_library import VERB, LibraryImport, import_library
from contracts.queries.clause_library import library_entries


class LibraryFileSerializer(BodySerializer):
    """`clauses` as the export has them, or a `file` of CSV or JSON (multipart). With `dry_run` nothing is written."""

    clauses = serializers.ListField(child=serializers.DictField(), required=False)
    file = serializers.FileField(required=False)
    dry_run = serializers.BooleanField(required=False, default=False)


class LibraryRowSerializer(serializers.Serializer):
    """`place` counts the clauses of the file from 1; `faults` by field."""

    place = serializers.IntegerField()
    title = serializers.CharField()
    outcome = serializers.ChoiceField(choices=["added", "changed", "unchanged", "wrong"])
    faults = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), source="errors")


class LibraryImportSerializer(serializers.Serializer):
    is_done = serializers.BooleanField()
    counts = serializers.DictField(child=serializers.IntegerField())
    rows = LibraryRowSerializer(many=True)


class LibraryFile(IdempotentMixin, APIView):
    """POST brings clauses into the library, all of them or none: 400 `import_wrong` says row by row what is wrong."""

    parser_classes = [JSONParser, MultiPartParser]

    @extend_schema(request=LibraryFileSerializer, responses=LibraryImportSerializer)
    def post(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, VERB)
        sent = checked(LibraryFileSerializer, request.data)
        found = import_library(actor=actor, entries=_entries(sent), is_trial=sent["dry_run"])
        said: dict[str, Any] = dict(LibraryImportSerializer(found).data)
        if not found.is_done and not sent["dry_run"]:
            raise _refused(found, said)
        return Response(said)


def _entries(sent: dict[str, Any]) -> list[dict[str, Any]]:
    file = sent.get("file")
    if file is None:
        return checked_entries(sent.get("clauses"))
    if file.size > MOST_BYTES:
        raise wrong(f"A library file has at most {MOST_BYTES // 1024 // 1024} MB.", "too_large")
    return read_library(file.read(), file.name)


def _refused(found: LibraryImport, said: dict[str, Any]) -> Invalid:
    number = found.counts["wrong"]
    return Invalid(
        "import_wrong", f"Nothing was imported: {number} of {len(found.rows)} clauses are wrong.", detail=said
    )


class LibraryExport(APIView):
    """The whole library with the newest positions of each clause, as the import takes it."""

    @extend_schema(
        parameters=[OpenApiParameter("as", enum=["json", "csv"], default="json")],
        responses={(200, "application/json"): OpenApiTypes.OBJECT, (200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponseBase | Response:
        actor = actor_in(request)
        require(actor, VIEW)
        entries = list(library_entries(actor))
        if request.query_params.get("as") == "csv":
            return HttpResponse("".join(csv_lines(HEAD, csv_rows(entries))), content_type="text/csv; charset=utf-8")
        return Response({"clauses": entries})
