"""Deliveries of events, dead ones among them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import check_empty
from clm.api.views import VisibleRowsView, actor_in
from clm.events.api.serializers import DeliverySerializer
from clm.events.filters import DeliveryFilter
from clm.events.models import Delivery
from clm.events.operations.replay_delivery import replay_delivery
from clm.events.queries import withhold


class DeliveriesView(ListModelMixin, VisibleRowsView):
    model = Delivery
    verb = "events.view_delivery"
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter

    def rows(self) -> QuerySet[Delivery]:
        return Delivery.objects.select_related("event")

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        page = super().paginate_queryset(queryset)
        return None if page is None else withhold(actor_in(self.request), page)

    def get(self, request: Request) -> Response:
        """Deliveries, newest first; `?status=dead` for those that failed for good."""
        return self.list(request)


class DeliveryView(RetrieveModelMixin, VisibleRowsView):
    model = Delivery
    verb = "events.view_delivery"
    serializer_class = DeliverySerializer

    def rows(self) -> QuerySet[Delivery]:
        return Delivery.objects.select_related("event")

    def get_object(self) -> Delivery:
        (found,) = withhold(actor_in(self.request), [super().get_object()])
        return found

    def get(self, request: Request, pk: UUID) -> Response:
        return self.retrieve(request)


class ReplayView(IdempotentMixin):
    model = Delivery

    @extend_schema(request=None, responses=DeliverySerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Try a dead delivery again."""
        actor = actor_in(request)
        check_empty(request)
        (replayed,) = withhold(actor, [replay_delivery(actor=actor, delivery_id=pk)])
        return Response(DeliverySerializer(replayed).data)
