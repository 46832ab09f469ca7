"""The API of contracts: actor, verb, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import can, get_visible, require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import checked
from clm.api.views import VisibleRowsView, actor_in
from clm.audit.access import unhidden
from clm.audit.api.serializers import EntrySerializer
from clm.audit.models import LedgerEntry
from clm.lib.actor import Actor
from clm.lib.plans import met_soon
from contracts import queries
from contracts.access import VIEW_INSIDE
from contracts.access.other_side import file_name_for, in_told_state, told_choices
from contracts.api import serializers as shapes
from contracts.models import Contract, ContractParty, Passage, RenewalDecision, Term, Version, Watcher
from contracts.models.contract import Category
from contracts.models.risk import RiskBand
from contracts.operations.activate_contract import activate_contract
from contracts.operations.add_version import add_version
from contracts.operations.archive_contract import archive_contract
from contracts.operations.change_contract import change_contract
from contracts.operations.create_contract import create_contract
from contracts.operations.decide_renewal import decide_renewal
from contracts.operations.finalize_version import finalize_version
from contracts.operations.mark_passage import mark_passage
from contracts.operations.name_party import name_party
from contracts.operations.record_execution import record_execution
from contracts.operations.restrict_contract import restrict_contract
from contracts.operations.set_parties import remove_party
from contracts.operations.set_terms import set_terms
from contracts.operations.terminate_contract import terminate_contract
from contracts.papers import Paper, put_paper, read_paper
from contracts.papers.outgoing import file_for
from contracts.queries.amendments import with_period
from contracts.queries.clauses_had import having_clause, lacking_clause, looked_through
from contracts.queries.custom_fields import asked_fields, with_values
from contracts.queries.custom_filters import custom_filters
from contracts.queries.finding import Found, found_for
from contracts.queries.retention import held_among
from contracts.queries.snippets import snippets_of
from contracts.states import ContractState

VIEW = "contracts.view_contract"


def by_told_state(rows: QuerySet[Any], _name: str, values: list[str]) -> QuerySet[Any]:
    return in_told_state(rows, values) if values else rows


INSIDE_FILTERS = (
    "owner", "department", "tag", "watched", "currency", "value_from", "value_below", "clause", "without_clause",
    "known_clauses", "risk", "risk_from", "party_id", "effective_after", "effective_before", "executed_after",
    "executed_before", "notice_after", "notice_before",
)  # fmt: skip


class ContractFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=ContractState.choices, distinct=False)
    category = django_filters.MultipleChoiceFilter(choices=Category.choices, distinct=False)
    owner = django_filters.UUIDFilter(field_name="owner_id")
    department = django_filters.UUIDFilter(field_name="department_id")
    tag = django_filters.CharFilter(method="by_tag")
    currency = django_filters.CharFilter()
    value_from = django_filters.NumberFilter("value_amount", lookup_expr="gte")
    value_below = django_filters.NumberFilter("value_amount", lookup_expr="lt")
    risk = django_filters.MultipleChoiceFilter("risk_band", choices=RiskBand.choices, distinct=False)
    risk_from = django_filters.NumberFilter("risk_score", lookup_expr="gte")
    effective_after = django_filters.DateFilter("effective_on", lookup_expr="gte")
    effective_before = django_filters.DateFilter("effective_on", lookup_expr="lte")
    executed_after = django_filters.DateFilter("executed_on", lookup_expr="gte")
    executed_before = django_filters.DateFilter("executed_on", lookup_expr="lte")
    ends_after = django_filters.DateFilter("term_ends_on", lookup_expr="gte")
    ends_before = django_filters.DateFilter("term_ends_on", lookup_expr="lte")
    notice_after = django_filters.DateFilter("notice_due_on", lookup_expr="gte")
    notice_before = django_filters.DateFilter("notice_due_on", lookup_expr="lte")
    clause = django_filters.UUIDFilter(method="by_clause", label="A library clause that the text in force has")
    without_clause = django_filters.UUIDFilter(method="by_lack", label="A library clause that it is known to lack")
    known_clauses = django_filters.BooleanFilter(
        method="by_known_clauses", label="Whether its text was held against the library as it is"
    )
    watched = django_filters.BooleanFilter(method="by_watched", label="Those that you watch")
    reference = django_filters.CharFilter()
    external_reference = django_filters.CharFilter()
    party = django_filters.UUIDFilter(method="by_party")
    party_id = django_filters.UUIDFilter(method="by_party", label="The same, as facets name it")
    created_after = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")
    q = django_filters.CharFilter(method="by_words", label="Words in title, text, parties or references")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is None:
            return
        if can(actor_in(self.request), VIEW_INSIDE):
            self.filters |= custom_filters(asked_fields())
        else:
            for name in INSIDE_FILTERS:
                del self.filters[name]
            self.filters["state"] = django_filters.MultipleChoiceFilter(
                choices=told_choices(), distinct=False, method=by_told_state
            )

    def by_party(self, rows: QuerySet[Any], _name: str, value: UUID) -> QuerySet[Any]:
        return rows.filter(pk__in=ContractParty.objects.filter(party=value).values("contract"))

    def by_tag(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(tags__contains=[value])

    def by_clause(self, rows: QuerySet[Any], _name: str, value: UUID) -> QuerySet[Any]:
        return rows.filter(having_clause(value))

    def by_lack(self, rows: QuerySet[Any], _name: str, value: UUID) -> QuerySet[Any]:
        return rows.filter(lacking_clause(value))

    def by_known_clauses(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(looked_through() if value else ~looked_through())

    def by_watched(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:
        mine = Watcher.objects.filter(user_id=actor_in(self.request).person_id).values("contract")
        return rows.filter(pk__in=mine) if value else rows.exclude(pk__in=mine)

    def by_words(self, rows: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
        return rows  # looked up last, among those that the other filters leave

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        found = found_for(actor_in(self.request), rows, self.form.cleaned_data.get("q", ""), of=queryset)
        self.request.found = found  # for the view that reads a page of it
        return found.rows


class Contracts(IdempotentMixin, VisibleRowsView, ListAPIView):
    """List contracts, newest first, or create a draft."""

    model = Contract
    verb = VIEW
    serializer_class = shapes.ContractSerializer
    filterset_class = ContractFilter

    def rows(self) -> QuerySet[Any]:
        return queries.contract_rows().prefetch_related(with_values())

    def paginate_queryset(self, queryset: Any) -> Any:
        """With the place in its text for each contract that was searched for, and whether it is held."""
        found: Found = self.request.found  # type: ignore[attr-defined]
        rows = met_soon(super().paginate_queryset, queryset, found.gathered)
        held = held_among(row.pk for row in rows or ())
        for row in rows or ():
            row.is_held = row.pk in held
        words = self.request.query_params.get("q", "").replace("\x00", "").strip()
        if rows and words and not found.is_alike:
            places = snippets_of(actor_in(self.request), rows, words)
            for row in rows:
                row.snippet = places.get(row.pk, [])
        return rows

    @extend_schema(request=shapes.ContractFactsSerializer, responses={201: shapes.ContractSerializer})
    def post(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.create_contract")
        sent = {"custom_fields": {}} | checked(shapes.ContractFactsSerializer, request.data)
        contract = create_contract(actor=actor, **sent)
        return Response(shapes.ContractSerializer(contract).data, status=status.HTTP_201_CREATED)


class ContractDetail(VisibleRowsView, RetrieveAPIView):
    """One contract; PATCH changes its facts."""

    model = Contract
    verb = VIEW
    serializer_class = shapes.ContractSerializer

    def rows(self) -> QuerySet[Any]:
        return queries.contract_rows()

    @extend_schema(request=shapes.ContractFactsSerializer, responses=shapes.ContractSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.change_contract", self.get_object())
        facts = checked(shapes.ContractFactsSerializer, request.data, partial=True)
        changed = change_contract(actor=actor, contract_id=pk, **facts)
        return Response(shapes.ContractSerializer(changed).data)


class OfContract(VisibleRowsView):
    """What belongs to the contract of the address; the contract itself must be seen. If-Match is the contract's."""

    verb = VIEW
    tag_of = Contract

    def contract(self) -> Contract:
        return get_visible(actor_in(self.request), queries.contract_rows(), self.kwargs["pk"])

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return super().filter_queryset(queryset).filter(contract=self.contract())


