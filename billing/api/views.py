"""The API of fees, and what the actions on single rows share."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api import serializers
from billing.models import Fee
from billing.operations.set_fee import set_fee
from clm.access.permissions import require
from clm.api.idempotency import IdempotentMixin
from clm.api.views import VisibleRowsView, actor_in


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


class FeeDetail(VisibleRowsView, RetrieveAPIView):
    model = Fee
    verb = "billing.view_fee"
    serializer_class = serializers.FeeSerializer
