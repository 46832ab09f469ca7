"""Binding a sentence, and the page of a service level."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require
from clm.accounts.pages.forms import zones
from clm.audit.queries import history_for
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.refusals import attempt
from clm.pages.formats import zone_named
from contracts.models import Contract, Passage
from slas import queries
from slas.models import Commitment, EvaluationWindow, Exclusion
from slas.operations.activate_commitment import activate_commitment
from slas.operations.bind_commitment import bind_commitment
from slas.operations.change_commitment import change_commitment
from slas.operations.end_commitment import end_commitment
from slas.operations.exclusions import accept_exclusion, dispute_exclusion, propose_exclusion, withdraw_exclusion
from slas.pages.charts import charts_of, past_bars
from slas.pages.forms import NEW, BackTestForm, BindForm, EndForm, ExclusionForm, ReasonForm, TermsForm, terms_as_typed
from slas.presets import Preset, preset_named, presets
from slas.states import CommitmentState
from slas.terms import CommitmentTerms, terms_of

PAST = 40
Settle = Callable[[Actor, UUID, str], Exclusion]
STEPS: dict[str, Settle] = {
    "accept": lambda actor, pk, reason: accept_exclusion(actor=actor, exclusion_id=pk, reason=reason),
    "dispute": lambda actor, pk, reason: dispute_exclusion(actor=actor, exclusion_id=pk, reason=reason),
    "withdraw": lambda actor, pk, reason: withdraw_exclusion(actor=actor, exclusion_id=pk, reason=reason),
}


@login_required
@require_http_methods(["GET", "POST"])
def commitment_bind(request: HttpRequest, passage_id: UUID) -> HttpResponse:
    """The form that makes a marked sentence a service level, started from a preset where one is named."""
    actor = actor_of(request)
    passage = get_visible(actor, Passage.objects.select_related("version__contract", "clause"), passage_id)
    contract = passage.version.contract
    require(actor, "slas.bind_commitment", contract)
    preset = preset_named(request.GET["preset"]) if request.GET.get("preset") else None
    indicators = queries.indicators(actor).filter(service__contract=contract).order_by("service__name", "name")
    form = BindForm(request.POST or None, indicators=indicators, initial=_start(contract, preset, bool(indicators)))
    if request.method == "POST" and form.is_valid():
        bound = attempt(
            form,
            lambda: bind_commitment(
                actor=actor, passage_id=passage.pk, terms=form.terms(), indicator=form.measured_by()
            ),
        )
        if bound is not None:
            messages.success(request, _("The sentence is bound. Check the terms, then start measuring."))
            return redirect("commitment", pk=bound.pk)
    context = {
        "form": form,
        "contract": contract,
        "passage": passage,
        "preset": preset,
        "presets": presets().values(),
        "zones": zones(),
    }
    return render(request, "slas/commitment_bind.html", context, status=400 if form.is_bound else 200)


def _start(contract: Contract, preset: Preset | None, has_indicators: bool) -> dict[str, Any]:
    """What the empty form shows: the contract's zone, and a preset's terms."""
    start: dict[str, Any] = {"time_zone": contract.time_zone, "starts_on": clock.today(contract.time_zone)}
    if not has_indicators:
        start["indicator"] = NEW
    if preset is None:
        return start
    name = str(preset)[:160]
    aimed = preset.target if preset.target is not None else Decimal(0)
    terms = CommitmentTerms(
        name=name, target=aimed, tiers=preset.bands, preset=preset.key, **preset.terms, **_dated(start)
    )
    typed = terms_as_typed(terms) | {"service_name": preset.service[:120], "kind": preset.kind}
    return start | typed | ({} if preset.target is not None else {"target": None})


def _dated(start: dict[str, Any]) -> dict[str, Any]:
    return {name: start[name] for name in ("time_zone", "starts_on")}


@login_required
@require_GET
def commitment_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The light, this window, its budget, the time axis, past windows, the clause and every setting."""
    commitment = get_visible(actor_of(request), queries.commitment_in_full(actor_of(request)), pk)
    return _shown(request, commitment)


def _shown(request: HttpRequest, commitment: Commitment, refused: EndForm | None = None) -> HttpResponse:
    """The page; with the form for ending that was `refused`, as a refusal."""
    actor = actor_of(request)
    rows = list(queries.windows(actor).filter(commitment=commitment).order_by("-ends_at")[:PAST])
    current = rows[0] if rows else None
    shown = queries.shown(current)
    past = [row for row in rows if row.latest_id]
    context = {
        "commitment": commitment,
        "contract": commitment.contract,
        "window": current,
        "shown": shown,
        "charts": charts_of(current, shown, clock.now()) if current and shown else {},
        "past": [(row, queries.figures(row)) for row in past],
        "bars": past_bars(commitment, past),
        "burn": queries.burning(commitment, clock.now()) if can(actor, "slas.view_alert") else None,
        "alerts": list(queries.firing_alerts(actor).filter(commitment=commitment)),
        "breaches": list(queries.open_breaches(actor).filter(commitment=commitment)[:5]),
        "exclusions": list(queries.exclusions(actor).filter(commitment=commitment).order_by("-starts_at")[:50]),
        "history": history_for(actor, commitment, limit=50),
        "crumbs": [(_("Service levels"), "/service-levels/")],
        "is_value": commitment.indicator.is_quantity,
        "reason_form": ReasonForm(),
        **_abilities(actor, commitment, current),
    }
    if refused is not None:
        context["end_form"] = refused
    return render(request, "slas/commitment_page.html", context, status=200 if refused is None else 400)


