"""The API of risk: scores, the weights that make them, and contracts that disagree."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import get_visible, note_in_passing, require, visible
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import BodySerializer, EmptySerializer, ModelBodySerializer, checked
from clm.api.views import VisibleRowsView, actor_in
from clm.lib.actor import Actor
from clm.lib.errors import NotVisible
from contracts import queries
from contracts.access.risk import VIEW, VIEW_CONFLICT
from contracts.models import Conflict, RiskAssessment, RiskScale
from contracts.models.conflict import Topic
from contracts.operations.conflicts.acknowledge_conflict import acknowledge_conflict
from contracts.operations.risk.activate_risk_scale import activate_risk_scale
from contracts.operations.risk.change_risk_scale import change_risk_scale
from contracts.operations.risk.create_risk_scale import create_risk_scale
from contracts.operations.risk.guards import FIELDS
from contracts.operations.risk.retire_risk_scale import retire_risk_scale
from contracts.queries.conflicts import touching
from contracts.queries.risk import tried_scale
from contracts.states import ConflictState


class RiskSerializer(serializers.ModelSerializer[RiskAssessment]):
    """`score` of 100; `up_to` if the worst were true of what is not known. `parts` with points, fact and what each
    rests on."""

    class Meta:
        model = RiskAssessment
        fields = ["contract", "version", "scale", "score", "up_to", "band", "up_to_band", "parts", "assessed_at"]
        read_only_fields = fields


class ScaleSerializer(serializers.ModelSerializer[RiskScale]):
    class Meta:
        model = RiskScale
        fields = ["id", "number", "state", *FIELDS, "created_at", "activated_at", "retired_at"]
        read_only_fields = fields


class ScaleBodySerializer(ModelBodySerializer):
    """`home` lists the governing laws that are ours; empty: the countries of our own parties."""

    home = serializers.ListField(child=serializers.CharField(max_length=6), required=False, max_length=60)

    class Meta:
        model = RiskScale
        fields = [*FIELDS]


class NewScaleSerializer(ScaleBodySerializer):
    """The weights of `copy_of` where one is named, else those that come with the product, but for what is sent."""

    copy_of = serializers.UUIDField(required=False, allow_null=True, default=None)

    class Meta(ScaleBodySerializer.Meta):
        fields = [*FIELDS, "copy_of"]
        extra_kwargs = {name: {"required": False} for name in FIELDS}


class ScaleActivationSerializer(BodySerializer):
    replaces = serializers.UUIDField(allow_null=True)


class TriedScoreSerializer(serializers.Serializer[Any]):
    contract = serializers.UUIDField(source="contract.pk")
    score = serializers.IntegerField(source="score.score")
    band = serializers.CharField(source="score.band")
    up_to = serializers.IntegerField(source="score.up_to")
    score_now = serializers.IntegerField(source="now.score")
    band_now = serializers.CharField(source="now.band")
    differs = serializers.BooleanField()


class ConflictSerializer(serializers.ModelSerializer[Conflict]):
    """`says` and `other_says`: the value that is compared, the words, and the clause that says them; without a clause
    it is a fact of the contract. Send `fingerprint` back as `seen`."""

    class Meta:
        model = Conflict
        fields = [
            "id", "contract", "other", "topic", "says", "other_says", "fingerprint", "state", "found_at",
            "acknowledged_by", "acknowledged_at", "reason",
        ]  # fmt: skip
        read_only_fields = fields


class AcknowledgementSerializer(BodySerializer):
    reason = serializers.CharField()
    seen = serializers.CharField(required=False, allow_blank=True, default="", max_length=64)


class ContractRisk(VisibleRowsView):
    """How risky a contract is; 404 until it is scored, within a minute of its coming."""

    model = RiskAssessment
    verb = VIEW
    serializer_class = RiskSerializer

    @extend_schema(responses=RiskSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        contract = get_visible(actor, queries.contract_rows(), pk)
        require(actor, VIEW, contract)
        found = visible(actor, RiskAssessment.objects.filter(contract=contract)).first()
        if found is None:
            raise NotVisible
        return Response(RiskSerializer(found).data)


class Scales(IdempotentMixin, VisibleRowsView, ListAPIView):
    """The weights of risk, newest first; POST begins others."""

    model = RiskScale
    verb = VIEW
    serializer_class = ScaleSerializer
    filterset_fields = ["state"]

    @extend_schema(request=NewScaleSerializer, responses={201: ScaleSerializer})
    def post(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.create_risk_scale")
        scale = create_risk_scale(actor=actor, **checked(NewScaleSerializer, request.data))
        return Response(ScaleSerializer(scale).data, status=status.HTTP_201_CREATED)


class ScaleDetail(VisibleRowsView, RetrieveAPIView):
    """PATCH changes a draft."""

    model = RiskScale
    verb = VIEW
    serializer_class = ScaleSerializer

    @extend_schema(request=ScaleBodySerializer, responses=ScaleSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.change_risk_scale", self.get_object())
        sent = checked(ScaleBodySerializer, request.data, partial=True)
        return Response(ScaleSerializer(change_risk_scale(actor=actor, scale_id=pk, **sent)).data)


@extend_schema(responses=ScaleSerializer)
class ScaleActivation(Act):
    """`replaces` is the scale in use, null where none is: 409 `changed_meanwhile` where it is another."""

    model = RiskScale
    asks = "contracts.activate_risk_scale"
    serializer_class = ScaleActivationSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return ScaleSerializer(activate_risk_scale(actor=actor, scale_id=pk, **sent)).data


@extend_schema(responses=ScaleSerializer)
class ScaleRetirement(Act):
    model = RiskScale
    asks = "contracts.retire_risk_scale"
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return ScaleSerializer(retire_risk_scale(actor=actor, scale_id=pk)).data


class ScaleTrial(VisibleRowsView):
    """The newest contracts that the caller sees, as these weights would score them beside those in use."""

    model = RiskScale
    verb = VIEW
    serializer_class = TriedScoreSerializer

    @extend_schema(responses=TriedScoreSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        found = tried_scale(actor_in(request), self.get_object())
        return Response(TriedScoreSerializer(found, many=True).data)


class ConflictFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=ConflictState.choices)
    topic = django_filters.ChoiceFilter(choices=Topic.choices)
    contract = django_filters.UUIDFilter(method="by_contract", label="Either of the two")
    party = django_filters.UUIDFilter(method="by_party")

    def by_contract(self, rows: QuerySet[Conflict], _name: str, value: UUID) -> QuerySet[Conflict]:
        return rows.filter(contract=value) | rows.filter(other=value)

    def by_party(self, rows: QuerySet[Conflict], _name: str, value: UUID) -> QuerySet[Conflict]:
        return touching(rows, [value])


class Conflicts(VisibleRowsView, ListAPIView):
    """Contracts with one party that disagree, where the caller sees both."""

    model = Conflict
    verb = VIEW_CONFLICT
    quotes = True
    serializer_class = ConflictSerializer
    filterset_class = ConflictFilter

    def paginate_queryset(self, queryset: Any) -> Any:
        rows = super().paginate_queryset(queryset)
        note_in_passing(contract_ids=[row.other_id for row in rows or ()])
        return rows


class ConflictDetail(VisibleRowsView, RetrieveAPIView):
    model = Conflict
    verb = VIEW_CONFLICT
    serializer_class = ConflictSerializer

    def get_object(self) -> Any:
        row = super().get_object()
        note_in_passing(contract_ids=[row.other_id])
        return row


@extend_schema(responses=ConflictSerializer)
class ConflictAcknowledgement(Act):
    """`seen` is the fingerprint of what was read: 409 `changed_meanwhile` where either says something else by now."""

    model = Conflict
    asks = "contracts.acknowledge_conflict"
    serializer_class = AcknowledgementSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return ConflictSerializer(acknowledge_conflict(actor=actor, conflict_id=pk, **sent)).data
