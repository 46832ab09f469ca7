"""The API of ending contracts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import get_visible, require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import BodySerializer, ReasonSerializer, checked
from clm.api.views import VisibleRowsView, actor_in
from clm.lib.actor import Actor
from contracts.access.termination import VIEW
from contracts.api.views import OfContract
from contracts.models import Termination, TerminationItem
from contracts.models.terms import NoticeUnit
from contracts.operations.termination.announce_termination import announce_termination
from contracts.operations.termination.tick_termination_item import add_termination_item, tick_termination_item
from contracts.operations.termination.withdraw_termination import withdraw_termination
from contracts.queries.terminations import termination_rows


class TerminationItemSerializer(serializers.ModelSerializer):
    class Meta:
        model = TerminationItem
        fields = ["id", "position", "title", "note", "done_by", "done_at"]
        read_only_fields = fields


class TerminationDetailSerializer(serializers.ModelSerializer):
    """`ends_on` is the first day without the contract; `surviving` are ids of clauses that go on."""

    items = TerminationItemSerializer(many=True, read_only=True)
    surviving = serializers.SerializerMethodField()

    class Meta:
        model = Termination
        fields = [
            "id", "contract", "state", "kind", "reason", "notice_on", "notice_length", "notice_unit", "ends_on",
            "passage", "trace", "announced_by", "created_at", "withdrawn_reason", "items", "surviving",
        ]  # fmt: skip
        read_only_fields = fields

    def get_surviving(self, row: Termination) -> list[str]:
        return [str(each.clause_id) for each in row.surviving.all()]


class AnnouncementSerializer(BodySerializer):
    """The notice period is counted from `notice_on`; an end by agreement has none."""

    kind = serializers.ChoiceField(choices=Termination.Kind.choices)
    notice_on = serializers.DateField()
    ends_on = serializers.DateField()
    reason = serializers.CharField()
    notice_length = serializers.IntegerField(min_value=0, max_value=3650, required=False)
    notice_unit = serializers.ChoiceField(choices=NoticeUnit.choices, required=False)
    passage = serializers.UUIDField(source="passage_id", required=False, allow_null=True)


class ItemRequestSerializer(BodySerializer):
    title = serializers.CharField(max_length=200)


class TickSerializer(BodySerializer):
    is_done = serializers.BooleanField()
    note = serializers.CharField(required=False, allow_blank=True, default="")


class ContractTerminations(IdempotentMixin, OfContract, ListAPIView):
    """How a contract was to end, newest first; POST announces. 400 `notice_too_short` names the `earliest` day."""

    model = Termination
    verb = VIEW
    serializer_class = TerminationDetailSerializer

    def rows(self) -> QuerySet[Any]:
        return termination_rows()

    @extend_schema(request=AnnouncementSerializer, responses={201: TerminationDetailSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.announce_termination", self.contract())
        made = announce_termination(actor=actor, contract_id=pk, **checked(AnnouncementSerializer, request.data))
        return Response(TerminationDetailSerializer(_fresh(made.pk)).data, status=status.HTTP_201_CREATED)


def _fresh(pk: UUID) -> Termination:
    return termination_rows().get(pk=pk)


class TerminationDetail(VisibleRowsView, RetrieveAPIView):
    model = Termination
    verb = VIEW
    serializer_class = TerminationDetailSerializer

    def rows(self) -> QuerySet[Any]:
        return termination_rows()


@extend_schema(responses=TerminationDetailSerializer)
class TerminationWithdrawal(Act):
    model = Termination
    asks = "contracts.withdraw_termination"
    serializer_class = ReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return TerminationDetailSerializer(_fresh(withdraw_termination(actor=actor, termination_id=pk, **sent).pk)).data


class TerminationItems(IdempotentMixin, VisibleRowsView):
    """POST adds one more thing to do."""

    model = Termination
    verb = VIEW
    serializer_class = TerminationItemSerializer

    @extend_schema(request=ItemRequestSerializer, responses={201: TerminationItemSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.add_termination_item", get_visible(actor, Termination.objects.all(), pk))
        item = add_termination_item(actor=actor, termination_id=pk, **checked(ItemRequestSerializer, request.data))
        return Response(TerminationItemSerializer(item).data, status=status.HTTP_201_CREATED)


@extend_schema(responses=TerminationItemSerializer)
class TerminationItemTick(Act):
    model = TerminationItem
    tag_of, tag_via = Termination, "termination"
    asks = "contracts.tick_termination_item"
    serializer_class = TickSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return TerminationItemSerializer(tick_termination_item(actor=actor, item_id=pk, **sent)).data
