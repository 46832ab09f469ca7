"""The API of what came back: the answer, its changes, our decisions, and what goes out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import get_visible, require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.pagination import NewestFirst
from clm.api.serializers import BodySerializer, checked
from clm.api.views import VisibleRowsView, actor_in
from clm.lib.actor import Actor
from contracts import queries
from contracts.access.changes import VIEW
from contracts.api.views import OfContract
from contracts.models import Change, Receipt, Version
from contracts.operations.negotiation.accept_change import accept_change
from contracts.operations.negotiation.counter_change import counter_change
from contracts.operations.negotiation.decide_rest import decide_rest
from contracts.operations.negotiation.receive_version import receive_version
from contracts.operations.negotiation.reject_change import reject_change
from contracts.operations.negotiation.reopen_change import reopen_change
from contracts.papers import put_paper
from contracts.papers.outgoing import outgoing_file, outgoing_name
from contracts.queries import changes
from contracts.states import ChangeState


class MarkSerializer(serializers.Serializer):
    """A tracked change, as the file states it."""

    kind = serializers.ChoiceField(choices=["inserted", "deleted", "moved_to", "moved_from"])
    author = serializers.CharField()
    at = serializers.CharField(help_text="ISO 8601, or empty.")
    text = serializers.CharField()


class ReceivedChangeSerializer(serializers.Serializer):
    """`tracking` says whether the file tracked the change; `here` is written in this product."""

    id = serializers.UUIDField()
    contract = serializers.UUIDField(source="contract_id")
    version = serializers.UUIDField(source="version_id")
    position = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Change.Kind.choices)
    number = serializers.CharField()
    heading = serializers.CharField()
    old_level = serializers.IntegerField(allow_null=True)
    new_level = serializers.IntegerField(allow_null=True)
    old_text = serializers.CharField()
    new_text = serializers.CharField()
    tracking = serializers.ChoiceField(choices=Change.Tracking.choices)
    author = serializers.CharField()
    changed_at = serializers.DateTimeField(allow_null=True)
    marks = MarkSerializer(many=True)
    state = serializers.ChoiceField(choices=ChangeState.choices)
    decided_by = serializers.CharField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    counter = serializers.CharField()
    draft_clause = serializers.UUIDField(source="draft_clause_id", allow_null=True)


class SentAnswerSerializer(BodySerializer):
    file = serializers.FileField()
    note = serializers.CharField(required=False, allow_blank=True, default="")


class RemarkSerializer(serializers.Serializer):
    author = serializers.CharField()
    at = serializers.CharField()
    text = serializers.CharField()
    anchor = serializers.CharField()


class AnswerSerializer(serializers.Serializer):
    """`reads_back`: with every tracked change rejected it is what was sent, so nothing was changed silently."""

    version = serializers.UUIDField(source="version_id")
    number = serializers.IntegerField(source="version.number")
    sent = serializers.UUIDField(source="sent_id")
    is_tracked = serializers.BooleanField()
    reads_back = serializers.BooleanField()
    remarks = RemarkSerializer(many=True)


class CounterSerializer(BodySerializer):
    text = serializers.CharField(max_length=200_000)


class ChangeDecisionSerializer(BodySerializer):
    decision = serializers.ChoiceField(choices=["accept", "reject"])


class DecidedSerializer(serializers.Serializer):
    decided = serializers.IntegerField()
    open = serializers.IntegerField()


class NothingToSendSerializer(BodySerializer):
    """Nothing is sent."""


class Answers(IdempotentMixin, OfContract, VisibleRowsView):
    """POST: the other side's document, Word with or without tracked changes, PDF or plain text."""

    model = Version
    verb = VIEW
    serializer_class = AnswerSerializer
    parser_classes = [MultiPartParser, FormParser]

    def prepare(self, request: Request) -> tuple[str, changes.Answer]:
        """The note, and the document read and stored before the transaction."""
        actor = actor_in(request)
        require(actor, "contracts.receive_version", self.contract())
        given = checked(SentAnswerSerializer, request.data)
        answer = changes.read_answer(given["file"].read(), given["file"].name)
        return given["note"], replace(answer, paper=put_paper(actor, answer.paper))

    @extend_schema(request={"multipart/form-data": SentAnswerSerializer}, responses={201: AnswerSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        note, answer = self.prepared
        version = receive_version(actor=actor_in(request), contract_id=pk, answer=answer, note=note)
        receipt = Receipt.objects.select_related("version").get(version=version)
        return Response(AnswerSerializer(receipt).data, status=status.HTTP_201_CREATED)


class ChangeFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=ChangeState.choices)
    tracking = django_filters.ChoiceFilter(choices=Change.Tracking.choices)
    version = django_filters.UUIDFilter(field_name="version_id")


class Changes(OfContract, ListAPIView):
    """The changes of everything that came back for a contract, newest first."""

    model = Change
    verb = VIEW
    serializer_class = ReceivedChangeSerializer
    filterset_class = ChangeFilter
    pagination_class = NewestFirst

    def rows(self) -> QuerySet[Any]:
        return changes.change_rows()


class ChangeDetail(VisibleRowsView):
    """One change."""

    model = Change
    is_tagged = True
    verb = VIEW
    serializer_class = ReceivedChangeSerializer

    def get(self, request: Request, pk: UUID) -> Response:
        return Response(_body(actor_in(request), pk))


class Outgoing(VisibleRowsView):
    """A version's document as it may leave the house: as it reads, without metadata."""

    model = Version
    verb = VIEW
    serializer_class = NothingToSendSerializer

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> FileResponse:
        actor = actor_in(request)
        version = get_visible(actor, queries.version_rows().select_related("blob"), pk)
        require(actor, VIEW, version)
        name = outgoing_name(version)
        return FileResponse(outgoing_file(version), content_type=version.media_type, as_attachment=True, filename=name)


@extend_schema(responses=DecidedSerializer)
class Decisions(Act):
    """Every open change of a version is accepted, or rejected."""

    model = Version
    asks = "contracts.accept_change"
    serializer_class = ChangeDecisionSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        done, left = decide_rest(actor=actor, version_id=pk, accept=sent["decision"] == "accept")
        return {"decided": done, "open": left}


@extend_schema(responses=ReceivedChangeSerializer)
class Acceptance(Act):
    """Their words go into our draft."""

    model = Change
    asks = "contracts.accept_change"
    serializer_class = NothingToSendSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _body(actor, accept_change(actor=actor, change_id=pk).pk)


@extend_schema(responses=ReceivedChangeSerializer)
class Rejection(Act):
    """Our words stay."""

    model = Change
    asks = "contracts.reject_change"
    serializer_class = NothingToSendSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _body(actor, reject_change(actor=actor, change_id=pk).pk)


@extend_schema(responses=ReceivedChangeSerializer)
class Counter(Act):
    """Other words go into our draft, without number and heading; a new line begins a new paragraph."""

    model = Change
    asks = "contracts.counter_change"
    serializer_class = CounterSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _body(actor, counter_change(actor=actor, change_id=pk, text=sent["text"]).pk)


@extend_schema(responses=ReceivedChangeSerializer)
class Reopening(Act):
    """The decision is taken back, and our draft reads as before it."""

    model = Change
    asks = "contracts.reopen_change"
    serializer_class = NothingToSendSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _body(actor, reopen_change(actor=actor, change_id=pk).pk)


def _body(actor: Actor, change_id: UUID) -> Any:
    return ReceivedChangeSerializer(get_visible(actor, changes.change_rows(), change_id)).data
