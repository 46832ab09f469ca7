"""The API of invoices, their comparisons and discrepancies: actor, verb, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from billing.adapters.ubl import MAX_BYTES
from billing.api import serializers
from billing.invoice_files import put_invoice
from billing.models import Discrepancy, Invoice, Reconciliation
from billing.operations.dispute_invoice import dispute_invoice
from billing.operations.import_invoice import import_invoice
from billing.operations.match_invoice import match_invoice
from billing.operations.reconcile_invoice import reconcile_invoice
from billing.operations.settle_discrepancy import accept_discrepancy, resolve_discrepancy
from clm.access.permissions import require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import EmptySerializer
from clm.api.views import VisibleRowsView, actor_in
from clm.documents.blobs import StoredContent
from clm.lib.actor import Actor

VIEW = "billing.view_invoice"


class XmlBytes(BaseParser):
    """A raw XML body as bytes, one byte more than is allowed at most."""

    media_type = "application/xml"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        sent: bytes = stream.read(MAX_BYTES + 1)
        return sent


class TextXmlBytes(XmlBytes):
    media_type = "text/xml"


class Invoices(IdempotentMixin, VisibleRowsView, ListAPIView):
    """List invoices, newest first, or import a UBL file: multipart with `file`, or the XML itself as the body.

    An invoice that quotes the reference of one contract is matched and compared by itself, a moment later.
    """

    model = Invoice
    verb = VIEW
    serializer_class = serializers.InvoiceSerializer
    parser_classes = [MultiPartParser, XmlBytes, TextXmlBytes]
    filterset_fields = {
        "contract": ["exact", "isnull"],
        "state": ["exact"],
        "kind": ["exact"],
        "number": ["exact"],
        "issued_on": ["gte", "lte"],
        "discrepancy__reason": ["exact"],
    }

    def rows(self) -> QuerySet[Any]:
        return Invoice.objects.select_related("discrepancy").prefetch_related("lines", "contract__parties__party")

    def prepare(self, request: Request) -> tuple[bytes, StoredContent]:
        """The file, stored before the transaction."""
        require(actor_in(request), "billing.import_invoice")
        content = _content(request)
        return content, put_invoice(actor_in(request), content)

    @extend_schema(
        request={"multipart/form-data": serializers.InvoiceFileSerializer, "application/xml": OpenApiTypes.BINARY},
        responses={201: serializers.InvoiceSerializer},
    )
    def post(self, request: Request) -> Response:
        content, stored = self.prepared
        invoice = import_invoice(actor=actor_in(request), content=content, stored=stored)
        return Response(serializers.InvoiceSerializer(invoice).data, status=status.HTTP_201_CREATED)


def _content(request: Request) -> bytes:
    if isinstance(request.data, bytes):
        return request.data
    sent = serializers.InvoiceFileSerializer(data=request.data)
    sent.is_valid(raise_exception=True)
    content: bytes = sent.validated_data["file"].read(MAX_BYTES + 1)
    return content


class InvoiceDetail(VisibleRowsView, RetrieveAPIView):
    model = Invoice
    verb = VIEW
    serializer_class = serializers.InvoiceSerializer

    def rows(self) -> QuerySet[Any]:
        return Invoice.objects.select_related("discrepancy").prefetch_related("lines", "contract__parties__party")


class Reconciliations(VisibleRowsView, ListAPIView):
    """List comparisons of invoices with their contracts, newest first, each with its trace."""

    model = Reconciliation
    verb = VIEW
    quotes = True
    serializer_class = serializers.ReconciliationSerializer
    filterset_fields = ["invoice", "contract", "reason", "currency"]


class ReconciliationDetail(VisibleRowsView, RetrieveAPIView):
    model = Reconciliation
    verb = VIEW
    serializer_class = serializers.ReconciliationSerializer


class Discrepancies(VisibleRowsView, ListAPIView):
    """List differences that someone must explain, newest first."""

    model = Discrepancy
    verb = VIEW
    serializer_class = serializers.DiscrepancySerializer
    filterset_fields = ["invoice", "contract", "state", "reason"]


class DiscrepancyDetail(VisibleRowsView, RetrieveAPIView):
    model = Discrepancy
    verb = VIEW
    serializer_class = serializers.DiscrepancySerializer


@extend_schema(responses=serializers.InvoiceSerializer)
class MatchInvoice(Act):
    """Match to the contract named, else by the reference the invoice quotes."""

    model = Invoice
    serializer_class = serializers.MatchSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(match_invoice(actor=actor, invoice_id=pk, contract_id=sent.get("contract")))


@extend_schema(responses=serializers.ReconciliationSerializer)
class ReconcileInvoice(Act):
    """Compare now; the newest comparison where nothing changed."""

    model = Invoice
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return serializers.ReconciliationSerializer(reconcile_invoice(actor=actor, invoice_id=pk)).data


@extend_schema(responses=serializers.InvoiceSerializer)
class DisputeInvoice(Act):
    model = Invoice
    serializer_class = serializers.ReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(dispute_invoice(actor=actor, invoice_id=pk, reason=sent["reason"]))


@extend_schema(responses=serializers.DiscrepancySerializer)
class AcceptDiscrepancy(Act):
    model = Discrepancy
    serializer_class = serializers.ExplanationSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        done = accept_discrepancy(actor=actor, discrepancy_id=pk, explanation=sent["explanation"])
        return serializers.DiscrepancySerializer(done).data


@extend_schema(responses=serializers.DiscrepancySerializer)
class ResolveDiscrepancy(Act):
    model = Discrepancy
    serializer_class = serializers.ExplanationSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        done = resolve_discrepancy(actor=actor, discrepancy_id=pk, explanation=sent["explanation"])
        return serializers.DiscrepancySerializer(done).data


def _shown(invoice: Invoice) -> Any:
    return serializers.InvoiceSerializer(invoice).data
