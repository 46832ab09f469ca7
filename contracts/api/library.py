"""The API of the clause library: actor, verb, answer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import django_filters
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
from contracts import queries
from contracts.access.library import VIEW
from contracts.library_categories import ClauseCategory
from contracts.models import Clause, Contract, DeclinedOffer, LibraryClause, LibraryClauseVersion, Version
from contracts.models.contract import Category
from contracts.models.library import Risk
from contracts.operations.library.add_library_clause import add_library_clause
from contracts.operations.library.adopt_library_clause import adopt_library_clause
from contracts.operations.library.approve_library_clause import approve_library_clause
from contracts.operations.library.change_library_clause import change_library_clause
from contracts.operations.library.decline_offer import decline_offer
from contracts.operations.library.guards import KINDS, newest_change
from contracts.operations.library.retire_library_clause import retire_library_clause
from contracts.queries.clause_library import LibraryReport, Standpoint, report_on, waiting_clauses
from contracts.states import LibraryState


class PositionSerializer(BodySerializer):
    """One place on the ladder; `why` is needed where it is unacceptable."""

    kind = serializers.ChoiceField(choices=KINDS)
    text = serializers.CharField()
    why = serializers.CharField(required=False, allow_blank=True, default="")


class LibraryVersionSerializer(serializers.ModelSerializer):
    positions = PositionSerializer(many=True, read_only=True)

    class Meta:
        model = LibraryClauseVersion
        fields = ["id", "number", "state", "positions", "note", "approved_at", "created_at"]
        read_only_fields = fields


class LibraryClauseSerializer(serializers.ModelSerializer):
    """`proposed_for` are the types of contracts that wait for approval; null where nothing waits."""

    class Meta:
        model = LibraryClause
        fields = [
            "id", "title", "category", "risk", "owner", "guidance", "mandatory_for", "proposed_for", "attribution",
            "state", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class LibraryClauseDetailSerializer(LibraryClauseSerializer):
    """With its versions, oldest first. `last_change` is what a change or an approval names as `seen`."""

    versions = LibraryVersionSerializer(many=True, read_only=True)
    last_change = serializers.SerializerMethodField()

    class Meta(LibraryClauseSerializer.Meta):
        fields = [*LibraryClauseSerializer.Meta.fields, "versions", "last_change"]
        read_only_fields = fields

    def get_last_change(self, clause: LibraryClause) -> UUID | None:
        newest = newest_change(clause)
        return newest.pk if newest else None


class LibraryFactsSerializer(BodySerializer):
    """What is sent to add a clause; to change one, any part of it. Other positions are its next version."""

    title = serializers.CharField(max_length=200)
    category = serializers.ChoiceField(choices=ClauseCategory.choices)
    positions = PositionSerializer(many=True)
    risk = serializers.ChoiceField(choices=Risk.choices, required=False)
    owner = serializers.UUIDField(required=False, source="owner_id")
    guidance = serializers.CharField(required=False, allow_blank=True)
    mandatory_for = serializers.ListField(child=serializers.ChoiceField(choices=Category.choices), required=False)
    attribution = serializers.CharField(required=False, allow_blank=True)


class LibraryChangeSerializer(LibraryFactsSerializer):
    """`seen` is the `last_change` that was read: where there is a newer one, nothing is overwritten."""

    note = serializers.CharField(required=False, allow_blank=True)
    seen = serializers.UUIDField(required=False)


class SeenSerializer(BodySerializer):
    """`seen` is the `last_change` that was read: where there is a newer one, nothing is approved."""

    seen = serializers.UUIDField()


class RetirementSerializer(BodySerializer):
    reason = serializers.CharField()


class AdoptionSerializer(BodySerializer):
    """`position` is preferred, fallback-1, fallback-2, unacceptable-1 ...; `library_version` null takes the tie off."""

    library_version = serializers.UUIDField(allow_null=True)
    position = serializers.CharField(required=False, allow_blank=True, default="")


class OfferDeclineSerializer(BodySerializer):
    library_version = serializers.UUIDField(source="library_version_id")
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class DeclinedOfferSerializer(serializers.ModelSerializer):
    class Meta:
        model = DeclinedOffer
        fields = ["id", "contract", "library_version", "reason", "declined_by", "created_at"]
        read_only_fields = fields


class AdoptedSerializer(serializers.ModelSerializer):
    class Meta:
        model = Clause
        fields = ["id", "version", "number", "heading", "library_version", "library_position"]
        read_only_fields = fields


class StandpointSerializer(serializers.Serializer):
    """A clause beside its library clause. `departs_percent` is the share of changed words and signs, `changed` of
    `words`; `spans` are (same|added|removed, text) from the position to the clause. `turned_by` says of a standing
    `decisive` which words make it that."""

    clause = serializers.UUIDField()
    number = serializers.CharField()
    heading = serializers.CharField()
    library_clause = serializers.UUIDField()
    title = serializers.CharField()
    library_version = serializers.UUIDField()
    library_number = serializers.IntegerField()
    position = serializers.CharField()
    standing = serializers.ChoiceField(choices=["present", "deviating", "decisive", "unacceptable", "unlike"])
    departs_percent = serializers.DecimalField(max_digits=7, decimal_places=4)
    changed = serializers.IntegerField()
    words = serializers.IntegerField()
    spans = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    turned_by = serializers.ListField(child=serializers.CharField())
    is_adopted = serializers.BooleanField()
    offered_version = serializers.UUIDField(allow_null=True)


class NamedSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()


class ReportSerializer(serializers.Serializer):
    """`is_open` False: the version left draft, and only what it adopted is said."""

    is_open = serializers.BooleanField()
    clauses = StandpointSerializer(many=True)
    others = serializers.ListField(child=serializers.UUIDField())
    missing = NamedSerializer(many=True)
    missing_mandatory = NamedSerializer(many=True)


class LibraryFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=LibraryState.choices, distinct=False)
    category = django_filters.MultipleChoiceFilter(choices=ClauseCategory.choices, distinct=False)
    risk = django_filters.MultipleChoiceFilter(choices=Risk.choices, distinct=False)
    owner = django_filters.UUIDFilter(field_name="owner_id")
    q = django_filters.CharFilter(field_name="title", lookup_expr="icontains", label="Words in the title")
    waits = django_filters.BooleanFilter(method="by_waiting", label="Whether words or types wait for approval")

    def by_waiting(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:
        waiting = waiting_clauses(rows)
        return waiting if value else rows.exclude(pk__in=waiting.values("pk"))


class LibraryClauses(IdempotentMixin, VisibleRowsView, ListAPIView):
    """The library, newest first; POST adds a clause with its first version, both drafts."""

    model = LibraryClause
    verb = VIEW
    serializer_class = LibraryClauseSerializer
    filterset_class = LibraryFilter

    @extend_schema(request=LibraryFactsSerializer, responses={201: LibraryClauseDetailSerializer})
    def post(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.add_library_clause")
        clause = add_library_clause(actor=actor, **checked(LibraryFactsSerializer, request.data))
        return Response(LibraryClauseDetailSerializer(clause).data, status=status.HTTP_201_CREATED)


class LibraryClauseDetail(VisibleRowsView, RetrieveAPIView):
    """One clause with its versions; PATCH changes it."""

    model = LibraryClause
    verb = VIEW
    serializer_class = LibraryClauseDetailSerializer

    def rows(self) -> QuerySet[Any]:
        return LibraryClause.objects.prefetch_related("versions")

    @extend_schema(request=LibraryChangeSerializer, responses=LibraryClauseDetailSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.change_library_clause", self.get_object())
        sent = checked(LibraryChangeSerializer, request.data, partial=True)
        changed = change_library_clause(actor=actor, clause_id=pk, **sent)
        return Response(LibraryClauseDetailSerializer(changed).data)


@extend_schema(responses=LibraryClauseDetailSerializer)
class LibraryApproval(Act):
    """What waits is approved, by somebody who did not write it: the newest version, and the types that must have it."""

    model = LibraryClause
    asks = "contracts.approve_library_clause"
    serializer_class = SeenSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return LibraryClauseDetailSerializer(approve_library_clause(actor=actor, clause_id=pk, **sent)).data


@extend_schema(responses=LibraryClauseDetailSerializer)
class LibraryRetirement(Act):
    """The clause is no longer used."""

    model = LibraryClause
    asks = "contracts.retire_library_clause"
    serializer_class = RetirementSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return LibraryClauseDetailSerializer(retire_library_clause(actor=actor, clause_id=pk, **sent)).data


@extend_schema(responses=AdoptedSerializer)
class Adoption(Act):
    """A clause of a draft is tied to a position of the library."""

    model = Clause
    tag_of, tag_via = Version, "version"
    asks = "contracts.adopt_library_clause"
    serializer_class = AdoptionSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        wanted = {"library_version_id": sent["library_version"], "position": sent["position"]}
        return AdoptedSerializer(adopt_library_clause(actor=actor, clause_id=pk, **wanted)).data


@extend_schema(responses=DeclinedOfferSerializer)
class OfferDecline(Act):
    """A newer version of the library is not taken by this contract, and offered to it no more."""

    model = Contract
    asks = "contracts.decline_offer"
    serializer_class = OfferDeclineSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return DeclinedOfferSerializer(decline_offer(actor=actor, contract_id=pk, **sent)).data


class VersionLibrary(VisibleRowsView):
    """How a version of a contract stands to the library: which clauses are there, which deviate, which are missing."""

    model = Version
    verb = VIEW
    serializer_class = ReportSerializer

    def rows(self) -> QuerySet[Any]:
        return queries.version_rows()

    def get(self, request: Request, pk: UUID) -> Response:
        return Response(ReportSerializer(shown_report(report_on(self.get_object()))).data)


def shown_report(report: LibraryReport) -> dict[str, Any]:
    """What ReportSerializer writes."""
    return {
        "is_open": report.is_open,
        "clauses": [_standpoint(row) for row in report.rows],
        "others": [clause.pk for clause in report.others],
        "missing": report.missing,
        "missing_mandatory": report.missing_mandatory,
    }


def _standpoint(row: Standpoint) -> dict[str, Any]:
    return {
        "clause": row.clause.pk,
        "number": row.clause.number,
        "heading": row.clause.heading,
        "library_clause": row.library_version.clause_id,
        "title": row.library_version.clause.title,
        "library_version": row.library_version.pk,
        "library_number": row.library_version.number,
        "position": row.position,
        "standing": row.standing,
        "departs_percent": row.departure.share.quantize(Decimal("0.0001")),
        "changed": row.departure.changed,
        "words": row.departure.words,
        "spans": [span for change in row.changes for span in change["spans"]],
        "turned_by": row.turns,
        "is_adopted": row.is_adopted,
        "offered_version": row.offer.library_version.pk if row.offer else None,
    }
