"""The API of service levels: actor, verb, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clm.access.permissions import require
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import check_empty
from clm.api.views import VisibleRowsView, actor_in
from slas.api import serializers
from slas.judging import RELATED
from slas.models import Breach, Commitment, Evaluation, EvaluationWindow, Exclusion, Indicator, Service
from slas.operations.activate_commitment import activate_commitment
from slas.operations.add_indicator import add_indicator
from slas.operations.add_service import add_service
from slas.operations.bind_commitment import bind_commitment
from slas.operations.change_commitment import change_commitment
from slas.operations.end_commitment import end_commitment
from slas.operations.exclusions import propose_exclusion
from slas.presets import presets

VIEW = "slas.view_commitment"
TELEMETRY = "slas.view_telemetry"


class Services(IdempotentMixin, VisibleRowsView, ListAPIView):
    """List services, newest first, or add one."""

    model = Service
    verb = VIEW
    serializer_class = serializers.ServiceSerializer
    filterset_fields = ["contract"]

    def post(self, request: Request) -> Response:
        require(actor_in(request), "slas.add_service")
        sent = serializers.ServiceSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data
        service = add_service(actor=actor_in(request), contract_id=given["contract"].pk, name=given["name"])
        return Response(serializers.ServiceSerializer(service).data, status=status.HTTP_201_CREATED)


class Indicators(IdempotentMixin, VisibleRowsView, ListAPIView):
    """List indicators, newest first, or add one to a service."""

    model = Indicator
    verb = TELEMETRY
    serializer_class = serializers.IndicatorSerializer
    filterset_fields = ["service", "kind", "key"]

    @extend_schema(request=serializers.AddIndicatorSerializer, responses={201: serializers.IndicatorSerializer})
    def post(self, request: Request) -> Response:
        require(actor_in(request), "slas.add_indicator")
        sent = serializers.AddIndicatorSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        given = dict(sent.validated_data)
        indicator = add_indicator(actor=actor_in(request), service_id=given.pop("service"), **given)
        return Response(serializers.IndicatorSerializer(indicator).data, status=status.HTTP_201_CREATED)


class Commitments(IdempotentMixin, VisibleRowsView, ListAPIView):
    """List commitments, newest first, or bind a passage."""

    model = Commitment
    verb = VIEW
    serializer_class = serializers.CommitmentSerializer
    filterset_fields = ["contract", "indicator", "state"]

    def rows(self) -> QuerySet[Any]:
        return Commitment.objects.prefetch_related("tiers", "target_rules__volume_of")

    @extend_schema(request=serializers.BindSerializer, responses={201: serializers.CommitmentSerializer})
    def post(self, request: Request) -> Response:
        require(actor_in(request), "slas.bind_commitment")
        sent = serializers.BindSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        commitment = bind_commitment(
            actor=actor_in(request),
            passage_id=sent.validated_data["passage"],
            terms=sent.terms(),
            indicator=sent.measured_by(),
        )
        return Response(serializers.CommitmentSerializer(commitment).data, status=status.HTTP_201_CREATED)


class CommitmentDetail(VisibleRowsView, RetrieveAPIView):
    """One commitment; PUT gives a draft other terms."""

    model = Commitment
    verb = VIEW
    serializer_class = serializers.CommitmentSerializer

    def rows(self) -> QuerySet[Any]:
        return Commitment.objects.prefetch_related("tiers", "target_rules__volume_of")

    @extend_schema(request=serializers.TermsSerializer, responses=serializers.CommitmentSerializer)
    def put(self, request: Request, pk: UUID) -> Response:
        sent = serializers.TermsSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        changed = change_commitment(actor=actor_in(request), commitment_id=pk, terms=sent.terms())
        return Response(serializers.CommitmentSerializer(changed).data)


class ActivateCommitment(IdempotentMixin):
    """Measuring starts, past windows included."""

    model = Commitment

    @extend_schema(request=None, responses=serializers.CommitmentSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        check_empty(request)
        commitment = activate_commitment(actor=actor_in(request), commitment_id=pk)
        return Response(serializers.CommitmentSerializer(commitment).data)


class EndCommitment(IdempotentMixin):
    """Measuring ends."""

    model = Commitment

    @extend_schema(request=serializers.EndSerializer, responses=serializers.CommitmentSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        sent = serializers.EndSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        commitment = end_commitment(actor=actor_in(request), commitment_id=pk, **sent.validated_data)
        return Response(serializers.CommitmentSerializer(commitment).data)


class Presets(APIView):
    """Published service levels to start from."""

    @extend_schema(responses=serializers.PresetSerializer(many=True))
    def get(self, request: Request) -> Response:
        require(actor_in(request), VIEW)
        return Response(serializers.PresetSerializer(list(presets().values()), many=True).data)


class Windows(VisibleRowsView, ListAPIView):
    """Windows with their figures as they stand."""

    model = EvaluationWindow
    verb = VIEW
    serializer_class = serializers.WindowSerializer
    filterset_fields = {
        "commitment": ["exact"],
        "commitment__contract": ["exact"],
        "state": ["exact"],
        "light": ["exact"],
        "ends_at": ["gte", "lte"],
    }

    def rows(self) -> QuerySet[Any]:
        return EvaluationWindow.objects.select_related(*RELATED)


class WindowDetail(VisibleRowsView, RetrieveAPIView):
    model = EvaluationWindow
    verb = VIEW
    serializer_class = serializers.WindowSerializer

    def rows(self) -> QuerySet[Any]:
        return EvaluationWindow.objects.select_related(*RELATED)


class Evaluations(VisibleRowsView, ListAPIView):
    """Every judgement, newest first."""

    model = Evaluation
    verb = VIEW
    quotes = True
    serializer_class = serializers.EvaluationSerializer
    filterset_fields = ["window", "window__commitment", "outcome"]


class EvaluationDetail(VisibleRowsView, RetrieveAPIView):
    """One judgement with its trace."""

    model = Evaluation
    verb = VIEW
    serializer_class = serializers.EvaluationSerializer


class Exclusions(IdempotentMixin, VisibleRowsView, ListAPIView):
    """List exclusions, newest first, or propose one."""

    model = Exclusion
    verb = VIEW
    serializer_class = serializers.ExclusionSerializer
    filterset_fields = ["commitment", "state", "kind"]

    def rows(self) -> QuerySet[Any]:
        return Exclusion.objects.select_related("commitment")

    @extend_schema(request=serializers.NewExclusionSerializer, responses={201: serializers.ExclusionSerializer})
    def post(self, request: Request) -> Response:
        require(actor_in(request), "slas.propose_exclusion")
        sent = serializers.NewExclusionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        given = dict(sent.validated_data)
        exclusion = propose_exclusion(actor=actor_in(request), commitment_id=given.pop("commitment"), **given)
        return Response(serializers.ExclusionSerializer(exclusion).data, status=status.HTTP_201_CREATED)


class ExclusionDetail(VisibleRowsView, RetrieveAPIView):
    model = Exclusion
    verb = VIEW
    serializer_class = serializers.ExclusionSerializer

    def rows(self) -> QuerySet[Any]:
        return Exclusion.objects.select_related("commitment")


class Breaches(VisibleRowsView, ListAPIView):
    model = Breach
    verb = "slas.view_breach"
    serializer_class = serializers.BreachSerializer
    filterset_fields = ["contract", "commitment", "state"]

    def rows(self) -> QuerySet[Any]:
        return Breach.objects.defer("evidence")


class BreachDetail(VisibleRowsView, RetrieveAPIView):
    """One breach with its frozen evidence."""

    model = Breach
    verb = "slas.view_breach"
    serializer_class = serializers.BreachDetailSerializer
