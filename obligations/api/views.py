"""The API of duties and dates: actor, verb, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.views import VisibleRowsView, actor_in
from clm.lib.actor import Actor
from obligations.api import serializers
from obligations.models import Deadline, Obligation, Occurrence
from obligations.operations.add_obligation import add_obligation
from obligations.operations.end_obligation import end_obligation
from obligations.operations.settle_occurrence import (
    dispute_occurrence,
    fulfil_occurrence,
    submit_occurrence,
    waive_occurrence,
)

VIEW = "obligations.view_obligation"


class Obligations(IdempotentMixin, VisibleRowsView, ListAPIView):
    """List duties, newest first, or add one."""

    model = Obligation
    verb = VIEW
    serializer_class = serializers.ObligationSerializer
    filterset_fields = ["contract", "state", "is_ours", "owner"]

    @extend_schema(request=serializers.NewObligationSerializer, responses={201: serializers.ObligationSerializer})
    def post(self, request: Request) -> Response:
        require(actor_in(request), "obligations.add_obligation")
        sent = serializers.NewObligationSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        obligation = add_obligation(actor=actor_in(request), **sent.as_verb())
        return Response(serializers.ObligationSerializer(obligation).data, status=status.HTTP_201_CREATED)


class ObligationDetail(VisibleRowsView, RetrieveAPIView):
    model = Obligation
    verb = VIEW
    serializer_class = serializers.ObligationSerializer


class Occurrences(VisibleRowsView, ListAPIView):
    """Due dates of duties."""

    model = Occurrence
    verb = VIEW
    serializer_class = serializers.OccurrenceSerializer
    filterset_fields = {"contract": ["exact"], "obligation": ["exact"], "state": ["exact"], "due_on": ["gte", "lte"]}

    def rows(self) -> QuerySet[Any]:
        return Occurrence.objects.select_related("obligation")


class OccurrenceDetail(VisibleRowsView, RetrieveAPIView):
    model = Occurrence
    verb = VIEW
    serializer_class = serializers.OccurrenceSerializer

    def rows(self) -> QuerySet[Any]:
        return Occurrence.objects.select_related("obligation")


class Deadlines(VisibleRowsView, ListAPIView):
    """Notice deadlines, renewals and ends, with their traces."""

    model = Deadline
    verb = VIEW
    quotes = True
    serializer_class = serializers.DeadlineSerializer
    filterset_fields = {"contract": ["exact"], "kind": ["exact"], "state": ["exact"], "due_on": ["gte", "lte"]}


@extend_schema(responses=serializers.ObligationSerializer)
class EndObligation(Act):
    model = Obligation
    serializer_class = serializers.ReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        ended = end_obligation(actor=actor, obligation_id=pk, reason=sent["reason"])
        return serializers.ObligationSerializer(ended).data


@extend_schema(responses=serializers.OccurrenceSerializer)
class SubmitOccurrence(Act):
    model = Occurrence
    serializer_class = serializers.ProofSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(submit_occurrence(actor=actor, occurrence_id=pk, proof=sent["proof"]))


@extend_schema(responses=serializers.OccurrenceSerializer)
class FulfilOccurrence(Act):
    model = Occurrence
    serializer_class = serializers.NoteSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(fulfil_occurrence(actor=actor, occurrence_id=pk, note=sent["note"]))


@extend_schema(responses=serializers.OccurrenceSerializer)
class DisputeOccurrence(Act):
    model = Occurrence
    serializer_class = serializers.ReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(dispute_occurrence(actor=actor, occurrence_id=pk, reason=sent["reason"]))


@extend_schema(responses=serializers.OccurrenceSerializer)
class WaiveOccurrence(Act):
    model = Occurrence
    serializer_class = serializers.ReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(waive_occurrence(actor=actor, occurrence_id=pk, reason=sent["reason"]))


def _shown(occurrence: Occurrence) -> Any:
    return serializers.OccurrenceSerializer(occurrence).data
