"""Asking for a back-test of a service level, and what came of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import get_visible, require
from clm.jobs.models import Job
from clm.lib.errors import Invalid, NotVisible
from slas import queries
from slas.models import Commitment
from slas.pages.forms import BackTestForm
from slas.requests import request_back_test
from slas.work import BACK_TEST

LIGHTS = {"met": "green", "missed": "red"}


@login_required
@require_POST
def back_test_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The last months are judged by the terms of this service level, as a job."""
    form = BackTestForm(request.POST)
    try:
        months = form.cleaned_data["months"] if form.is_valid() else 0
        job = request_back_test(actor_of(request), pk, months)
    except Invalid as refusal:
        messages.error(request, " ".join(refusal.fields.get("months", [refusal.message])))
        return redirect("commitment", pk=pk)
    return redirect("job", pk=job.pk)


@login_required
@require_GET
def back_test_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the windows of the last months would have come to: for all who may ask for it, not only who did."""
    actor = actor_of(request)
    job = Job.objects.filter(kind=BACK_TEST, pk=pk).first()
    if job is None or "summary" not in job.result:
        raise NotVisible()
    commitment = get_visible(actor, queries.commitment_in_full(actor), UUID(job.result["commitment_id"]))
    require(actor, "slas.back_test_commitment", commitment)
    rows = [_row(found) for found in job.result["windows"]]
    context = {
        "commitment": commitment,
        "contract": commitment.contract,
        "rows": list(reversed(rows)),
        "summary": job.result["summary"],
        "months": job.result["months"],
        "finished_at": job.finished_at,
        "is_value": commitment.indicator.is_quantity,
        "bars": _bars(commitment, rows),
        "crumbs": [
            (_("Service levels"), reverse("commitments")),
            (commitment.name, reverse("commitment", args=[commitment.pk])),
        ],
    }
    return render(request, "slas/back_test_page.html", context)


def _row(found: dict[str, Any]) -> dict[str, Any]:
    names = ("attainment", "coverage_percent", "target", "credit_percent", "credit_amount")
    numbers = {name: None if found[name] is None else Decimal(found[name]) for name in names}
    return found | numbers | {name: parse_datetime(found[name]) for name in ("starts_at", "ends_at")}


def _bars(commitment: Commitment, rows: list[dict[str, Any]]) -> dict[str, Any]:
    bars = [
        {"label": row["label"], "value": str(row["attainment"]), "light": LIGHTS.get(row["outcome"], "grey")}
        for row in rows
        if row["attainment"] is not None
    ]
    unit = commitment.indicator.unit if commitment.indicator.is_quantity else "%"
    return {"kind": "bars", "bars": bars, "target": str(commitment.target), "unit": unit}
