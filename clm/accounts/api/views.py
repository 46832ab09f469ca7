"""People, the organization, one's own profile, and tokens."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import require
from clm.accounts.api import serializers
from clm.accounts.models import ApiToken, Membership, Organization, User
from clm.accounts.operations.change_organization import change_organization
from clm.accounts.operations.change_profile import change_profile
from clm.accounts.operations.change_roles import change_roles
from clm.accounts.operations.invite_person import invite_person
from clm.accounts.operations.issue_token import issue_token
from clm.accounts.operations.remove_person import remove_person
from clm.accounts.operations.revoke_token import revoke_token
from clm.api.conditional import Conditional
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import checked
from clm.api.views import VisibleRowsView, actor_in


class PeopleView(IdempotentMixin, ListModelMixin, VisibleRowsView):
    model = Membership
    verb = "accounts.view_person"
    serializer_class = serializers.PersonSerializer

    def rows(self) -> QuerySet[Membership]:
        return Membership.objects.filter(removed_at=None).select_related("user")

    def get(self, request: Request) -> Response:
        """Present members, newest first."""
        return self.list(request)

    @extend_schema(request=serializers.InvitationSerializer, responses={201: serializers.PersonSerializer})
    def post(self, request: Request) -> Response:
        """Invite a person."""
        sent = checked(serializers.InvitationSerializer, request.data)
        membership = invite_person(actor=actor_in(request), **sent)
        return Response(serializers.PersonSerializer(membership).data, status=status.HTTP_201_CREATED)


class PersonView(RetrieveModelMixin, VisibleRowsView):
    model = Membership
    verb = "accounts.view_person"
    serializer_class = serializers.PersonSerializer

    def rows(self) -> QuerySet[Membership]:
        return Membership.objects.select_related("user")

    def get(self, request: Request, pk: UUID) -> Response:
        return self.retrieve(request)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Remove a person from the organization."""
        remove_person(actor=actor_in(request), membership_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class RolesView(IdempotentMixin):
    model = Membership

    @extend_schema(request=serializers.RolesSerializer, responses=serializers.PersonSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Replace a member's roles."""
        sent = checked(serializers.RolesSerializer, request.data)
        membership = change_roles(actor=actor_in(request), membership_id=pk, **sent)
        return Response(serializers.PersonSerializer(membership).data)


class OrganizationView(Conditional):
    is_tagged = True

    @extend_schema(responses=serializers.OrganizationSerializer)
    def get(self, request: Request) -> Response:
        """The organization the caller acts in."""
        actor = actor_in(request)
        require(actor, "accounts.view_person")
        return Response(serializers.OrganizationSerializer(Organization.objects.get(pk=actor.organization_id)).data)

    @extend_schema(request=serializers.OrganizationSerializer, responses=serializers.OrganizationSerializer)
    def patch(self, request: Request) -> Response:
        """Change the settings that are given."""
        sent = checked(serializers.OrganizationSerializer, request.data, partial=True)
        changed = change_organization(actor=actor_in(request), **sent)
        return Response(serializers.OrganizationSerializer(changed).data)


class ProfileView(Conditional):
    is_tagged = True

    @extend_schema(responses=serializers.ProfileSerializer)
    def get(self, request: Request) -> Response:
        """The caller's own person."""
        actor = actor_in(request)
        require(actor, "accounts.change_profile")
        return Response(serializers.ProfileSerializer(User.objects.get(pk=actor.person_id)).data)

    @extend_schema(request=serializers.ProfileSerializer, responses=serializers.ProfileSerializer)
    def patch(self, request: Request) -> Response:
        """Change one's own name or time zone."""
        sent = checked(serializers.ProfileSerializer, request.data, partial=True)
        return Response(serializers.ProfileSerializer(change_profile(actor=actor_in(request), **sent)).data)


class TokensView(ListModelMixin, VisibleRowsView):
    """A secret must never be kept, so issuing takes no Idempotency-Key."""

    model = ApiToken
    verb = "accounts.view_token"
    serializer_class = serializers.TokenSerializer

    def get(self, request: Request) -> Response:
        """One's own tokens; for administrators all."""
        return self.list(request)

    @extend_schema(request=serializers.NewTokenSerializer, responses={201: serializers.IssuedTokenSerializer})
    def post(self, request: Request) -> Response:
        """Issue a token; the answer is the only place its secret is ever shown."""
        sent = checked(serializers.NewTokenSerializer, request.data)
        token, secret = issue_token(actor=actor_in(request), **sent)
        shown = serializers.TokenSerializer(token).data | {"secret": secret}
        return Response(shown, status=status.HTTP_201_CREATED)


class TokenView(RetrieveModelMixin, VisibleRowsView):
    model = ApiToken
    verb = "accounts.view_token"
    serializer_class = serializers.TokenSerializer

    def get(self, request: Request, pk: UUID) -> Response:
        return self.retrieve(request)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Revoke a token."""
        revoke_token(actor=actor_in(request), token_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
