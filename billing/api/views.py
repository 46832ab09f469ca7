"""The API of fees, and what the actions on single rows share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api import serializers
from billing.models import Fee
from billing.operations.change_fee import change_fee
from billing.operations.set_fee import set_fee
from clm.access.permissions import require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.views import VisibleRowsView, actor_in
from clm.lib.actor import Actor


class Fees(IdempotentMixin, VisibleRowsView, ListAPIView):
    """List fees, newest first, or set one."""

    model = Fee
    verb = "billing.view_fee"
    serializer_class = serializers.FeeSerializer
    filterset_fields = ["contract", "service", "currency", "period"]

    @extend_schema(request=serializers.NewFeeSerializer, responses={201: serializers.FeeSerializer})
    def post(self, request: Request) -> Response:
        require(actor_in(request), "billing.set_fee")
        sent = serializers.NewFeeSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        fee = set_fee(actor=actor_in(request), **sent.as_verb())
        return Response(serializers.FeeSerializer(fee).data, status=status.HTTP_201_CREATED)


@extend_schema(responses=serializers.FeeSerializer)
class ChangeFee(Act):
    """Put a fee right, or end it; credits that are not issued and open invoices follow."""

    model = Fee
    asks = "billing.change_fee"
    serializer_class = serializers.FeeChangeSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        given = dict(sent)
        if "service" in given:
            given["service_id"] = given.pop("service")
        return serializers.FeeSerializer(change_fee(actor=actor, fee_id=pk, **given)).data


class FeeDetail(VisibleRowsView, RetrieveAPIView):
    model = Fee
    verb = "billing.view_fee"
    serializer_class = serializers.FeeSerializer
