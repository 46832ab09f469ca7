"""The API of comments: threads of a contract, their answers, and who reads them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import get_visible, require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import BodySerializer, EmptySerializer, checked
from clm.api.views import VisibleRowsView, actor_in
from clm.lib.actor import Actor
from contracts.access.comments import VIEW
from contracts.api.views import OfContract
from contracts.models import Comment, Thread
from contracts.models.comment import Audience
from contracts.operations.comments.edit_comment import edit_comment
from contracts.operations.comments.reopen_thread import reopen_thread
from contracts.operations.comments.reply_to_thread import reply_to_thread
from contracts.operations.comments.resolve_thread import resolve_thread
from contracts.operations.comments.start_thread import start_thread
from contracts.queries import comments
from contracts.states import ThreadState


class CommentSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="comment.pk")
    author = serializers.CharField()
    is_mine = serializers.BooleanField()
    text = serializers.CharField(source="comment.text")
    mentions = serializers.ListField(child=serializers.CharField(), help_text="Names of the people it names.")
    written_at = serializers.DateTimeField(source="comment.written_at")
    edited_at = serializers.DateTimeField(source="comment.edited_at", allow_null=True)
    came_with = serializers.UUIDField(
        source="comment.came_with_id",
        allow_null=True,
        help_text="The version in whose document the comment came; its author is then what that document says.",
    )


class PlaceSerializer(BodySerializer):
    """The clause of the newest version that the thread stands at; `is_earlier`: that version has it no more."""

    clause = serializers.UUIDField(source="key", allow_null=True)
    at = serializers.CharField(source="label", help_text="Number and heading; empty for the whole contract.")
    is_earlier = serializers.BooleanField()
    in_draft = serializers.BooleanField()


class ThreadSerializer(serializers.Serializer):
    """`waits`: it is shared, and the other side reads it once it has the text that it is about."""

    id = serializers.UUIDField(source="thread.pk")
    contract = serializers.UUIDField(source="thread.contract_id")
    audience = serializers.ChoiceField(choices=Audience.choices, source="thread.audience")
    state = serializers.ChoiceField(choices=ThreadState.choices, source="thread.state")
    place = PlaceSerializer()
    quote = serializers.CharField()
    waits = serializers.BooleanField()
    started_at = serializers.DateTimeField(source="thread.started_at")
    comments = CommentSerializer(many=True)


class WordsSerializer(BodySerializer):
    """`mentions` are ids of people; "@Name" in the text names somebody, too."""

    text = serializers.CharField(max_length=20_000)
    mentions = serializers.ListField(child=serializers.UUIDField(), required=False, default=list)


class NewThreadSerializer(WordsSerializer):
    """Internal unless `audience` says shared: then the other side reads it, and it stays so."""

    audience = serializers.ChoiceField(choices=Audience.choices, required=False)
    clause = serializers.UUIDField(required=False, allow_null=True, default=None)
    draft_clause = serializers.UUIDField(required=False, allow_null=True, default=None)
    quote = serializers.CharField(required=False, allow_blank=True, default="", max_length=4_000)


class ThreadFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=ThreadState.choices)
    audience = django_filters.ChoiceFilter(choices=Audience.choices)


class Threads(IdempotentMixin, OfContract, ListAPIView):
    """The threads of a contract that one reads, newest first; POST starts one."""

    model = Thread
    verb = VIEW
    serializer_class = ThreadSerializer
    filterset_class = ThreadFilter

    def rows(self) -> QuerySet[Any]:
        return comments.thread_rows()

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        shown = comments.shown_threads(actor_in(request), self.contract(), page)
        return self.get_paginated_response(ThreadSerializer(shown, many=True).data)

    @extend_schema(request=NewThreadSerializer, responses={201: ThreadSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.start_thread", self.contract())
        sent = checked(NewThreadSerializer, request.data)
        places = {"clause_id": sent.pop("clause"), "draft_clause_id": sent.pop("draft_clause")}
        default = Audience.SHARED if actor.is_counterparty else Audience.INTERNAL
        audience = sent.pop("audience", default)
        thread = start_thread(actor=actor, contract_id=pk, audience=audience, **places, **sent)
        return Response(_body(actor, thread.pk), status=status.HTTP_201_CREATED)


class ThreadDetail(VisibleRowsView):
    """One thread."""

    model = Thread
    verb = VIEW
    is_tagged = True
    serializer_class = ThreadSerializer

    def get(self, request: Request, pk: UUID) -> Response:
        self.get_object()
        return Response(_body(actor_in(request), pk))


@extend_schema(responses=ThreadSerializer)
class Replies(Act):
    """One more comment; the thread is the answer."""

    model = Thread
    asks = "contracts.reply_to_thread"
    serializer_class = WordsSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        reply_to_thread(actor=actor, thread_id=pk, **sent)
        return _body(actor, pk)


@extend_schema(responses=ThreadSerializer)
class Resolution(Act):
    """The thread is settled."""

    model = Thread
    asks = "contracts.resolve_thread"
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _body(actor, resolve_thread(actor=actor, thread_id=pk).pk)


@extend_schema(responses=ThreadSerializer)
class Reopening(Act):
    """The thread is open again."""

    model = Thread
    asks = "contracts.reopen_thread"
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _body(actor, reopen_thread(actor=actor, thread_id=pk).pk)


class CommentDetail(VisibleRowsView):
    """PATCH: other words for one's own comment; the thread is the answer."""

    model = Comment
    verb = VIEW
    tag_of, tag_via = Thread, "thread"
    serializer_class = WordsSerializer

    @extend_schema(request=WordsSerializer, responses=ThreadSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        comment = self.get_object()
        require(actor, "contracts.edit_comment", comment)
        edit_comment(actor=actor, comment_id=pk, **checked(WordsSerializer, request.data))
        return Response(_body(actor, comment.thread_id))


def _body(actor: Actor, thread_id: UUID) -> Any:
    thread = get_visible(actor, comments.thread_rows().select_related("contract"), thread_id)
    [shown] = comments.shown_threads(actor, thread.contract, [thread])
    return ThreadSerializer(shown).data
