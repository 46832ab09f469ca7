"""The API of legal entities."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import get_visible, require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import checked
from clm.api.views import VisibleRowsView, actor_in
from clm.lib.actor import Actor
from contracts.api import party_serializers as shapes
from contracts.api.serializers import ReasonSerializer
from contracts.models import Party, PartyAddress, PartyContact, PartyIdentifier
from contracts.operations.change_party import change_party
from contracts.operations.create_party import create_party
from contracts.operations.parties.address_party import add_address, change_address, remove_address
from contracts.operations.parties.archive_party import archive_party, reinstate_party
from contracts.operations.parties.identify_party import add_identifier, remove_identifier
from contracts.operations.parties.name_contact import add_contact, change_contact, remove_contact
from contracts.operations.parties.set_parent_company import set_parent_company
from contracts.queries.entities import group_of, similar_parties
from contracts.queries.party_names import parties_named

MOST_FOUND = 1_000
VIEW, CHANGE = "contracts.view_party", "contracts.change_party"


class PartyFilter(django_filters.FilterSet):
    is_ours = django_filters.BooleanFilter()
    country = django_filters.CharFilter()
    name = django_filters.CharFilter()
    parent = django_filters.UUIDFilter(field_name="parent_id")
    is_archived = django_filters.BooleanFilter(field_name="archived_at", lookup_expr="isnull", exclude=True)
    identifier = django_filters.CharFilter(method="by_identifier", label="One of its numbers, as it is kept")
    q = django_filters.CharFilter(method="by_words", label="A part of the name, or almost it")

    def by_identifier(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(pk__in=PartyIdentifier.objects.filter(value=value).values("party"))

    def by_words(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(pk__in=[party.pk for party in parties_named(Party.objects.all(), value, MOST_FOUND)])


class Parties(IdempotentMixin, VisibleRowsView, ListAPIView):
    """Legal entities; POST makes one known. `/parties/similar/` says beforehand which of almost that name are."""

    model = Party
    verb = VIEW
    serializer_class = shapes.PartySerializer
    filterset_class = PartyFilter

    def rows(self) -> QuerySet[Any]:
        return Party.objects.prefetch_related("identifiers")

    @extend_schema(responses={201: shapes.PartySerializer})
    def post(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.create_party")
        party = create_party(actor=actor, **checked(shapes.PartySerializer, request.data))
        return Response(shapes.PartySerializer(party).data, status=status.HTTP_201_CREATED)


class SimilarParties(VisibleRowsView):
    """Entities of almost this name, the likest first, five at most."""

    model = Party
    verb = VIEW
    serializer_class = shapes.PartySerializer

    @extend_schema(
        parameters=[OpenApiParameter("name", OpenApiTypes.STR, required=True)],
        responses=shapes.PartySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, self.verb)
        alike = similar_parties(actor, request.query_params.get("name", ""))
        return Response(shapes.PartySerializer(alike, many=True).data)


class PartyDetail(VisibleRowsView, RetrieveAPIView):
    """One legal entity; PATCH changes what is known of it."""

    model = Party
    verb = VIEW
    serializer_class = shapes.PartySerializer

    @extend_schema(request=shapes.PartySerializer(partial=True), responses=shapes.PartySerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, CHANGE, self.get_object())
        facts = checked(shapes.PartySerializer, request.data, partial=True)
        return Response(shapes.PartySerializer(change_party(actor=actor, party_id=pk, **facts)).data)


class Group(VisibleRowsView):
    """The whole group that the entity is in, from its head down; empty where it stands alone."""

    model = Party
    verb = VIEW
    serializer_class = shapes.GroupMemberSerializer

    @extend_schema(responses=shapes.GroupMemberSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(shapes.GroupMemberSerializer(group_of(self.get_object()), many=True).data)


class PartyAct(Act):
    model = Party


@extend_schema(responses=shapes.PartySerializer)
class Parent(PartyAct):
    """The company that it belongs to, or null. 409 `party_cycle` where that company belongs to it."""

    asks = CHANGE
    serializer_class = shapes.ParentSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return shapes.PartySerializer(set_parent_company(actor=actor, party_id=pk, parent_id=sent["parent"])).data


@extend_schema(responses=shapes.PartySerializer)
class Archiving(PartyAct):
    """It is offered for no new contract. 409 `party_in_use` while a contract with it has not ended."""

    asks = "contracts.archive_party"
    serializer_class = ReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return shapes.PartySerializer(archive_party(actor=actor, party_id=pk, **sent)).data


@extend_schema(responses=shapes.PartySerializer)
class Reinstatement(PartyAct):
    asks = "contracts.archive_party"
    serializer_class = ReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return shapes.PartySerializer(reinstate_party(actor=actor, party_id=pk, **sent)).data


class OfParty(VisibleRowsView):
    """What belongs to the party of the address; the party itself must be seen. If-Match is the party's."""

    verb = VIEW
    tag_of = Party

    def party(self) -> Party:
        return get_visible(actor_in(self.request), Party.objects.all(), self.kwargs["pk"])

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return super().filter_queryset(queryset).filter(party=self.party())

    def changer(self) -> Actor:
        """Who may change the party, or a refusal before the body is read."""
        actor = actor_in(self.request)
        require(actor, CHANGE, self.party())
        return actor


