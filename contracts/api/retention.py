"""The API of records: rules, matters, holds and disposals."""

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

from clm.access.permissions import get_visible, require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import BodySerializer, EmptySerializer, ModelBodySerializer, ReasonSerializer, checked
from clm.api.views import VisibleRowsView, actor_in
from clm.lib.actor import Actor
from contracts.access.retention import VIEW
from contracts.api.views import OfContract
from contracts.models import Disposal, LegalHold, Matter, MatterContract, RetentionRule
from contracts.operations.retention.add_retention_rule import add_retention_rule
from contracts.operations.retention.approve_disposal import approve_disposal
from contracts.operations.retention.open_matter import open_matter
from contracts.operations.retention.place_hold import place_hold
from contracts.operations.retention.propose_disposal import propose_disposal
from contracts.operations.retention.put_in_matter import put_in_matter, take_out_of_matter
from contracts.operations.retention.refuse_disposal import refuse_disposal
from contracts.operations.retention.release_hold import release_hold
from contracts.operations.retention.retire_retention_rule import retire_retention_rule
from contracts.operations.retention.withdraw_disposal import withdraw_disposal
from contracts.queries.retention import disposal_rows, hold_rows, holds_on
from contracts.states import DisposalState


class RetentionRuleSerializer(ModelBodySerializer):
    """`category` and `jurisdiction` empty mean any. Of several rules that fit the longest counts."""

    keep_months = serializers.IntegerField(min_value=1, max_value=1200)

    class Meta:
        model = RetentionRule
        fields = ["id", "name", "category", "jurisdiction", "keep_months", "counts_from", "basis", "retired_at"]


class MatterSerializer(ModelBodySerializer):
    class Meta:
        model = Matter
        fields = ["id", "name", "description", "created_at"]


class MatterContractSerializer(BodySerializer):
    contract = serializers.UUIDField(source="contract_id")


class HoldSerializer(serializers.ModelSerializer):
    """`created_at` is when it was placed."""

    class Meta:
        model = LegalHold
        fields = [
            "id", "name", "reason", "contract", "party", "matter", "placed_by", "created_at", "released_by",
            "released_at", "release_reason",
        ]  # fmt: skip
        read_only_fields = fields


class HoldRequestSerializer(BodySerializer):
    """Exactly one of contract, party and matter."""

    name = serializers.CharField(max_length=200)
    reason = serializers.CharField()
    contract = serializers.UUIDField(source="contract_id", required=False, allow_null=True)
    party = serializers.UUIDField(source="party_id", required=False, allow_null=True)
    matter = serializers.UUIDField(source="matter_id", required=False, allow_null=True)


class DisposalSerializer(serializers.ModelSerializer):
    """`until` is the day its retention ended, `removed` how many rows and files went."""

    class Meta:
        model = Disposal
        fields = [
            "id", "contract", "state", "reason", "until", "trace", "proposed_by", "created_at", "decided_by",
            "decided_at", "answer", "removed",
        ]  # fmt: skip
        read_only_fields = fields


class DisposalRequestSerializer(BodySerializer):
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class DisposalNoteSerializer(BodySerializer):
    note = serializers.CharField(required=False, allow_blank=True, default="")


class HoldFilter(django_filters.FilterSet):
    stands = django_filters.BooleanFilter(field_name="released_at", lookup_expr="isnull")
    contract = django_filters.UUIDFilter(field_name="contract_id")
    party = django_filters.UUIDFilter(field_name="party_id")
    matter = django_filters.UUIDFilter(field_name="matter_id")


class DisposalFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=DisposalState.choices)


