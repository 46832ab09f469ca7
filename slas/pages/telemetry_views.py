"""Telemetry files, services and indicators."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clm.access.middleware import actor_of
from clm.access.permissions import get_visible, require, visible
from clm.lib.refusals import attempt
from contracts.models import Contract
from slas.operations.add_service import add_service
from slas.operations.measure_service import measure_service
from slas.pages.forms import IndicatorForm, ServiceForm, UploadForm
from slas.requests import request_import

CHOICES = 500


@login_required
@require_http_methods(["GET", "POST"])
def telemetry_upload(request: HttpRequest) -> HttpResponse:
    """A CSV file is taken in by a job, whose page says row by row what was refused."""
    actor = actor_of(request)
    require(actor, "slas.ingest_samples")
    contracts = visible(actor, Contract.objects.all()).order_by("reference").only("reference", "title")[:CHOICES]
    form = UploadForm(request.POST or None, request.FILES or None, contracts=contracts)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        job = attempt(
            form,
            lambda: request_import(
                actor,
                content=sent["file"].read(),
                file_name=sent["file"].name,
                contract_id=UUID(sent["contract"]) if sent["contract"] else None,
                indicator=sent["indicator"],
            ),
        )
        if job is not None:
            return redirect("job", pk=job.pk)
    return render(request, "slas/telemetry_upload.html", {"form": form}, status=400 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def service_new(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """A service of the contract."""
    actor = actor_of(request)
    contract = get_visible(actor, Contract.objects.all(), contract_id)
    require(actor, "slas.add_service", contract)
    form = ServiceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        if attempt(form, lambda: add_service(actor=actor, contract_id=contract.pk, name=name)) is not None:
            messages.success(request, _("The service is there."))
            return redirect("contract-tab", pk=contract.pk, key="service-levels")
    context = {"form": form, "contract": contract, "title": _("New service")}
    return render(request, "slas/service_new.html", context, status=400 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def indicator_new(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """An indicator of one of the contract's services, which is made where it is new."""
    actor = actor_of(request)
    contract = get_visible(actor, Contract.objects.all(), contract_id)
    require(actor, "slas.add_indicator", contract)
    form = IndicatorForm(request.POST or None, initial={"service_name": request.GET.get("service", "")})
    if request.method == "POST" and form.is_valid():
        named = form.new_indicator()
        made = attempt(form, lambda: measure_service(actor=actor, contract_id=contract.pk, indicator=named))
        if made is not None:
            messages.success(request, _("Telemetry can arrive under its key now."))
            return redirect("contract-tab", pk=contract.pk, key="service-levels")
    context = {"form": form, "contract": contract, "title": _("New indicator")}
    return render(request, "slas/service_new.html", context, status=400 if form.is_bound else 200)
