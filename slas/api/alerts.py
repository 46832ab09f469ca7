"""Alerts, and how fast a budget burns right now."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clm.access.permissions import get_visible, require
from clm.api.idempotency import IdempotentMixin
from clm.api.views import VisibleRowsView, actor_in
from clm.lib import clock
from slas import queries
from slas.api.serializers import ReasonSerializer
from slas.models import Alert
from slas.operations.follow_alerts import acknowledge_alert

VIEW = "slas.view_alert"


class PairSerializer(serializers.Serializer[Any]):
    """Rates are multiples of the pace that spends the budget exactly; null where nothing can be told. Counts are
    seconds or events."""

    urgency = serializers.CharField()
    threshold = serializers.DecimalField(max_digits=9, decimal_places=4)
    long_seconds = serializers.IntegerField()
    short_seconds = serializers.IntegerField()
    long_rate = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    short_rate = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    long_bad = serializers.DecimalField(max_digits=30, decimal_places=6)
    long_valid = serializers.DecimalField(max_digits=30, decimal_places=6)
    short_bad = serializers.DecimalField(max_digits=30, decimal_places=6)
    short_valid = serializers.DecimalField(max_digits=30, decimal_places=6)
    fires = serializers.BooleanField()


class BurnSerializer(serializers.Serializer[Any]):
    """`at`: the end of all windows; of time slices that of the last whole one. No pairs without an error budget."""

    at = serializers.DateTimeField()
    pairs = PairSerializer(many=True)


class AlertSerializer(serializers.ModelSerializer[Alert]):
    class Meta:
        model = Alert
        fields = ["id", "kind", "state", "contract", "commitment", "opened_at", "cleared_at", "figures"]
        read_only_fields = fields


class AlertDetailSerializer(AlertSerializer):
    class Meta(AlertSerializer.Meta):
        fields = [*AlertSerializer.Meta.fields, "trace"]
        read_only_fields = fields


class Alerts(VisibleRowsView, ListAPIView):
    """What goes on before a window is missed, newest first."""

    model = Alert
    verb = VIEW
    serializer_class = AlertSerializer
    filterset_fields = ["contract", "commitment", "kind", "state"]


class AlertDetail(VisibleRowsView, RetrieveAPIView):
    """One alert with the trace of the figures at which it opened."""

    model = Alert
    verb = VIEW
    serializer_class = AlertDetailSerializer


class AcknowledgeAlert(IdempotentMixin):
    """Someone looks after it."""

    model = Alert

    @extend_schema(request=ReasonSerializer, responses=AlertSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        sent = ReasonSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        alert = acknowledge_alert(actor=actor_in(request), alert_id=pk, note=sent.validated_data["reason"])
        return Response(AlertSerializer(alert).data)


class Burn(APIView):
    """How fast the error budget of a commitment burns right now, by pairs of windows."""

    @extend_schema(responses=BurnSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, VIEW)
        commitment = get_visible(actor, queries.commitment_in_full(actor), pk)
        now = clock.now()
        return Response(BurnSerializer(queries.burning(commitment, now) or {"at": now, "pairs": []}).data)
