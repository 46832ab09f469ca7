"""The ledger: reading, exporting, verifying."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from clm.api.conditional import Conditional
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import check_empty
from clm.api.views import VisibleRowsView, actor_in
from clm.audit.api.serializers import EntrySerializer
from clm.audit.export import FILE_NAME
from clm.audit.filters import LedgerFilter
from clm.audit.models import LedgerEntry
from clm.audit.operations.export_ledger import export_ledger
from clm.audit.operations.start_verification import start_verification
from clm.jobs.api.serializers import JobSerializer


class LedgerView(ListModelMixin, VisibleRowsView):
    model = LedgerEntry
    verb = "audit.view_ledger"
    serializer_class = EntrySerializer
    filterset_class = LedgerFilter

    def get(self, request: Request) -> Response:
        """Entries, newest first."""
        return self.list(request)


class EntryView(RetrieveModelMixin, VisibleRowsView):
    model = LedgerEntry
    verb = "audit.view_ledger"
    serializer_class = EntrySerializer

    def get(self, request: Request, pk: UUID) -> Response:
        return self.retrieve(request)


class VerificationView(IdempotentMixin):
    @extend_schema(request=None, responses={202: JobSerializer})
    def post(self, request: Request) -> Response:
        """Verify the ledger. The job's result says whether it holds, and names every break."""
        check_empty(request)
        job = start_verification(actor=actor_in(request))
        return Response(JobSerializer(job, context={"request": request}).data, status=status.HTTP_202_ACCEPTED)


class ExportView(Conditional):
    @extend_schema(
        request=None,
        responses={(200, "application/x-ndjson"): OpenApiResponse(OpenApiTypes.STR, "Header, then one entry a line")},
    )
    def post(self, request: Request) -> HttpResponse:
        """Export the ledger as JSON lines that verify offline. A POST, because the export is itself recorded."""
        check_empty(request)
        lines = export_ledger(actor=actor_in(request))
        answer = StreamingHttpResponse(lines, content_type="application/x-ndjson")
        answer["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
        return answer  # type: ignore[return-value]
