"""The definition assistant beside the form: what is typed so far is looked through, and nothing is written."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import get_visible, require
from clm.lib import clock
from contracts.models import Passage
from slas import queries
from slas.advice import Advice, advice_on, draft_of, measured_anew, measured_by, metrics_with
from slas.models import Indicator
from slas.pages.forms import NEW, BindForm, TermsForm


@login_required
@require_POST
def bind_advice(request: HttpRequest, passage_id: UUID) -> HttpResponse:
    """Warnings on the terms that are typed for a marked sentence."""
    actor = actor_of(request)
    passage = get_visible(actor, Passage.objects.select_related("version__contract"), passage_id)
    contract = passage.version.contract
    require(actor, "slas.bind_commitment", contract)
    indicators = list(queries.indicators(actor).filter(service__contract=contract))
    form = BindForm(request.POST, indicators=indicators)
    typed = _typed(form)
    known = next((row for row in indicators if str(row.pk) == typed.get("indicator")), None)
    measured = _measured(typed, known)
    draft = draft_of(typed, quote=passage.quote, measured=measured, metrics=metrics_with(contract.pk))
    return _shown(request, advice_on(draft), form)


@login_required
@require_POST
def draft_advice(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Warnings on the terms that are typed for a draft."""
    actor = actor_of(request)
    commitment = get_visible(actor, queries.commitment_in_full(actor), pk)
    require(actor, "slas.change_commitment", commitment)
    form = TermsForm(request.POST)
    draft = draft_of(
        _typed(form),
        quote=commitment.passage.quote,
        measured=measured_by(commitment.indicator, clock.now()),
        metrics=metrics_with(commitment.contract_id, commitment.pk),
    )
    return _shown(request, advice_on(draft), form)


def _typed(form: TermsForm) -> dict[str, Any]:
    """What can be read of the form already; what is wrong is told when it is sent."""
    form.is_valid()
    return form.cleaned_data


def _measured(typed: dict[str, Any], known: Indicator | None) -> dict[str, Any]:
    if known is not None:
        return measured_by(known, clock.now())
    return measured_anew(typed) if typed.get("indicator") == NEW else {}


def _shown(request: HttpRequest, advice: list[Advice], form: TermsForm) -> HttpResponse:
    """Each beside the label of the field that it is about; none where that is the clause."""
    rows = [(each, str(form[each.field].label) if each.field in form.fields else "") for each in advice]
    return render(request, "slas/advice_list.html", {"advice": rows})