class Rules(IdempotentMixin, VisibleRowsView, ListAPIView):
    """The retention rules, newest first, retired ones too."""

    model = RetentionRule
    verb = VIEW
    serializer_class = RetentionRuleSerializer

    @extend_schema(request=RetentionRuleSerializer, responses={201: RetentionRuleSerializer})
    def post(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.add_retention_rule")
        rule = add_retention_rule(actor=actor, **checked(RetentionRuleSerializer, request.data))
        return Response(RetentionRuleSerializer(rule).data, status=status.HTTP_201_CREATED)


class RuleDetail(VisibleRowsView, RetrieveAPIView):
    model = RetentionRule
    verb = VIEW
    serializer_class = RetentionRuleSerializer


@extend_schema(responses=RetentionRuleSerializer)
class RuleRetirement(Act):
    model = RetentionRule
    asks = "contracts.retire_retention_rule"
    serializer_class = ReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return RetentionRuleSerializer(retire_retention_rule(actor=actor, rule_id=pk, **sent)).data


class Matters(IdempotentMixin, VisibleRowsView, ListAPIView):
    model = Matter
    verb = VIEW
    serializer_class = MatterSerializer

    @extend_schema(request=MatterSerializer, responses={201: MatterSerializer})
    def post(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.open_matter")
        matter = open_matter(actor=actor, **checked(MatterSerializer, request.data))
        return Response(MatterSerializer(matter).data, status=status.HTTP_201_CREATED)


class MatterDetail(VisibleRowsView, RetrieveAPIView):
    model = Matter
    verb = VIEW
    serializer_class = MatterSerializer


class MatterContracts(IdempotentMixin, VisibleRowsView, ListAPIView):
    """The contracts in a matter that the caller sees; POST puts one in."""

    model = MatterContract
    tag_of = Matter
    verb = VIEW
    serializer_class = MatterContractSerializer

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        matter = get_visible(actor_in(self.request), Matter.objects.all(), self.kwargs["pk"])
        return super().filter_queryset(queryset).filter(matter=matter)

    @extend_schema(request=MatterContractSerializer, responses={201: MatterContractSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.put_in_matter", get_visible(actor, Matter.objects.all(), pk))
        made = put_in_matter(actor=actor, matter_id=pk, **checked(MatterContractSerializer, request.data))
        return Response(MatterContractSerializer(made).data, status=status.HTTP_201_CREATED)


class MatterContractDetail(VisibleRowsView):
    """DELETE takes a contract out of a matter. 409 `on_hold` while a hold on the matter stands."""

    model = MatterContract
    verb = VIEW
    tag_of = Matter
    serializer_class = MatterContractSerializer

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID, contract_id: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.put_in_matter", get_visible(actor, Matter.objects.all(), pk))
        take_out_of_matter(actor=actor, matter_id=pk, contract_id=contract_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Holds(IdempotentMixin, VisibleRowsView, ListAPIView):
    """The legal holds, newest first (`stands=true`: those that are not released)."""

    model = LegalHold
    verb = VIEW
    serializer_class = HoldSerializer
    filterset_class = HoldFilter

    def rows(self) -> QuerySet[Any]:
        return hold_rows()

    @extend_schema(request=HoldRequestSerializer, responses={201: HoldSerializer})
    def post(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.place_hold")
        hold = place_hold(actor=actor, **checked(HoldRequestSerializer, request.data))
        return Response(HoldSerializer(hold).data, status=status.HTTP_201_CREATED)


class HoldDetail(VisibleRowsView, RetrieveAPIView):
    model = LegalHold
    verb = VIEW
    serializer_class = HoldSerializer

    def rows(self) -> QuerySet[Any]:
        return hold_rows()


@extend_schema(responses=HoldSerializer)
class HoldRelease(Act):
    model = LegalHold
    asks = "contracts.release_hold"
    serializer_class = ReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return HoldSerializer(release_hold(actor=actor, hold_id=pk, **sent)).data


class ContractHolds(OfContract, ListAPIView):
    """Every standing hold that covers the contract: its own, those on its parties and on matters that it is in."""

    model = LegalHold
    verb = VIEW
    serializer_class = HoldSerializer

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pk__in=holds_on(self.contract()).values("pk"))


class Disposals(VisibleRowsView, ListAPIView):
    model = Disposal
    verb = VIEW
    serializer_class = DisposalSerializer
    filterset_class = DisposalFilter

    def rows(self) -> QuerySet[Any]:
        return disposal_rows()


class ContractDisposals(IdempotentMixin, OfContract, ListAPIView):
    """What was proposed for a contract; POST proposes. 409 `not_archived`, `on_hold`, `no_rule`, `still_kept`."""

    model = Disposal
    verb = VIEW
    serializer_class = DisposalSerializer

    @extend_schema(request=DisposalRequestSerializer, responses={201: DisposalSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.propose_disposal", self.contract())
        made = propose_disposal(actor=actor, contract_id=pk, **checked(DisposalRequestSerializer, request.data))
        return Response(DisposalSerializer(made).data, status=status.HTTP_201_CREATED)


class DisposalDetail(VisibleRowsView, RetrieveAPIView):
    model = Disposal
    verb = VIEW
    serializer_class = DisposalSerializer

    def rows(self) -> QuerySet[Any]:
        return disposal_rows()


@extend_schema(responses=DisposalSerializer)
class DisposalApproval(Act):
    """The contract is disposed of. 409 `own_disposal` to who proposed it."""

    model = Disposal
    asks = "contracts.approve_disposal"
    serializer_class = DisposalNoteSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return DisposalSerializer(approve_disposal(actor=actor, disposal_id=pk, **sent)).data


@extend_schema(responses=DisposalSerializer)
class DisposalRefusal(Act):
    model = Disposal
    asks = "contracts.refuse_disposal"
    serializer_class = ReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return DisposalSerializer(refuse_disposal(actor=actor, disposal_id=pk, **sent)).data


@extend_schema(responses=DisposalSerializer)
class DisposalWithdrawal(Act):
    model = Disposal
    asks = "contracts.withdraw_disposal"
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return DisposalSerializer(withdraw_disposal(actor=actor, disposal_id=pk)).data
