"""An alert: what burns, how fast, under which sentence, and who looks after it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible
from clm.audit.queries import history_for
from clm.lib import clock
from slas import queries
from slas.models import Alert
from slas.operations.follow_alerts import acknowledge_alert
from slas.states import AlertState


@login_required
@require_GET
def alert_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The figures at which it opened, those of now, and its history."""
    actor = actor_of(request)
    rows = queries.alerts(actor).select_related("commitment__passage__clause", "commitment__passage__version")
    alert = get_visible(actor, rows, pk)
    context = {
        "alert": alert,
        "commitment": alert.commitment,
        "contract": alert.contract,
        "worst": alert.figures["worst"],
        "burn": queries.burning(alert.commitment, clock.now()),
        "history": history_for(actor, alert, limit=50),
        "crumbs": [(_("Alerts"), reverse("alerts"))],
        "can_acknowledge": alert.state == AlertState.FIRING and can(actor, "slas.acknowledge_alert", alert),
    }
    return render(request, "slas/alert_page.html", context)


@login_required
@require_GET
def alert_trace(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How the burn rate came about at which it opened."""
    actor = actor_of(request)
    alert = get_visible(actor, queries.alerts(actor).select_related("commitment__passage"), pk)
    passage = alert.commitment.passage
    context = {
        "trace": alert.trace,
        "clause_url": f"{reverse('version', args=[passage.version_id])}#clause-{passage.clause_id}",
        "entries": history_for(actor, alert),
        "crumbs": [(_("Alerts"), reverse("alerts")), (_title(alert), reverse("alert", args=[alert.pk]))],
    }
    name = "components/trace_fragment.html" if getattr(request, "htmx", False) else "components/trace_page.html"
    return render(request, name, context)


@login_required
@require_POST
def alert_acknowledge(request: HttpRequest, pk: UUID) -> HttpResponse:
    acknowledge_alert(actor=actor_of(request), alert_id=pk, note=request.POST.get("reason", ""))
    messages.success(request, _("You look after this alert."))
    return redirect("alert", pk=pk)


def _title(alert: Alert) -> str:
    return str(alert.get_kind_display())
