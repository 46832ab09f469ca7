"""The API of amendments: proposed, accepted by each party, in force from their day; and the text in force at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import FileResponse
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import get_visible, require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import BodySerializer, ReasonSerializer, checked
from clm.api.views import VisibleRowsView, actor_in
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from contracts import queries
from contracts.access import VIEW_INSIDE
from contracts.access.amending import ACCEPT, REFUSE, VIEW
from contracts.api.serializers import SharedFacts, VersionDetailSerializer
from contracts.api.views import OfContract
from contracts.models import Amendment, AmendmentAnswer, Contract, ContractParty, Version
from contracts.operations.amending.answer_amendment import accept_amendment, refuse_amendment
from contracts.operations.amending.change_amendment import change_amendment
from contracts.operations.amending.guards import Evidence, put_evidence
from contracts.operations.amending.propose_amendment import propose_amendment
from contracts.operations.amending.record_acceptance import HOW, record_acceptance
from contracts.operations.amending.withdraw_amendment import withdraw_amendment
from contracts.outlook import end_of_contract
from contracts.papers import Paper, put_paper, read_paper
from contracts.papers.amendments import evidence_file, instrument_file, shared_name
from contracts.queries.amendments import (
    amendment_rows,
    period_on,
    standings,
    waited_for,
    with_period,
)
from contracts.queries.terminations import ends_before


class AmendmentSerializer(SharedFacts):
    """`parties` are those that have to accept, each with its answer or null; `touched` are the clauses that differ, and
    those that only have another number (`renumbered`); `was` is what the text before called them.
    `content_hash` is what is accepted: send it as `seen`. `effective_on` null: the day on which the last one accepts.
    """

    inside_only = ("proposed_by", "outcome", "ends_before")
    parties = serializers.SerializerMethodField()
    waits_for = serializers.SerializerMethodField(help_text="Ids of the parties that have not accepted.")

    class Meta:
        model = Amendment
        fields = [
            "id", "contract", "number", "state", "version", "amends", "effective_on", "is_retroactive",
            "retroactive_reason", "summary", "instrument_name", "instrument_text", "content_hash", "touched",
            "proposed_by", "created_at", "outcome", "parties", "waits_for", "ends_before",
        ]  # fmt: skip
        read_only_fields = fields

    ends_before = serializers.SerializerMethodField(
        help_text="The announced end of the contract, where this would take effect only then or later."
    )

    def get_ends_before(self, row: Amendment) -> date | None:
        return ends_before(row)

    def get_parties(self, row: Amendment) -> list[dict[str, Any]]:
        sees_all = self.sees_inside()
        return [
            {
                "id": str(each.part.pk),
                "name": each.part.party.name,
                "role": each.part.role,
                "answer": None if each.answer is None else _answer(each.answer, each.part, sees_all=sees_all),
            }
            for each in standings(row)
        ]

    def get_waits_for(self, row: Amendment) -> list[str]:
        return [str(part.pk) for part in waited_for(row)]

    def as_shared(self, actor: Actor, instance: Amendment, shared: dict[str, Any]) -> dict[str, Any]:
        return {"instrument_name": shared_name(instance)}

    def sees_inside(self) -> bool:
        request = self.context.get("request")
        return request is None or not actor_in(request).is_counterparty


def _answer(answer: AmendmentAnswer, part: ContractParty, *, sees_all: bool) -> dict[str, Any]:
    """The other side reads who answered for it, and of us that we did."""
    names = sees_all or part.role != ContractParty.Role.OURS
    return {
        "verdict": answer.verdict,
        "how": answer.how,
        "by_name": answer.by_name if names else "",
        "answered_on": answer.answered_on.isoformat(),
        "reason": answer.reason,
        "evidence_sha256": answer.evidence.sha256 if sees_all and answer.evidence else None,
    }


class AmendmentFactsSerializer(BodySerializer):
    effective_on = serializers.DateField(required=False, allow_null=True)
    is_retroactive = serializers.BooleanField(required=False)
    retroactive_reason = serializers.CharField(required=False, allow_blank=True)
    summary = serializers.CharField(required=False, allow_blank=True)


class NewAmendmentSerializer(AmendmentFactsSerializer):
    version = serializers.UUIDField(source="version_id", help_text="The consolidated text: the newest version.")
    instrument = serializers.FileField(
        required=False, help_text="The document that says what changes; without one the consolidated text is agreed."
    )


class AmendmentChangeSerializer(AmendmentFactsSerializer):
    seen = serializers.CharField(required=False)
    version = serializers.UUIDField(required=False, source="version_id")


class AmendmentAcceptanceSerializer(BodySerializer):
    seen = serializers.CharField()
    part = serializers.UUIDField(required=False, allow_null=True, source="part_id")


class AmendmentRefusalSerializer(AmendmentAcceptanceSerializer):
    reason = serializers.CharField()


class RecordedAcceptanceSerializer(BodySerializer):
    part = serializers.UUIDField(source="part_id")
    how = serializers.ChoiceField(choices=[(each.value, each.label) for each in HOW])
    by_name = serializers.CharField(max_length=250)
    answered_on = serializers.DateField(required=False, allow_null=True)
    evidence = serializers.FileField()
    seen = serializers.CharField()


def _shown(row: Amendment, request: Request) -> Any:
    return AmendmentSerializer(amendment_rows().get(pk=row.pk), context={"request": request}).data


class ContractAmendments(IdempotentMixin, OfContract, ListAPIView):
    """The amendments of a contract, newest first; POST proposes one (JSON, or multipart with an `instrument`)."""

    model = Amendment
    verb = VIEW
    serializer_class = AmendmentSerializer

    def get_parsers(self) -> list[Any]:
        return [*super().get_parsers(), MultiPartParser()]

    def rows(self) -> QuerySet[Any]:
        return amendment_rows()

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return super().filter_queryset(queryset).order_by("-number")

    def prepare(self, request: Request) -> tuple[dict[str, Any], Paper | None]:
        actor = actor_in(request)
        require(actor, "contracts.propose_amendment", self.contract())
        sent = checked(NewAmendmentSerializer, request.data)
        return sent, _paper(actor, sent.pop("instrument", None))

    @extend_schema(request=NewAmendmentSerializer, responses={201: AmendmentSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        sent, paper = self.prepared
        actor = actor_in(request)
        get_visible(actor, Version.objects.filter(contract_id=pk), sent["version_id"])
        made = propose_amendment(actor=actor, instrument=paper, **sent)
        return Response(_shown(made, request), status=status.HTTP_201_CREATED)


def _paper(actor: Actor, file: Any) -> Paper | None:
    """The instrument, read and stored before the transaction."""
    if file is None:
        return None
    try:
        return put_paper(actor, read_paper(file.read(), file.name))
    except Invalid as refusal:
        raise Invalid(refusal.code, refusal.message, fields={"instrument": [refusal.message]}) from refusal


class AmendmentDetail(VisibleRowsView, RetrieveAPIView):
    """One amendment; PATCH changes its day, its words or its text, and makes void what was answered before."""

    model = Amendment
    verb = VIEW
    serializer_class = AmendmentSerializer

    def rows(self) -> QuerySet[Any]:
        return amendment_rows()

    @extend_schema(request=AmendmentChangeSerializer, responses=AmendmentSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.change_amendment", self.get_object())
        sent = checked(AmendmentChangeSerializer, request.data, partial=True)
        return Response(_shown(change_amendment(actor=actor, amendment_id=pk, **sent), request))


class AmendmentAct(Act):
    model = Amendment


@extend_schema(responses=AmendmentSerializer)
class AmendmentAcceptance(AmendmentAct):
    """Accepted for us by somebody of ours, for a counterparty by somebody of theirs. 409 `changed_meanwhile`,
    `answered_already`, `party_not_asked`."""

    asks = ACCEPT
    serializer_class = AmendmentAcceptanceSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(accept_amendment(actor=actor, amendment_id=pk, **sent), self.request)


@extend_schema(responses=AmendmentSerializer)
class AmendmentRefusal(AmendmentAct):
    asks = REFUSE
    serializer_class = AmendmentRefusalSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(refuse_amendment(actor=actor, amendment_id=pk, **sent), self.request)


@extend_schema(responses=AmendmentSerializer)
class AmendmentWithdrawal(AmendmentAct):
    asks = "contracts.withdraw_amendment"
    serializer_class = ReasonSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _shown(withdraw_amendment(actor=actor, amendment_id=pk, **sent), self.request)


@extend_schema(request={"multipart/form-data": RecordedAcceptanceSerializer}, responses=AmendmentSerializer)
class AmendmentRecording(AmendmentAct):
    """A party accepted on paper or by letter; the `evidence` is kept (multipart)."""

    asks = "contracts.record_acceptance"
    serializer_class = RecordedAcceptanceSerializer
    parser_classes = [MultiPartParser]

    def prepare(self, request: Request) -> tuple[dict[str, Any], Evidence]:
        actor = actor_in(request)
        require(actor, self.asks, get_visible(actor, Amendment.objects.all(), self.kwargs["pk"]))
        sent = checked(RecordedAcceptanceSerializer, request.data)
        file = sent.pop("evidence")
        return sent, put_evidence(actor, file.read(), file.name)

    def post(self, request: Request, pk: UUID) -> Response:
        sent, evidence = self.prepared
        done = record_acceptance(actor=actor_in(request), amendment_id=pk, evidence=evidence, **sent)
        return Response(_shown(done, request))


class AmendmentInstrument(VisibleRowsView):
    """The document that says what changes; for the other side without what says who made it."""

    model = Amendment
    verb = VIEW
    serializer_class = AmendmentSerializer

    def rows(self) -> QuerySet[Any]:
        return amendment_rows()

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> FileResponse:
        return instrument_file(actor_in(request), self.get_object())


class AnswerEvidence(VisibleRowsView):
    """The letter or the scan by which one knows that a party accepted: by the amendment and the party."""

    model = Amendment
    verb = VIEW_INSIDE
    serializer_class = AmendmentSerializer

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID, part_id: UUID) -> FileResponse:
        return evidence_file(self.get_object(), part_id)


class ForceSerializer(serializers.Serializer[Any]):
    """`on` is the day in the contract's zone. `ended_on`: the contract is over on that day, and this was its last text.
    `url` is the version's own address, which stays."""

    on = serializers.DateField()
    time_zone = serializers.CharField()
    known_at = serializers.DateTimeField(allow_null=True)
    is_over = serializers.BooleanField()
    ended_on = serializers.DateField(allow_null=True)
    effective_from = serializers.DateField()
    effective_until = serializers.DateField(allow_null=True)
    superseded_by = serializers.UUIDField(allow_null=True)
    url = serializers.CharField()
    version = VersionDetailSerializer()


