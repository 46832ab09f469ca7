"""The API of contracts that belong together."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import get_visible, require
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import BodySerializer, checked
from clm.api.views import VisibleRowsView, actor_in
from contracts import queries
from contracts.access.relations import VIEW
from contracts.models import Contract, ContractRelation
from contracts.operations.relations.end_relation import end_relation
from contracts.operations.relations.relate_contracts import relate_contracts
from contracts.queries.relations import family_of


class RelationSerializer(serializers.ModelSerializer[ContractRelation]):
    """`contract` is what `kind` says to `other`."""

    class Meta:
        model = ContractRelation
        fields = ["id", "contract", "other", "kind", "note", "created_at"]
        read_only_fields = fields


class NewRelationSerializer(BodySerializer):
    """The contract of the address is what `kind` says to `other`."""

    other = serializers.UUIDField(source="other_id")
    kind = serializers.ChoiceField(choices=ContractRelation.Kind.choices)
    note = serializers.CharField(max_length=250, required=False, allow_blank=True, default="")


class RelativeSerializer(serializers.Serializer[Any]):
    """A contract of a family, `depth` steps below its top."""

    id = serializers.UUIDField(source="contract.pk")
    reference = serializers.CharField(source="contract.reference")
    title = serializers.CharField(source="contract.title")
    state = serializers.CharField(source="contract.state")
    depth = serializers.IntegerField()


class OfBoth(VisibleRowsView):
    model = ContractRelation
    verb = VIEW

    def contract(self) -> Contract:
        return get_visible(actor_in(self.request), queries.contract_rows(), self.kwargs["pk"])

    def rows(self) -> QuerySet[Any]:
        return ContractRelation.objects.filter(ended_at=None)


class ContractRelations(IdempotentMixin, OfBoth, ListAPIView):
    """The relations of a contract in either direction, where both contracts are seen; POST relates it."""

    tag_of = Contract

    serializer_class = RelationSerializer

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        contract = self.contract()
        return super().filter_queryset(queryset).filter(Q(contract=contract) | Q(other=contract))

    @extend_schema(request=NewRelationSerializer, responses={201: RelationSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.relate_contracts", self.contract())
        sent = checked(NewRelationSerializer, request.data)
        relation = relate_contracts(actor=actor, contract_id=pk, **sent)
        return Response(RelationSerializer(relation).data, status=status.HTTP_201_CREATED)


class RelationDetail(OfBoth):
    """DELETE: they no longer belong together."""

    tag_of, tag_via = Contract, "contract"

    serializer_class = RelationSerializer

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.end_relation", self.get_object())
        end_relation(actor=actor, relation_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Family(OfBoth):
    """What the contract stands under, and all that stands under that; empty where it stands alone."""

    serializer_class = RelativeSerializer

    @extend_schema(responses=RelativeSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, VIEW)
        return Response(RelativeSerializer(family_of(actor, self.contract()), many=True).data)
