"""A breach with its evidence, and the papers of service levels."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible
from clm.audit.queries import history_for
from clm.documents.blobs import open_blob
from clm.documents.models import Blob
from clm.lib.errors import Invalid
from slas import queries
from slas.models import EvidenceBundle, ServiceReport
from slas.operations.settle_breach import acknowledge_breach, resolve_breach
from slas.pages.forms import MonthForm, ReasonForm
from slas.pages.withdrawals import withdrawal_of
from slas.papers import spelt
from slas.requests import request_evidence, request_report
from slas.states import BreachState


@login_required
@require_GET
def breach_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was missed, by how much, the evidence frozen for it, and its papers."""
    actor = actor_of(request)
    rows = queries.breaches(actor).select_related("commitment__passage__clause", "commitment__passage__version")
    breach = get_visible(actor, rows, pk)
    settled = breach.state in (BreachState.RESOLVED, BreachState.WITHDRAWN)
    context = {
        "breach": breach,
        "commitment": breach.commitment,
        "contract": breach.contract,
        "window": breach.window,
        "evaluation": breach.evaluation,
        "evidence": spelt(breach.evidence),
        "withdrawal": withdrawal_of(actor, breach) if breach.state == BreachState.WITHDRAWN else None,
        "bundles": list(EvidenceBundle.objects.filter(breach=breach).select_related("blob").order_by("-id")),
        "history": history_for(actor, breach, limit=50),
        "crumbs": [(_("Breaches"), reverse("breaches"))],
        "can_acknowledge": breach.state == BreachState.OPEN and can(actor, "slas.acknowledge_breach", breach),
        "can_resolve": not settled and can(actor, "slas.resolve_breach", breach),
        "can_file": can(actor, "slas.file_evidence_bundle", breach),
        "form": ReasonForm(),
    }
    return render(request, "slas/breach_page.html", context)


@login_required
@require_POST
def breach_acknowledge(request: HttpRequest, pk: UUID) -> HttpResponse:
    acknowledge_breach(actor=actor_of(request), breach_id=pk, note=request.POST.get("reason", ""))
    messages.success(request, _("You look after this breach."))
    return redirect("breach", pk=pk)


@login_required
@require_POST
def breach_resolve(request: HttpRequest, pk: UUID) -> HttpResponse:
    resolve_breach(actor=actor_of(request), breach_id=pk, note=request.POST.get("reason", ""))
    messages.success(request, _("The breach is resolved."))
    return redirect("breach", pk=pk)


@login_required
@require_POST
def breach_evidence(request: HttpRequest, pk: UUID) -> HttpResponse:
    job = request_evidence(actor_of(request), pk)
    return redirect("job", pk=job.pk)


@login_required
@require_POST
def service_report_new(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    form = MonthForm(request.POST)
    if not form.is_valid():
        raise Invalid("month_invalid", _("Choose a month."))
    job = request_report(actor_of(request), contract_id, form.cleaned_data["month"])
    return redirect("job", pk=job.pk)


@login_required
@require_GET
def evidence_bundle(request: HttpRequest, pk: UUID) -> HttpResponse | FileResponse:
    """The PDF itself."""
    rows = EvidenceBundle.objects.select_related("blob", "breach")
    bundle = get_visible(actor_of(request), rows, pk)
    return paper(bundle.blob, f"{bundle.breach.reference}-evidence.pdf")


@login_required
@require_GET
def service_report(request: HttpRequest, pk: UUID) -> HttpResponse | FileResponse:
    """The PDF itself."""
    report = get_visible(actor_of(request), ServiceReport.objects.select_related("blob", "contract"), pk)
    return paper(report.blob, f"{report.contract.reference}-service-{report.month:%Y-%m}.pdf")


def paper(blob: Blob, name: str) -> FileResponse:
    return FileResponse(open_blob(blob), content_type="application/pdf", as_attachment=True, filename=name)
