"""The API of mandatory clauses that are left out, and of how a draft stands to the library."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import BodySerializer, checked
from clm.api.views import VisibleRowsView, actor_in
from clm.lib.actor import Actor
from contracts.access.library import VIEW as VIEW_LIBRARY
from contracts.access.omissions import VIEW
from contracts.api.library import ReportSerializer, shown_report
from contracts.api.views import OfContract
from contracts.models import Draft, Omission
from contracts.operations.omissions.approve_omission import approve_omission
from contracts.operations.omissions.ask_omission import ask_omission
from contracts.operations.omissions.refuse_omission import refuse_omission
from contracts.queries.draft_library import draft_report
from contracts.queries.drafts import draft_rows
from contracts.queries.omissions import omission_rows


class OmissionSerializer(serializers.ModelSerializer):
    """`created_at` is when it was asked."""

    class Meta:
        model = Omission
        fields = [
            "id", "contract", "library_clause", "reason", "state", "asked_by", "created_at", "decided_by", "decided_at",
            "answer",
        ]  # fmt: skip
        read_only_fields = fields


class OmissionRequestSerializer(BodySerializer):
    library_clause = serializers.UUIDField(source="library_clause_id")
    reason = serializers.CharField()


class OmissionApprovalSerializer(BodySerializer):
    note = serializers.CharField(required=False, allow_blank=True, default="")


class OmissionRefusalSerializer(BodySerializer):
    reason = serializers.CharField()


class ContractOmissions(IdempotentMixin, OfContract, ListAPIView):
    """What was asked on a contract, newest first; POST asks."""

    model = Omission
    verb = VIEW
    serializer_class = OmissionSerializer

    @extend_schema(request=OmissionRequestSerializer, responses={201: OmissionSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.ask_omission", self.contract())
        omission = ask_omission(actor=actor, contract_id=pk, **checked(OmissionRequestSerializer, request.data))
        return Response(OmissionSerializer(omission).data, status=status.HTTP_201_CREATED)


class OmissionDetail(VisibleRowsView, RetrieveAPIView):
    model = Omission
    verb = VIEW
    serializer_class = OmissionSerializer

    def rows(self) -> QuerySet[Any]:
        return omission_rows()


@extend_schema(responses=OmissionSerializer)
class OmissionApproval(Act):
    """The contract may do without the clause. 409 `own_omission` to who asked or drafts."""

    model = Omission
    asks = "contracts.approve_omission"
    serializer_class = OmissionApprovalSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return OmissionSerializer(approve_omission(actor=actor, omission_id=pk, **sent)).data


@extend_schema(responses=OmissionSerializer)
class OmissionRefusal(Act):
    """The clause stays mandatory in the contract."""

    model = Omission
    asks = "contracts.refuse_omission"
    serializer_class = OmissionRefusalSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return OmissionSerializer(refuse_omission(actor=actor, omission_id=pk, **sent)).data


class DraftLibrary(VisibleRowsView):
    """How a draft of one's own side stands to the library; `clause` are clauses of the draft."""

    model = Draft
    verb = VIEW_LIBRARY
    serializer_class = ReportSerializer

    def rows(self) -> QuerySet[Any]:
        return draft_rows()

    def get(self, request: Request, pk: UUID) -> Response:
        return Response(ReportSerializer(shown_report(draft_report(self.get_object()))).data)
