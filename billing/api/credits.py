"""The API of credits and credit notes: actor, verb, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.views import APIView

from billing import queries
from billing.api import serializers
from billing.models import Credit, CreditNote
from billing.operations.approve_credit import approve_credit
from billing.operations.dispute_credit import dispute_credit
from billing.operations.issue_credit import issue_credit
from billing.operations.reinstate_credit import reinstate_credit
from billing.operations.reject_credit import reject_credit
from billing.operations.reverse_credit import reverse_credit
from billing.operations.settle_credit import settle_credit
from billing.operations.withdraw_credit import withdraw_credit
from billing.pages.credits import note_file
from clm.access.permissions import get_visible
from clm.api.acts import Act
from clm.api.serializers import EmptySerializer
from clm.api.views import VisibleRowsView, actor_in
from clm.lib.actor import Actor

VIEW = "billing.view_credit"


class Credits(VisibleRowsView, ListAPIView):
    """List credits, newest first, each with its trace and its note."""

    model = Credit
    verb = VIEW
    quotes = True
    serializer_class = serializers.CreditSerializer
    filterset_fields = {
        "contract": ["exact"],
        "commitment": ["exact"],
        "breach": ["exact"],
        "state": ["exact"],
        "currency": ["exact"],
        "claim_due_on": ["gte", "lte"],
    }

    def rows(self) -> QuerySet[Any]:
        return Credit.objects.select_related("note")


class CreditDetail(VisibleRowsView, RetrieveAPIView):
    model = Credit
    verb = VIEW
    serializer_class = serializers.CreditSerializer

    def rows(self) -> QuerySet[Any]:
        return Credit.objects.select_related("note")


class CreditNotes(VisibleRowsView, ListAPIView):
    """List credit notes, newest first."""

    model = CreditNote
    verb = VIEW
    serializer_class = serializers.CreditNoteSerializer
    filterset_fields = ["credit", "credit__contract", "number", "currency"]


class CreditNoteDetail(VisibleRowsView, RetrieveAPIView):
    model = CreditNote
    verb = VIEW
    serializer_class = serializers.CreditNoteSerializer


class CreditNotePdf(APIView):
    """The credit note as a PDF; 409 `not_printed` while it is being printed."""

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> FileResponse:
        actor = actor_in(request)
        return note_file(get_visible(actor, queries.credits(actor).select_related("note__blob"), pk))


@extend_schema(responses=serializers.CreditSerializer)
class ApproveCredit(Act):
    model = Credit
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(approve_credit(actor=actor, credit_id=pk))


@extend_schema(responses=serializers.CreditSerializer)
class RejectCredit(Act):
    model = Credit
    serializer_class = serializers.ReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(reject_credit(actor=actor, credit_id=pk, reason=sent["reason"]))


@extend_schema(responses=serializers.CreditNoteSerializer)
class IssueCredit(Act):
    model = Credit
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return serializers.CreditNoteSerializer(issue_credit(actor=actor, credit_id=pk)).data


@extend_schema(responses=serializers.CreditSerializer)
class DisputeCredit(Act):
    """Put an issued or settled credit in dispute. One that was taken back already is `taken_back`: what took it back
    can be disputed."""

    model = Credit
    serializer_class = serializers.ReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(dispute_credit(actor=actor, credit_id=pk, reason=sent["reason"]))


@extend_schema(responses=serializers.CreditSerializer)
class SettleCredit(Act):
    model = Credit
    serializer_class = serializers.SettleSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        settled = settle_credit(actor=actor, credit_id=pk, invoice_id=sent.get("invoice"), reason=sent["reason"])
        return _shown(settled)


@extend_schema(responses=serializers.CreditSerializer)
class WithdrawCredit(Act):
    """Stop a credit that is not issued yet."""

    model = Credit
    serializer_class = serializers.ReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(withdraw_credit(actor=actor, credit_id=pk, reason=sent["reason"]))


@extend_schema(responses=serializers.CreditSerializer)
class ReinstateCredit(Act):
    """End a dispute: the credit stands and is issued as before."""

    model = Credit
    serializer_class = serializers.ReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(reinstate_credit(actor=actor, credit_id=pk, reason=sent["reason"]))


@extend_schema(responses=serializers.CreditSerializer)
class ReverseCredit(Act):
    """End a dispute: propose a credit of the opposite amount, which takes back the disputed credit and what was issued
    for its window after it; what was issued before stays. The answer is that credit; `takes_back` among the parameters
    of its trace names the credits."""

    model = Credit
    serializer_class = serializers.ReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(reverse_credit(actor=actor, credit_id=pk, reason=sent["reason"]))


def _shown(credit: Credit) -> Any:
    return serializers.CreditSerializer(credit).data