class VersionInForce(VisibleRowsView):
    """The version in force at a time. `at`: an instant (RFC 3339), or a date in the contract's zone; now without one.
    `known_at`: as it was known then, without amendments that took effect backwards later. 404 `not_in_force_yet`."""

    model = Contract
    verb = "contracts.view_contract"
    serializer_class = ForceSerializer
    parameters: ClassVar = [OpenApiParameter("at", OpenApiTypes.STR), OpenApiParameter("known_at", OpenApiTypes.STR)]

    @extend_schema(parameters=parameters, responses=ForceSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        contract = self.get_object()
        day = day_in(contract, request.query_params.get("at", ""))
        known_at = _known_at(contract, request.query_params.get("known_at", ""))
        found = period_on(contract, day, known_at)
        if found is None:
            raise _not_yet(day)
        rows = with_period(queries.version_rows().select_related("terms").prefetch_related("clauses"))
        ended_on = end_of_contract(contract, day)
        body = {
            "on": day,
            "time_zone": contract.time_zone,
            "known_at": known_at,
            "is_over": ended_on is not None and day >= ended_on,
            "ended_on": ended_on,
            "effective_from": found.text.effective_on,
            "effective_until": found.until,
            "superseded_by": found.superseded_by,
            "url": request.build_absolute_uri(reverse("api-version", args=[found.text.pk])),
            "version": get_visible(actor_in(request), rows, found.text.pk),
        }
        return Response(ForceSerializer(body, context=self.get_serializer_context()).data)


def day_in(contract: Contract, said: str) -> date:
    """The day of an instant or date in the contract's zone; today where nothing is said. Raises Invalid
    `date_unreadable`."""
    instant = _instant(said, "at") if "T" in said.upper() else None
    if instant is not None:
        return _day_of(instant, contract.time_zone)
    return _date(said, "at") if said else clock.today(contract.time_zone)


def _day_of(instant: datetime, time_zone: str) -> date:
    try:
        return instant.astimezone(ZoneInfo(time_zone)).date()
    except OverflowError:
        raise _unreadable("at") from None


def _known_at(contract: Contract, said: str) -> datetime | None:
    """A date means its end in the contract's zone: what became known on that day counts."""
    if not said:
        return None
    if "T" in said.upper():
        return _in_years(_instant(said, "known_at"))
    end_of_day = datetime.combine(_date(said, "known_at"), datetime.max.time(), tzinfo=ZoneInfo(contract.time_zone))
    return _in_years(end_of_day)


def _in_years(instant: datetime) -> datetime:
    """In UTC, as what became known is. Raises Invalid `date_unreadable` beyond the years that there are."""
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise _unreadable("known_at") from None


def _date(said: str, name: str) -> date:
    try:
        found = parse_date(said)
    except ValueError:
        found = None
    if found is None:
        raise _unreadable(name)
    return found


def _instant(said: str, name: str) -> datetime:
    try:
        # A plus sign that was not escaped in the address arrives as a space.
        found = parse_datetime(said.replace(" ", "+"))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise _unreadable(name)
    return found


def _unreadable(name: str) -> Invalid:
    message = _("A date (2026-03-01), or an instant with its zone (2026-03-01T09:30:00+01:00).")
    return Invalid("date_unreadable", message, fields={name: [message]})


def _not_yet(day: date) -> DomainError:
    refusal = DomainError("not_in_force_yet", _("No text of this contract was in force on %(day)s.") % {"day": day})
    refusal.status = 404
    return refusal
