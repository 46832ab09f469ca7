"""A window, how its figures came about, and its telemetry."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require
from clm.audit.queries import history_for
from clm.lib import clock
from slas import queries
from slas.models import Commitment, EvaluationWindow, Outage, Sample
from slas.operations.evaluate_window import evaluate_window
from slas.pages.charts import charts_of

PAGE = 200


@login_required
@require_GET
def window_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One window: figures, every revision, charts, and what it would be if disputed exclusions counted."""
    actor = actor_of(request)
    window = get_visible(actor, queries.windows(actor), pk)
    shown = queries.figures(window)
    context = {
        "window": window,
        "commitment": window.commitment,
        "contract": window.commitment.contract,
        "shown": shown,
        "is_value": window.commitment.indicator.is_quantity,
        "charts": charts_of(window, shown, clock.now()),
        "revisions": list(queries.evaluations(actor).filter(window=window).order_by("-revision")),
        "disputed": queries.with_disputed(window, clock.now()),
        "parts": queries.parts_of(window),
        "breach": queries.breaches(actor).filter(window=window).first(),
        "history": history_for(actor, window, limit=50),
        "can_judge": can(actor, "slas.evaluate_window", window),
        "can_see_telemetry": can(actor, "slas.view_telemetry"),
        "crumbs": _crumbs(window.commitment),
    }
    return render(request, "slas/window_page.html", context)


def _crumbs(commitment: Commitment) -> list[tuple[str, str]]:
    return [
        (_("Service levels"), reverse("commitments")),
        (commitment.name, reverse("commitment", args=[commitment.pk])),
    ]


@login_required
@require_GET
def window_trace(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How the interim figures of an open window came about; a judged one leads to its evaluation."""
    actor = actor_of(request)
    window = get_visible(actor, queries.windows(actor), pk)
    if window.latest_id:
        return redirect("evaluation-trace", pk=window.latest_id)
    return _trace(request, window, window.interim.get("trace") or {"title": window.label}, history_for(actor, window))


@login_required
@require_GET
def evaluation_trace(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How an evaluation came about: clause, inputs, formula, settings, steps, and the ledger's entries."""
    actor = actor_of(request)
    evaluation = get_visible(actor, queries.evaluations(actor), pk)
    window = get_visible(actor, queries.windows(actor), evaluation.window_id)
    return _trace(request, window, evaluation.trace, history_for(actor, evaluation))


@login_required
@require_GET
def compliance_trace(request: HttpRequest) -> HttpResponse:
    """How the share of windows that met their target came about, for each month of the chart."""
    actor = actor_of(request)
    require(actor, "slas.view_commitment")
    rows = queries.trend(actor, queries.trend_months())
    crumbs = [(_("Service levels"), reverse("commitments"))]
    return _rendered(request, {"trace": queries.trend_trace(rows).as_json(), "crumbs": crumbs})


def _trace(request: HttpRequest, window: EvaluationWindow, trace: dict[str, Any], entries: Any) -> HttpResponse:
    passage = window.commitment.passage
    reads = can(actor_of(request), "slas.view_telemetry")
    samples = reverse("window-telemetry", args=[window.pk]) if reads else ""
    context = {
        "trace": trace if reads else _without_links(trace),
        "clause_url": f"{reverse('version', args=[passage.version_id])}#clause-{passage.clause_id}",
        "samples_url": samples,
        "entries": entries,
        "crumbs": [*_crumbs(window.commitment), (window.label, reverse("window", args=[window.pk]))],
    }
    return _rendered(request, context)


def _without_links(trace: dict[str, Any]) -> dict[str, Any]:
    """The trace for who may not open the telemetry: its inputs lead nowhere."""
    return trace | {"inputs": [{**row, "url": ""} for row in trace.get("inputs") or ()]}


def _rendered(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    name = "components/trace_fragment.html" if getattr(request, "htmx", False) else "components/trace_page.html"
    return render(request, name, context)


@login_required
@require_GET
def window_telemetry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The samples and outages that bear on a window, in order of time."""
    actor = actor_of(request)
    require(actor, "slas.view_telemetry")
    window = get_visible(actor, queries.windows(actor), pk)
    indicator = window.commitment.indicator
    margin = timedelta(days=1)
    samples = Sample.objects.filter(
        indicator=indicator, at__gte=window.starts_at - margin, at__lt=window.ends_at + margin
    ).order_by("at")
    outages = Outage.objects.filter(indicator=indicator, starts_at__lt=window.ends_at).exclude(
        ends_at__lte=window.starts_at
    )
    context = {
        "window": window,
        "indicator": indicator,
        "page": Paginator(samples, PAGE).get_page(request.GET.get("page")),
        "outages": list(outages.order_by("starts_at")[:500]),
        "crumbs": [*_crumbs(window.commitment), (window.label, reverse("window", args=[window.pk]))],
    }
    return render(request, "slas/window_telemetry.html", context)


@login_required
@require_POST
def window_judge(request: HttpRequest, pk: UUID) -> HttpResponse:
    evaluate_window(actor=actor_of(request), window_id=pk)
    messages.success(request, _("Judged by what is known now."))
    return redirect("window", pk=pk)
