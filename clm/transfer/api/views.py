"""Exports of the whole organization: asking for one, following, fetching and removing it."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpResponse
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
from clm.jobs.api.serializers import JobSerializer
from clm.transfer.api.serializers import ExportSerializer
from clm.transfer.files import open_file
from clm.transfer.models import OrganizationExport
from clm.transfer.operations.download_export import download_export
from clm.transfer.operations.remove_export import remove_export
from clm.transfer.operations.start_export import start_export


class ExportsView(IdempotentMixin, ListModelMixin, VisibleRowsView):
    model = OrganizationExport
    verb = "transfer.view_export"
    serializer_class = ExportSerializer

    def get(self, request: Request) -> Response:
        """Exports of the whole organization, newest first."""
        return self.list(request)

    @extend_schema(request=None, responses={202: JobSerializer})
    def post(self, request: Request) -> Response:
        """Export everything that the organization has. The job's result names the export as `export_id`."""
        check_empty(request)
        job = start_export(actor=actor_in(request))
        return Response(JobSerializer(job, context={"request": request}).data, status=status.HTTP_202_ACCEPTED)


class ExportView(RetrieveModelMixin, VisibleRowsView):
    model = OrganizationExport
    verb = "transfer.view_export"
    serializer_class = ExportSerializer

    def get(self, request: Request, pk: UUID) -> Response:
        return self.retrieve(request)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Remove the file of an export."""
        remove_export(actor=actor_in(request), export_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class DownloadView(Conditional):
    model = OrganizationExport

    @extend_schema(
        request=None,
        responses={(200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, "The file")},
    )
    def post(self, request: Request, pk: UUID) -> HttpResponse:
        """Fetch the file of an export. A POST, because the download is itself recorded."""
        check_empty(request)
        row = download_export(actor=actor_in(request), export_id=pk)
        return FileResponse(  # type: ignore[return-value]
            open_file(row), as_attachment=True, filename=row.file_name, content_type="application/zip"
        )
