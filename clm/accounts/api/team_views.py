"""Teams, and who acts for whom."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import require
from clm.accounts.api import serializers
from clm.accounts.models import Delegation, Team, TeamMember
from clm.accounts.operations.change_team import change_team
from clm.accounts.operations.create_delegation import create_delegation
from clm.accounts.operations.create_team import create_team
from clm.accounts.operations.delete_team import delete_team
from clm.accounts.operations.revoke_delegation import revoke_delegation
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import EmptySerializer, checked
from clm.api.views import VisibleRowsView, actor_in
from clm.lib.actor import Actor


def team_rows() -> QuerySet[Any]:
    members = TeamMember.objects.order_by("user__name", "user_id")
    return Team.objects.prefetch_related(Prefetch("members", members))


class TeamsView(IdempotentMixin, VisibleRowsView, ListAPIView):
    """The teams; POST makes one."""

    model = Team
    verb = "accounts.view_team"
    serializer_class = serializers.TeamSerializer
    filterset_fields = ["kind"]

    def rows(self) -> QuerySet[Any]:
        return team_rows()

    @extend_schema(request=serializers.TeamBodySerializer, responses={201: serializers.TeamSerializer})
    def post(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, "accounts.create_team")
        team = create_team(actor=actor, **checked(serializers.TeamBodySerializer, request.data))
        shown = serializers.TeamSerializer(team_rows().get(pk=team.pk))
        return Response(shown.data, status=status.HTTP_201_CREATED)


class TeamView(VisibleRowsView, RetrieveAPIView):
    """PATCH changes what is given, `members` as a whole; DELETE where nothing names the team."""

    model = Team
    verb = "accounts.view_team"
    serializer_class = serializers.TeamSerializer

    def rows(self) -> QuerySet[Any]:
        return team_rows()

    @extend_schema(request=serializers.TeamBodySerializer, responses=serializers.TeamSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "accounts.change_team", self.get_object())
        sent = checked(serializers.TeamBodySerializer, request.data, partial=True)
        change_team(actor=actor, team_id=pk, **sent)
        return Response(serializers.TeamSerializer(team_rows().get(pk=pk)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        delete_team(actor=actor_in(request), team_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class DelegationsView(IdempotentMixin, VisibleRowsView, ListAPIView):
    """Who acts for whom, newest first, past ones included; POST arranges it, for a signed-in person only."""

    model = Delegation
    verb = "accounts.view_delegation"
    serializer_class = serializers.DelegationSerializer
    filterset_fields = ["absentee", "delegate"]

    @extend_schema(request=serializers.NewDelegationSerializer, responses={201: serializers.DelegationSerializer})
    def post(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, "accounts.create_delegation")
        row = create_delegation(actor=actor, **checked(serializers.NewDelegationSerializer, request.data))
        return Response(serializers.DelegationSerializer(row).data, status=status.HTTP_201_CREATED)


class DelegationView(VisibleRowsView, RetrieveAPIView):
    model = Delegation
    verb = "accounts.view_delegation"
    serializer_class = serializers.DelegationSerializer


@extend_schema(responses=serializers.DelegationSerializer)
class RevocationView(Act):
    """From now on nothing more is decided by it."""

    model = Delegation
    asks = "accounts.revoke_delegation"
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return serializers.DelegationSerializer(revoke_delegation(actor=actor, delegation_id=pk)).data
