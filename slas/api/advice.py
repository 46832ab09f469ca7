"""The definition assistant over the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clm.access.permissions import get_visible, require
from clm.api.conditional import Conditional
from clm.api.views import actor_in
from clm.lib import clock
from contracts.models import Passage
from slas import queries
from slas.advice import advice_for, advice_on, draft_of, measured_anew, measured_by, metrics_with
from slas.api.serializers import BindSerializer
from slas.terms import NewIndicator, terms_of


class AdviceSerializer(serializers.Serializer[Any]):
    """A warning: the term it is about, why that leads to disputes, and what to do instead."""

    code = serializers.CharField()
    field = serializers.CharField()
    why = serializers.CharField()
    suggestion = serializers.CharField()


class Advise(Conditional):
    """Warnings on terms before a passage is bound to them; nothing is kept."""

    @extend_schema(request=BindSerializer, responses=AdviceSerializer(many=True))
    def post(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, "slas.bind_commitment")
        sent = BindSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        passages = Passage.objects.select_related("version")
        passage = get_visible(actor, passages, sent.validated_data["passage"])
        named, terms = sent.measured_by(), sent.terms()
        if isinstance(named, NewIndicator):
            measured = measured_anew(vars(named))
        else:
            measured = measured_by(get_visible(actor, queries.indicators(actor), named), clock.now())
        values = terms.as_fields() | {"tiers": terms.tiers}
        metrics = metrics_with(passage.version.contract_id)
        advice = advice_on(draft_of(values, quote=passage.quote, measured=measured, metrics=metrics))
        return Response(AdviceSerializer(advice, many=True).data)


class CommitmentAdvice(APIView):
    """Warnings on a service level as it stands."""

    @extend_schema(responses=AdviceSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        commitment = get_visible(actor, queries.commitment_in_full(actor), pk)
        require(actor, "slas.change_commitment", commitment)
        advice = advice_for(commitment, terms_of(commitment), clock.now())
        return Response(AdviceSerializer(advice, many=True).data)