class Versions(IdempotentMixin, OfContract, ListAPIView):
    """The versions of a contract, newest first; POST uploads the next one (multipart, field `file`)."""

    model = Version
    serializer_class = shapes.VersionSerializer
    parser_classes = [MultiPartParser]

    def rows(self) -> QuerySet[Any]:
        return with_period(queries.version_rows().defer("text"))

    def prepare(self, request: Request) -> tuple[str, Paper]:
        """The note, and the paper read and stored before the transaction."""
        actor = actor_in(request)
        require(actor, "contracts.add_version", self.contract())
        sent = checked(shapes.UploadSerializer, request.data)
        return sent["note"], put_paper(actor, read_paper(sent["file"].read(), sent["file"].name))

    @extend_schema(request={"multipart/form-data": shapes.UploadSerializer}, responses={201: shapes.VersionSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        note, paper = self.prepared
        version = add_version(actor=actor_in(request), contract_id=pk, paper=paper, note=note)
        return Response(shapes.VersionSerializer(version).data, status=status.HTTP_201_CREATED)


class VersionDetail(VisibleRowsView, RetrieveAPIView):
    """A version with its text, clauses and terms."""

    model = Version
    verb = VIEW
    serializer_class = shapes.VersionDetailSerializer

    def rows(self) -> QuerySet[Any]:
        return with_period(queries.version_rows().select_related("terms").prefetch_related("clauses"))


class VersionFile(VisibleRowsView):
    """The very bytes that were uploaded; for the other side without what says who made them."""

    model = Version
    verb = VIEW
    serializer_class = shapes.VersionSerializer

    def rows(self) -> QuerySet[Any]:
        return queries.version_rows()

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> FileResponse:
        version = self.get_object()
        actor = actor_in(request)
        return FileResponse(
            file_for(actor, version),
            as_attachment=True,
            filename=file_name_for(actor, version),
            content_type=version.media_type,
        )


class VersionTerms(IdempotentMixin, VisibleRowsView):
    """Set the terms of a draft version."""

    model = Version
    verb = VIEW
    serializer_class = shapes.TermsSerializer

    @extend_schema(request=shapes.TermsSerializer, responses=shapes.TermsSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.set_terms", self.get_object())
        sent = checked(shapes.TermsSerializer, request.data)
        passage_id = sent.pop("notice_passage_id")
        terms = set_terms(actor=actor, version_id=pk, terms=sent, notice_passage_id=passage_id)
        return Response(shapes.TermsSerializer(terms).data)


class VersionFinal(IdempotentMixin, VisibleRowsView):
    """Fix a draft version for good."""

    model = Version
    verb = VIEW
    serializer_class = shapes.FinalSerializer

    @extend_schema(responses=shapes.VersionSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.finalize_version", self.get_object())
        version = finalize_version(actor=actor, version_id=pk, **checked(shapes.FinalSerializer, request.data))
        return Response(shapes.VersionSerializer(version).data)


class Parts(IdempotentMixin, OfContract, ListAPIView):
    """The parties of a contract; POST names one, new or known by its legal name."""

    model = ContractParty
    serializer_class = shapes.ContractPartySerializer

    def rows(self) -> QuerySet[Any]:
        return ContractParty.objects.select_related("party")

    @extend_schema(request=shapes.NewPartySerializer, responses={201: shapes.ContractPartySerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.set_parties", self.contract())
        part = name_party(actor=actor, contract_id=pk, **checked(shapes.NewPartySerializer, request.data))
        return Response(shapes.ContractPartySerializer(part).data, status=status.HTTP_201_CREATED)


class Terms(OfContract, ListAPIView):
    """The terms that began so far, newest first, each with the trace of its notice deadline."""

    model = Term
    serializer_class = shapes.TermSerializer


class PartDetail(OfContract):
    """DELETE: the party no longer has this role; only while the contract is a draft."""

    model = ContractParty
    serializer_class = shapes.ContractPartySerializer

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID, part_id: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.set_parties", self.contract())
        remove_party(actor=actor, contract_id=pk, part_id=part_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Timeline(OfContract, ListAPIView):
    """What happened to a contract and all that belongs to it, newest first, as the ledger has it."""

    model = LedgerEntry
    verb = VIEW_INSIDE
    serializer_class = EntrySerializer

    def get_queryset(self) -> QuerySet[Any]:
        """Who sees the contract reads its history, without the right to read the whole ledger."""
        if getattr(self, "swagger_fake_view", False):
            return LedgerEntry._base_manager.none()
        require(actor_in(self.request), self.verb)
        return unhidden(actor_in(self.request), LedgerEntry.objects.all())

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(contract_id=self.contract().pk)


class Passages(IdempotentMixin, VisibleRowsView, ListAPIView):
    """Marked sentences; POST marks one."""

    model = Passage
    verb = VIEW_INSIDE
    quotes = True
    serializer_class = shapes.PassageSerializer
    filterset_fields = ["version", "clause"]

    @extend_schema(request=shapes.NewPassageSerializer, responses={201: shapes.PassageSerializer})
    def post(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.mark_passage")
        sent = checked(shapes.NewPassageSerializer, request.data)
        span = {"version_id": sent.pop("version"), "clause_id": sent.pop("clause")}
        passage = mark_passage(actor=actor, **span, **sent)
        return Response(shapes.PassageSerializer(passage).data, status=status.HTTP_201_CREATED)


class PassageDetail(VisibleRowsView, RetrieveAPIView):
    model = Passage
    verb = VIEW_INSIDE
    serializer_class = shapes.PassageSerializer


class ContractAct(Act):
    """POST one verb on one contract; the contract as it stands afterwards is the answer."""

    model = Contract


def _shown(contract: Contract) -> Any:
    return shapes.ContractSerializer(contract).data


@extend_schema(responses=shapes.ContractSerializer)
class Execution(ContractAct):
    """File the contract as signed elsewhere."""

    asks = "contracts.record_execution"
    serializer_class = shapes.ExecutionSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(record_execution(actor=actor, contract_id=pk, **sent))


@extend_schema(responses=shapes.ContractSerializer)
class Activation(ContractAct):
    asks = "contracts.activate_contract"
    serializer_class = shapes.ReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(activate_contract(actor=actor, contract_id=pk))


class Decisions(IdempotentMixin, OfContract, ListAPIView):
    """What was decided, newest first; POST: notice given, or a renewal agreed, in the current term."""

    model = RenewalDecision
    verb = VIEW_INSIDE
    serializer_class = shapes.RenewalDecisionSerializer

    @extend_schema(request=shapes.DecisionSerializer, responses={201: shapes.RenewalDecisionSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.decide_renewal", self.contract())
        decision = decide_renewal(actor=actor, contract_id=pk, **checked(shapes.DecisionSerializer, request.data))
        return Response(shapes.RenewalDecisionSerializer(decision).data, status=status.HTTP_201_CREATED)


@extend_schema(responses=shapes.ContractSerializer)
class Termination(ContractAct):
    asks = "contracts.terminate_contract"
    serializer_class = shapes.TerminationSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(terminate_contract(actor=actor, contract_id=pk, **sent))


@extend_schema(responses=shapes.ContractSerializer)
class Archiving(ContractAct):
    asks = "contracts.archive_contract"
    serializer_class = shapes.ReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(archive_contract(actor=actor, contract_id=pk, **sent))


@extend_schema(responses=shapes.ContractSerializer)
class Access(ContractAct):
    """Who sees the contract."""

    asks = "contracts.restrict_contract"
    serializer_class = shapes.AccessSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(restrict_contract(actor=actor, contract_id=pk, **sent))
