"""Telemetry in, exclusions and breaches settled, papers asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import FileResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clm.access.permissions import get_visible, require
from clm.api.conditional import Conditional
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import check_empty
from clm.api.views import VisibleRowsView, actor_in
from clm.jobs.models import Job
from clm.lib.actor import Actor
from clm.lib.errors import NotVisible
from contracts.models import Contract
from slas import queries
from slas.api import serializers
from slas.models import Breach, EvaluationWindow, EvidenceBundle, Exclusion, ServiceReport, TelemetryBatch
from slas.operations.evaluate_window import evaluate_window
from slas.operations.exclusions import accept_exclusion, dispute_exclusion, withdraw_exclusion
from slas.operations.ingest_outages import ingest_outages
from slas.operations.ingest_samples import ingest_samples
from slas.operations.settle_breach import acknowledge_breach, resolve_breach
from slas.pages.breach_views import paper
from slas.requests import request_evidence, request_import, request_report


class Samples(IdempotentMixin):
    """Up to 10,000 samples. Sending the same again changes nothing."""

    @extend_schema(request=serializers.SamplesSerializer, responses={200: serializers.BatchSerializer})
    def post(self, request: Request) -> Response:
        require(actor_in(request), "slas.ingest_samples")
        sent = serializers.SamplesSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        batch = ingest_samples(actor=actor_in(request), samples=sent.validated_data["samples"])
        return Response(serializers.BatchSerializer(batch).data)


class Outages(IdempotentMixin):
    """Up to 10,000 outages; a later report of the same `external_id` replaces."""

    @extend_schema(request=serializers.OutagesSerializer, responses={200: serializers.BatchSerializer})
    def post(self, request: Request) -> Response:
        require(actor_in(request), "slas.ingest_outages")
        sent = serializers.OutagesSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        batch = ingest_outages(actor=actor_in(request), outages=sent.validated_data["outages"])
        return Response(serializers.BatchSerializer(batch).data)


class Csv(Conditional):
    """A CSV file, taken in by a job that says row by row what was refused."""

    parser_classes = (MultiPartParser,)

    @extend_schema(request=serializers.CsvSerializer, responses={202: serializers.JobStartedSerializer})
    def post(self, request: Request) -> Response:
        require(actor_in(request), "slas.ingest_samples")
        sent = serializers.CsvSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        file, given = sent.validated_data["file"], sent.validated_data
        job = request_import(
            actor_in(request),
            content=file.read(),
            file_name=file.name,
            contract_id=given["contract"],
            indicator=given["indicator"],
        )
        return started(job)


class Batches(VisibleRowsView, ListAPIView):
    """What was delivered, newest first."""

    model = TelemetryBatch
    verb = "slas.view_telemetry"
    serializer_class = serializers.BatchSerializer
    filterset_fields = ["source"]


class JudgeWindow(IdempotentMixin):
    """The window is judged by what is known now."""

    model = EvaluationWindow

    @extend_schema(request=None, responses=serializers.WindowSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        check_empty(request)
        window = evaluate_window(actor=actor_in(request), window_id=pk)
        return Response(serializers.WindowSerializer(window).data)


Step = Callable[[Actor, UUID, str], Any]
EXCLUSION_STEPS: dict[str, Step] = {
    "accept": lambda actor, pk, reason: accept_exclusion(actor=actor, exclusion_id=pk, reason=reason),
    "dispute": lambda actor, pk, reason: dispute_exclusion(actor=actor, exclusion_id=pk, reason=reason),
    "withdraw": lambda actor, pk, reason: withdraw_exclusion(actor=actor, exclusion_id=pk, reason=reason),
}
BREACH_STEPS: dict[str, Step] = {
    "acknowledge": lambda actor, pk, note: acknowledge_breach(actor=actor, breach_id=pk, note=note),
    "resolve": lambda actor, pk, note: resolve_breach(actor=actor, breach_id=pk, note=note),
}


class SettleExclusion(IdempotentMixin):
    """Accept, dispute or withdraw an exclusion."""

    model = Exclusion
    step = ""

    @extend_schema(request=serializers.ReasonSerializer, responses=serializers.ExclusionSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        settled = EXCLUSION_STEPS[self.step](actor_in(request), pk, _reason(request))
        return Response(serializers.ExclusionSerializer(settled).data)


class SettleBreach(IdempotentMixin):
    """Acknowledge or resolve a breach."""

    model = Breach
    step = ""

    @extend_schema(request=serializers.ReasonSerializer, responses=serializers.BreachSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        settled = BREACH_STEPS[self.step](actor_in(request), pk, _reason(request))
        return Response(serializers.BreachSerializer(settled).data)


def _reason(request: Request) -> str:
    sent = serializers.ReasonSerializer(data=request.data)
    sent.is_valid(raise_exception=True)
    return str(sent.validated_data["reason"])


class Evidence(IdempotentMixin):
    """POST prints the evidence bundle by a job; GET is the newest one."""

    model = Breach

    @extend_schema(request=None, responses={202: serializers.JobStartedSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        check_empty(request)
        return started(request_evidence(actor_in(request), pk))

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> FileResponse:
        breach = get_visible(actor_in(request), queries.breaches(actor_in(request)), pk)
        bundles = EvidenceBundle.objects.filter(breach=breach).select_related("blob")
        bundle = bundles.order_by("-id").first()
        if bundle is None:
            raise NotVisible()
        return paper(bundle.blob, f"{breach.reference}-evidence.pdf")


class Report(IdempotentMixin):
    """POST prints the service report of a month by a job."""

    tag_of = Contract

    @extend_schema(request=serializers.MonthSerializer, responses={202: serializers.JobStartedSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        sent = serializers.MonthSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return started(request_report(actor_in(request), pk, sent.validated_data["month"]))


class ReportFile(APIView):
    """A service report that was printed."""

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> FileResponse:
        rows = ServiceReport.objects.select_related("blob", "contract")
        report = get_visible(actor_in(request), rows, pk)
        return paper(report.blob, f"{report.contract.reference}-service-{report.month:%Y-%m}.pdf")


def started(job: Job) -> Response:
    body = {"id": job.pk, "state": job.state, "url": reverse("api-job", args=[job.pk])}
    return Response(serializers.JobStartedSerializer(body).data, status=status.HTTP_202_ACCEPTED)