class Identifiers(IdempotentMixin, OfParty, ListAPIView):
    """The numbers of a party; POST adds one. 409 `identifier_known` names the party that has it."""

    model = PartyIdentifier
    serializer_class = shapes.IdentifierSerializer

    @extend_schema(responses={201: shapes.IdentifierSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        actor = self.changer()
        made = add_identifier(actor=actor, party_id=pk, **checked(shapes.IdentifierSerializer, request.data))
        return Response(shapes.IdentifierSerializer(made).data, status=status.HTTP_201_CREATED)


class IdentifierDetail(OfParty):
    model = PartyIdentifier
    serializer_class = shapes.IdentifierSerializer

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID, part_id: UUID) -> Response:
        remove_identifier(actor=self.changer(), party_id=pk, identifier_id=part_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Addresses(IdempotentMixin, OfParty, ListAPIView):
    """The addresses of a party; POST adds one."""

    model = PartyAddress
    serializer_class = shapes.AddressSerializer

    @extend_schema(responses={201: shapes.AddressSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        actor = self.changer()
        made = add_address(actor=actor, party_id=pk, **checked(shapes.AddressSerializer, request.data))
        return Response(shapes.AddressSerializer(made).data, status=status.HTTP_201_CREATED)


class AddressDetail(OfParty):
    model = PartyAddress
    serializer_class = shapes.AddressSerializer

    @extend_schema(request=shapes.AddressSerializer(partial=True), responses=shapes.AddressSerializer)
    def patch(self, request: Request, pk: UUID, part_id: UUID) -> Response:
        actor = self.changer()
        facts = checked(shapes.AddressSerializer, request.data, partial=True)
        changed = change_address(actor=actor, party_id=pk, address_id=part_id, **facts)
        return Response(shapes.AddressSerializer(changed).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID, part_id: UUID) -> Response:
        remove_address(actor=self.changer(), party_id=pk, address_id=part_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Contacts(IdempotentMixin, OfParty, ListAPIView):
    """Whom to turn to about a party, of theirs and of ours; POST names somebody."""

    model = PartyContact
    serializer_class = shapes.ContactSerializer

    @extend_schema(responses={201: shapes.ContactSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        actor = self.changer()
        made = add_contact(actor=actor, party_id=pk, **checked(shapes.ContactSerializer, request.data))
        return Response(shapes.ContactSerializer(made).data, status=status.HTTP_201_CREATED)


class ContactDetail(OfParty):
    model = PartyContact
    serializer_class = shapes.ContactSerializer

    @extend_schema(request=shapes.ContactSerializer(partial=True), responses=shapes.ContactSerializer)
    def patch(self, request: Request, pk: UUID, part_id: UUID) -> Response:
        actor = self.changer()
        facts = checked(shapes.ContactSerializer, request.data, partial=True)
        changed = change_contact(actor=actor, party_id=pk, contact_id=part_id, **facts)
        return Response(shapes.ContactSerializer(changed).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID, part_id: UUID) -> Response:
        remove_contact(actor=self.changer(), party_id=pk, contact_id=part_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
