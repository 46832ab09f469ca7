"""The API of sending one text to many: a list as CSV, its mapping, a dry run, and the job."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import get_visible, require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.pagination import NewestFirst
from clm.api.serializers import BodySerializer, EmptySerializer, checked
from clm.api.views import VisibleRowsView, actor_in
from clm.documents.extraction import Refused
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.access.bulk_sends import VIEW
from contracts.adapters.csv_rows import read_csv
from contracts.models import BulkRow, BulkSend
from contracts.operations.bulk.create_bulk_send import change_bulk_send, create_bulk_send
from contracts.operations.bulk.start_bulk_send import start_bulk_send
from contracts.pages.bulk_sends import results
from contracts.queries.bulk_sends import bulk_rows, dry_run, state_of, targets_of


class InOrder(NewestFirst):
    """As the list has them."""

    ordering = "number"


class TargetSerializer(BodySerializer):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    is_required = serializers.BooleanField()


class BulkSendSerializer(serializers.ModelSerializer):
    """`targets` are what columns may be mapped to; `total`, `sent` and `refused` count rows."""

    total = serializers.IntegerField(read_only=True)
    sent = serializers.IntegerField(read_only=True)
    refused = serializers.IntegerField(read_only=True)
    targets = serializers.SerializerMethodField()

    class Meta:
        model = BulkSend
        fields = [
            "id", "title", "template_version", "version", "columns", "mapping", "targets", "our_party", "signer_name",
            "signer_email", "unilateral_reason", "message", "days", "remind_days", "starts_on", "initial_months",
            "created_by", "created_at", "started_at", "total", "sent", "refused",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema(responses=TargetSerializer(many=True))
    def get_targets(self, row: BulkSend) -> list[dict[str, Any]]:
        return [{"key": each.key, "label": each.label, "is_required": each.is_required} for each in targets_of(row)]


class BulkRowSerializer(serializers.ModelSerializer):
    """`state` is waiting, sent or refused, for the reason in `code` and `problem`; `findings` are what a dry run finds
    wrong with the row's own words."""

    state = serializers.SerializerMethodField()
    findings = serializers.SerializerMethodField()

    class Meta:
        model = BulkRow
        fields = ["number", "data", "state", "findings", "contract", "envelope_id", "sent_at", "code", "problem"]
        read_only_fields = fields

    def get_state(self, row: BulkRow) -> str:
        return state_of(row)

    def get_findings(self, row: BulkRow) -> list[str]:
        return list(self.context.get("findings", {}).get(row.pk, ()))


class BulkChangeSerializer(BodySerializer):
    title = serializers.CharField(max_length=200, required=False)
    mapping = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False)
    signer_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    signer_email = serializers.EmailField(required=False, allow_blank=True)
    unilateral_reason = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    message = serializers.CharField(required=False, allow_blank=True)
    days = serializers.IntegerField(min_value=1, max_value=365, required=False)
    remind_days = serializers.IntegerField(min_value=0, max_value=365, required=False)


class BulkRequestSerializer(BulkChangeSerializer):
    """`csv` is the list, as text; exactly one of `template_version` and `version` is the text."""

    title = serializers.CharField(max_length=200)
    csv = serializers.CharField(trim_whitespace=False)
    template_version = serializers.UUIDField(source="template_version_id", required=False)
    version = serializers.UUIDField(source="version_id", required=False)
    our_party = serializers.UUIDField(source="our_party_id")
    starts_on = serializers.DateField()
    initial_months = serializers.IntegerField(min_value=1, max_value=1200, required=False)


def _shown(pk: UUID) -> Any:
    return BulkSendSerializer(bulk_rows().get(pk=pk)).data


class BulkSends(IdempotentMixin, VisibleRowsView, ListAPIView):
    """Newest first. POST brings a list; nothing leaves until it is started."""

    model = BulkSend
    verb = VIEW
    serializer_class = BulkSendSerializer

    def rows(self) -> QuerySet[Any]:
        return bulk_rows()

    def prepare(self, request: Request) -> Any:
        """The list is read before the transaction that an Idempotency-Key begins."""
        require(actor_in(request), "contracts.create_bulk_send")
        sent = checked(BulkRequestSerializer, request.data)
        try:
            columns, rows = read_csv(sent.pop("csv").encode())
        except Refused as refusal:
            raise Invalid(refusal.code, refusal.message, fields={"csv": [refusal.message]}) from refusal
        return {**sent, "columns": columns, "rows": rows}

    @extend_schema(request=BulkRequestSerializer, responses={201: BulkSendSerializer})
    def post(self, request: Request) -> Response:
        bulk = create_bulk_send(actor=actor_in(request), **self.prepared)
        return Response(_shown(bulk.pk), status=status.HTTP_201_CREATED)


class BulkSendDetail(VisibleRowsView, RetrieveAPIView):
    model = BulkSend
    verb = VIEW
    serializer_class = BulkSendSerializer

    def rows(self) -> QuerySet[Any]:
        return bulk_rows()


@extend_schema(responses=BulkSendSerializer)
class BulkSendChange(Act):
    """Until the first row was sent. 409 `bulk_started`."""

    model = BulkSend
    asks = "contracts.change_bulk_send"
    serializer_class = BulkChangeSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        change_bulk_send(actor=actor, bulk_id=pk, **sent)
        return _shown(pk)


class StartedSerializer(BodySerializer):
    job = serializers.UUIDField()


@extend_schema(responses=StartedSerializer)
class BulkSendStart(Act):
    """What was not sent yet is sent by a job, which can be cancelled; started again, what was refused is tried again.
    409 `bulk_running`, `nothing_left`, `rows_unfit`."""

    model = BulkSend
    asks = "contracts.start_bulk_send"
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return {"job": start_bulk_send(actor=actor, bulk_id=pk).pk}


class BulkSendRows(VisibleRowsView, ListAPIView):
    """In the order of the list."""

    model = BulkSend
    verb = VIEW
    serializer_class = BulkRowSerializer
    filter_backends = ()
    pagination_class = InOrder

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return BulkRow.objects.none()
        actor = actor_in(self.request)
        require(actor, self.verb)
        bulk = get_visible(actor, bulk_rows(), self.kwargs["pk"])
        self.bulk = bulk
        return BulkRow.objects.filter(bulk=bulk).order_by("number")

    def get_serializer_context(self) -> dict[str, Any]:
        context = super().get_serializer_context()
        if getattr(self, "bulk", None) is not None:
            rows = BulkRow.objects.filter(bulk=self.bulk).order_by("number")
            context["findings"] = {each.row.pk: each.problems for each in dry_run(self.bulk, rows)}
        return context


class BulkSendResults(VisibleRowsView):
    """A line for each row as CSV, safe to open in a spreadsheet."""

    model = BulkSend
    verb = VIEW
    serializer_class = BulkSendSerializer

    def rows(self) -> QuerySet[Any]:
        return bulk_rows()

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        return cast("HttpResponse", results(actor_in(request), self.get_object()))
