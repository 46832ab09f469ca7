"""The API of requests: actor, verb, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import checked
from clm.api.views import VisibleRowsView, actor_in
from clm.documents.blobs import StoredContent, open_blob
from clm.lib.actor import Actor
from contracts.access.requests import VIEW
from contracts.api import request_serializers as shapes
from contracts.api.views import OfContract
from contracts.models import ContractRequest, RequestFile
from contracts.operations.requests.answer_request import answer_request
from contracts.operations.requests.ask_requester import ask_requester
from contracts.operations.requests.assign_request import assign_request
from contracts.operations.requests.attach_to_request import attach_to_request, check_size, put_file
from contracts.operations.requests.change_request import change_request
from contracts.operations.requests.decline_request import decline_request
from contracts.operations.requests.draft_request import draft_request
from contracts.operations.requests.prioritize_request import prioritize_request
from contracts.operations.requests.submit_request import submit_request
from contracts.operations.requests.withdraw_request import withdraw_request
from contracts.queries import requests as requesting
from contracts.queries.requests import RequestPaper

AROUND = 64 * 1024  # bytes of a multipart body beside the file's


def _shown(request: ContractRequest) -> Any:
    return shapes.RequestDetailSerializer(requesting.detailed_rows().get(pk=request.pk)).data


class Requests(IdempotentMixin, VisibleRowsView, ListAPIView):
    """The requests that the actor sees, newest first; POST asks for a contract."""

    model = ContractRequest
    verb = VIEW
    serializer_class = shapes.RequestSerializer
    filterset_fields = ["state", "requester", "assignee", "template_version", "contract"]

    def rows(self) -> QuerySet[Any]:
        return requesting.request_rows()

    @extend_schema(request=shapes.NewRequestSerializer, responses={201: shapes.RequestDetailSerializer})
    def post(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.submit_request")
        sent = checked(shapes.NewRequestSerializer, request.data)
        return Response(_shown(submit_request(actor=actor, **sent)), status=status.HTTP_201_CREATED)


class RequestDetail(VisibleRowsView, RetrieveAPIView):
    """A request with its answers, its questions and its files; PATCH changes facts, or all answers."""

    model = ContractRequest
    verb = VIEW
    serializer_class = shapes.RequestDetailSerializer

    def rows(self) -> QuerySet[Any]:
        return requesting.detailed_rows()

    @extend_schema(request=shapes.RequestChangeSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.change_request", self.get_object())
        sent = checked(shapes.RequestChangeSerializer, request.data, partial=True)
        return Response(_shown(change_request(actor=actor, request_id=pk, **sent)))


@extend_schema(responses=shapes.RequestDetailSerializer)
class Assignment(Act):
    """The request is somebody's to draft."""

    model = ContractRequest
    asks = "contracts.assign_request"
    serializer_class = shapes.RequestAssignmentSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(assign_request(actor=actor, request_id=pk, **sent))


@extend_schema(responses=shapes.RequestDetailSerializer)
class Prioritizing(Act):
    model = ContractRequest
    asks = "contracts.prioritize_request"
    serializer_class = shapes.RequestPrioritySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(prioritize_request(actor=actor, request_id=pk, **sent))


@extend_schema(responses=shapes.RequestDetailSerializer)
class Inquiry(Act):
    """More information is asked of who wants the contract."""

    model = ContractRequest
    asks = "contracts.ask_requester"
    serializer_class = shapes.RequestInquirySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(ask_requester(actor=actor, request_id=pk, **sent))


@extend_schema(responses=shapes.RequestDetailSerializer)
class Reply(Act):
    """What was asked last is answered, by who wants the contract."""

    model = ContractRequest
    asks = "contracts.answer_request"
    serializer_class = shapes.RequestReplySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(answer_request(actor=actor, request_id=pk, **sent))


@extend_schema(responses=shapes.RequestDetailSerializer)
class Refusal(Act):
    """The request is not followed."""

    model = ContractRequest
    asks = "contracts.decline_request"
    serializer_class = shapes.RequestRefusalSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(decline_request(actor=actor, request_id=pk, **sent))


@extend_schema(responses=shapes.RequestDetailSerializer)
class Withdrawal(Act):
    """Who asked needs it no more."""

    model = ContractRequest
    asks = "contracts.withdraw_request"
    serializer_class = shapes.RequestWithdrawalSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(withdraw_request(actor=actor, request_id=pk, **sent))


class RequestDraft(IdempotentMixin, VisibleRowsView):
    """POST makes the draft contract of the answers; the request names it."""

    model = ContractRequest
    verb = VIEW
    serializer_class = shapes.RequestSeenSerializer

    def prepare(self, request: Request) -> tuple[RequestPaper, dict[str, Any]]:
        """The document, made and stored before the transaction."""
        actor = actor_in(request)
        found = self.get_object()
        require(actor, "contracts.draft_request", found)
        sent = checked(shapes.RequestSeenSerializer, request.data)
        return requesting.make_request_paper(actor, found.pk), sent

    @extend_schema(responses={201: shapes.RequestDetailSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        made, sent = self.prepared
        drafted = draft_request(actor=actor_in(request), request_id=pk, made=made, **sent)
        return Response(_shown(drafted), status=status.HTTP_201_CREATED)


class RequestFiles(IdempotentMixin, VisibleRowsView):
    """POST adds a file to a request (multipart). Beyond 20 MB the answer is 413, before anything is read."""

    model = ContractRequest
    verb = VIEW
    serializer_class = shapes.RequestFileSerializer
    parser_classes = [MultiPartParser]

    def prepare(self, request: Request) -> tuple[StoredContent, str]:
        actor = actor_in(request)
        require(actor, "contracts.attach_to_request", self.get_object())
        check_size(int(request.META.get("CONTENT_LENGTH") or 0) - AROUND)
        file = checked(shapes.NewRequestFileSerializer, request.data)["file"]
        check_size(file.size)
        return put_file(actor, file.read()), file.name

    @extend_schema(
        request={"multipart/form-data": shapes.NewRequestFileSerializer}, responses={201: shapes.RequestFileSerializer}
    )
    def post(self, request: Request, pk: UUID) -> Response:
        stored, name = self.prepared
        file = attach_to_request(actor=actor_in(request), request_id=pk, file_name=name, stored=stored)
        return Response(shapes.RequestFileSerializer(file).data, status=status.HTTP_201_CREATED)


class ContractRequestFiles(OfContract, ListAPIView):
    """What came with the request that the contract came of."""

    model = RequestFile
    verb = VIEW
    serializer_class = shapes.RequestFileSerializer

    def rows(self) -> QuerySet[Any]:
        return RequestFile.objects.select_related("blob")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(request__contract=self.contract())


class RequestFileContent(VisibleRowsView):
    """A file of a request, as it came."""

    model = RequestFile
    verb = VIEW
    serializer_class = shapes.RequestFileSerializer

    def rows(self) -> QuerySet[Any]:
        return RequestFile.objects.select_related("blob")

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> FileResponse:
        file = self.get_object()
        return FileResponse(
            open_blob(file.blob), as_attachment=True, filename=file.file_name, content_type="application/octet-stream"
        )