def _abilities(actor: Actor, commitment: Commitment, window: EvaluationWindow | None) -> dict[str, Any]:
    is_draft = commitment.state == CommitmentState.DRAFT
    return {
        "can_activate": is_draft and can(actor, "slas.activate_commitment", commitment),
        "can_change": is_draft and can(actor, "slas.change_commitment", commitment),
        "can_end": commitment.state == CommitmentState.ACTIVE and can(actor, "slas.end_commitment", commitment),
        "can_exclude": not is_draft and can(actor, "slas.propose_exclusion", commitment),
        "can_judge": window is not None and can(actor, "slas.evaluate_window", commitment),
        "can_see_telemetry": can(actor, "slas.view_telemetry"),
        "can_back_test": can(actor, "slas.back_test_commitment", commitment),
        "back_test_form": BackTestForm(),
        "exclusion_form": ExclusionForm(),
        "end_form": EndForm(initial={"ends_on": clock.today(commitment.time_zone)}),
    }


@login_required
@require_http_methods(["GET", "POST"])
def commitment_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Other terms for a draft."""
    actor = actor_of(request)
    commitment = get_visible(actor, queries.commitment_in_full(actor), pk)
    require(actor, "slas.change_commitment", commitment)
    form = TermsForm(request.POST or None, initial=terms_as_typed(terms_of(commitment)))
    if request.method == "POST" and form.is_valid():
        terms = form.terms(watchers=commitment.watchers)
        changed = attempt(form, lambda: change_commitment(actor=actor, commitment_id=pk, terms=terms))
        if changed is not None:
            messages.success(request, _("The draft has these terms now."))
            return redirect("commitment", pk=pk)
    context = {
        "form": form,
        "commitment": commitment,
        "contract": commitment.contract,
        "passage": commitment.passage,
        "zones": zones(),
    }
    return render(request, "slas/commitment_edit.html", context, status=400 if form.is_bound else 200)


@login_required
@require_POST
def commitment_activate(request: HttpRequest, pk: UUID) -> HttpResponse:
    activate_commitment(actor=actor_of(request), commitment_id=pk)
    messages.success(request, _("It is measured from now on; past windows are judged within a minute."))
    return redirect("commitment", pk=pk)


@login_required
@require_POST
def commitment_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Measuring ends; a day that cannot be is named beside its field, and nothing changes."""
    actor = actor_of(request)
    commitment = get_visible(actor, queries.commitment_in_full(actor), pk)
    require(actor, "slas.end_commitment", commitment)
    form = EndForm(request.POST)
    if form.is_valid():
        sent = form.cleaned_data
        ended = attempt(form, lambda: end_commitment(actor=actor, commitment_id=pk, **sent))
        if ended is not None:
            messages.success(request, _("It is measured no longer."))
            return redirect("commitment", pk=pk)
    return _shown(request, commitment, form)


@login_required
@require_http_methods(["GET", "POST"])
def exclusion_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A stretch of time, in the commitment's zone, that should be left out."""
    actor = actor_of(request)
    commitment = get_visible(actor, queries.commitment_in_full(actor), pk)
    require(actor, "slas.propose_exclusion", commitment)
    form = ExclusionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {name: _in_zone(value, commitment.time_zone) for name, value in form.cleaned_data.items()}
        made = attempt(form, lambda: propose_exclusion(actor=actor, commitment_id=pk, **given))
        if made is not None:
            messages.success(request, _("Proposed. It counts once it is accepted."))
            return redirect("commitment", pk=pk)
    context = {"form": form, "commitment": commitment, "contract": commitment.contract}
    return render(request, "slas/exclusion_new.html", context, status=400 if form.is_bound else 200)


def _in_zone(value: Any, zone: str) -> Any:
    """A typed wall time is read in the commitment's zone, whatever the person's own is."""
    return value.replace(tzinfo=zone_named(zone)) if hasattr(value, "tzinfo") else value


@login_required
@require_POST
def exclusion_settle(request: HttpRequest, pk: UUID, step: str) -> HttpResponse:
    form = ReasonForm(request.POST)
    form.is_valid()
    exclusion = STEPS[step](actor_of(request), pk, form.cleaned_data.get("reason", ""))
    messages.success(request, _("Noted: %s.") % exclusion.get_state_display())
    return redirect("commitment", pk=exclusion.commitment_id)
