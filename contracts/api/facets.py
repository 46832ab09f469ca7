"""The API of what found contracts have in common."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import require
from clm.api.views import VisibleRowsView, actor_in
from contracts import queries
from contracts.access import VIEW_INSIDE
from contracts.api.views import ContractFilter
from contracts.models import Contract
from contracts.queries.facets import facets_of
from contracts.queries.finding import Found


class CountSerializer(serializers.Serializer[Any]):
    """A value; `filters` are the parameters of the list of contracts that leave those that have it."""

    label = serializers.CharField()  # type: ignore[assignment]
    number = serializers.IntegerField()
    filters = serializers.DictField(child=serializers.CharField())


class FacetSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    counts = CountSerializer(many=True)


class FacetsSerializer(serializers.Serializer[Any]):
    """Of more than 5,000 found contracts the newest 2,500 are counted, and `has_more` is true."""

    number = serializers.IntegerField()
    has_more = serializers.BooleanField()
    facets = FacetSerializer(many=True)


class Facets(VisibleRowsView):
    """States, types, parties, departments, owners, tags, clauses of the library that are there or lacking, bands of
    value, years of effect, signature and end, how soon notice is due, and choices and years of own fields, of the
    contracts that you see and that the parameters leave, with their numbers."""

    model = Contract
    verb = VIEW_INSIDE
    serializer_class = FacetsSerializer
    filterset_class = ContractFilter

    @extend_schema(responses=FacetsSerializer)
    def get(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, self.verb)
        self.filter_queryset(queries.contracts(actor))
        found: Found = request.found  # type: ignore[attr-defined]
        return Response(FacetsSerializer(facets_of(found, actor.organization_id)).data)
