"""The API of approvals: sent for, decided, withdrawn."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import checked
from clm.api.views import VisibleRowsView, actor_in
from clm.lib.actor import Actor
from contracts.access.approvals import VIEW
from contracts.api import approval_serializers as shapes
from contracts.api.views import OfContract
from contracts.models import Approval, ApprovalSeat
from contracts.operations.approval.approve_step import approve_step
from contracts.operations.approval.reassign_seat import reassign_seat
from contracts.operations.approval.reject_step import reject_step
from contracts.operations.approval.request_approval import request_approval
from contracts.operations.approval.set_aside_approval import set_aside_approval
from contracts.operations.approval.withdraw_approval import withdraw_approval
from contracts.queries.approvals import approval_rows, seats_waiting_for
from contracts.states import ApprovalState


class ApprovalFilter(django_filters.FilterSet):
    """`waiting=true`: those in which a seat waits for the caller, their own or one they act for."""

    state = django_filters.ChoiceFilter(choices=ApprovalState.choices)
    contract = django_filters.UUIDFilter(field_name="contract_id")
    version = django_filters.UUIDFilter(field_name="version_id")
    requested_by = django_filters.UUIDFilter(field_name="requested_by_id")
    waiting = django_filters.BooleanFilter(method="for_the_caller")

    def for_the_caller(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:
        waiting = [seat.step.approval_id for seat in seats_waiting_for(actor_in(self.request))]
        return rows.filter(pk__in=waiting) if value else rows.exclude(pk__in=waiting)


def _shown(approval_id: UUID) -> Any:
    return shapes.ApprovalSerializer(approval_rows().get(pk=approval_id)).data


class Approvals(VisibleRowsView, ListAPIView):
    """The approvals of the contracts that the caller sees, newest first."""

    model = Approval
    verb = VIEW
    serializer_class = shapes.ApprovalSerializer
    filterset_class = ApprovalFilter

    def rows(self) -> QuerySet[Any]:
        return approval_rows()


class ContractApprovals(IdempotentMixin, OfContract, ListAPIView):
    """What was asked of a contract's texts, newest first; POST sends the newest text for approval."""

    model = Approval
    verb = VIEW
    serializer_class = shapes.ApprovalSerializer

    def rows(self) -> QuerySet[Any]:
        return approval_rows()

    @extend_schema(request=shapes.ApprovalRequestSerializer, responses={201: shapes.ApprovalSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.request_approval", self.contract())
        sent = checked(shapes.ApprovalRequestSerializer, request.data)
        approval = request_approval(actor=actor, contract_id=pk, **sent)
        return Response(_shown(approval.pk), status=status.HTTP_201_CREATED)


class ApprovalDetail(VisibleRowsView, RetrieveAPIView):
    model = Approval
    verb = VIEW
    serializer_class = shapes.ApprovalSerializer

    def rows(self) -> QuerySet[Any]:
        return approval_rows()


@extend_schema(responses=shapes.ApprovalSerializer)
class ApprovalWithdrawal(Act):
    """Nobody is asked any more. 409 `approval_closed` where it was decided meanwhile."""

    model = Approval
    asks = "contracts.withdraw_approval"
    serializer_class = shapes.GivenReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(withdraw_approval(actor=actor, approval_id=pk, **sent).pk)


@extend_schema(responses=shapes.ApprovalSerializer)
class ApprovalSettingAside(Act):
    """The approved text is worked on again before it is signed."""

    model = Approval
    asks = "contracts.set_aside_approval"
    serializer_class = shapes.GivenReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(set_aside_approval(actor=actor, approval_id=pk, **sent).pk)


@extend_schema(responses=shapes.ApprovalSerializer)
class SeatApproval(Act):
    """Whoever has the seat agrees, or who acts for them. 403 to everybody else, and to a token whose scopes do not name
    `contracts.approve_step` itself; 409 `own_request`, `changed_meanwhile`, `approval_closed`, `decided_once`."""

    model = ApprovalSeat
    tag_of, tag_via = Approval, "step__approval"
    asks = "contracts.approve_step"
    serializer_class = shapes.SeatApprovalSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(approve_step(actor=actor, seat_id=pk, **sent).step.approval_id)


@extend_schema(responses=shapes.ApprovalSerializer)
class SeatRejection(Act):
    """The text is rejected, and worked on again."""

    model = ApprovalSeat
    tag_of, tag_via = Approval, "step__approval"
    asks = "contracts.reject_step"
    serializer_class = shapes.SeatRejectionSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(reject_step(actor=actor, seat_id=pk, **sent).step.approval_id)


@extend_schema(responses=shapes.ApprovalSerializer)
class SeatReassignment(Act):
    """Somebody else is asked in a person's place."""

    model = ApprovalSeat
    tag_of, tag_via = Approval, "step__approval"
    asks = "contracts.reassign_seat"
    serializer_class = shapes.ReassignmentSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(reassign_seat(actor=actor, seat_id=pk, **sent).step.approval_id)
