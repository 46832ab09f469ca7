"""The API of watching, of owners and of tags."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import require
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import BodySerializer, check_empty, checked
from clm.api.views import VisibleRowsView, actor_in
from clm.jobs.api.serializers import JobSerializer
from contracts.access import VIEW_INSIDE
from contracts.access.watching import WATCH
from contracts.api.views import OfContract
from contracts.models import Contract, Watcher
from contracts.operations.watching.name_watchers import VERB as NAME
from contracts.operations.watching.name_watchers import name_watchers
from contracts.operations.watching.watch_contract import unwatch_contract, watch_contract
from contracts.papers.bulk import OWNERS, TAGS, request_owner_change, request_tag_change
from contracts.queries.watching import tags_of


class WatcherSerializer(serializers.ModelSerializer[Watcher]):
    name = serializers.CharField(source="user.name", read_only=True)

    class Meta:
        model = Watcher
        fields = ["user", "name", "created_at"]
        read_only_fields = fields


class WatchersSerializer(BodySerializer):
    people = serializers.ListField(child=serializers.UUIDField())


class OwnerChangeSerializer(BodySerializer):
    from_person = serializers.UUIDField(source="from_id")
    to = serializers.UUIDField(source="to_id")


class TagChangeSerializer(BodySerializer):
    """An empty `into` takes the tag away; one that there is already merges the two."""

    tag = serializers.CharField(max_length=40)
    into = serializers.CharField(max_length=40, allow_blank=True)


class TagSerializer(serializers.Serializer[Any]):
    tag = serializers.CharField()
    number = serializers.IntegerField()


class Watchers(IdempotentMixin, OfContract, ListAPIView):
    """Who watches a contract; POST says who does, and no others."""

    model = Watcher
    verb = VIEW_INSIDE
    serializer_class = WatcherSerializer

    def rows(self) -> QuerySet[Any]:
        return Watcher.objects.select_related("user")

    @extend_schema(request=WatchersSerializer, responses=WatcherSerializer(many=True))
    def post(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, NAME, self.contract())
        watchers = name_watchers(actor=actor, contract_id=pk, **checked(WatchersSerializer, request.data))
        return Response(WatcherSerializer(watchers, many=True).data)


class Watch(IdempotentMixin, OfContract):
    """POST: one hears of the contract; DELETE: no more."""

    model = Contract
    serializer_class = WatcherSerializer

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, WATCH, self.contract())
        check_empty(request)
        watch_contract(actor=actor, contract_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, WATCH, self.contract())
        unwatch_contract(actor=actor, contract_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class OwnerChange(IdempotentMixin, GenericAPIView[Any]):
    """A job gives all contracts of one person, as far as you see them, to another."""

    serializer_class = OwnerChangeSerializer

    @extend_schema(responses={202: JobSerializer})
    def post(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, OWNERS)
        job = request_owner_change(actor, **checked(OwnerChangeSerializer, request.data))
        return Response(JobSerializer(job, context={"request": request}).data, status=status.HTTP_202_ACCEPTED)


class Tags(IdempotentMixin, VisibleRowsView):
    """The tags of the contracts that you see, the most used first; POST renames, merges or takes away one by a job."""

    model = Contract
    verb = VIEW_INSIDE
    serializer_class = TagSerializer

    @extend_schema(responses=TagSerializer(many=True))
    def get(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, self.verb)
        return Response(TagSerializer(tags_of(actor)[:500], many=True).data)

    @extend_schema(request=TagChangeSerializer, responses={202: JobSerializer})
    def post(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, TAGS)
        job = request_tag_change(actor, **checked(TagChangeSerializer, request.data))
        return Response(JobSerializer(job, context={"request": request}).data, status=status.HTTP_202_ACCEPTED)
