"""How risky a contract is, and the weights by which that is said."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require, visible
from clm.audit.queries import entries_of
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.pages.fields import currency_field
from clm.pages.lists import Column, Empty, ListPage
from contracts.access.risk import VIEW
from contracts.engine.risk import PARTS
from contracts.models import Contract, RiskAssessment, RiskScale
from contracts.models.risk import RiskBand
from contracts.operations.risk.activate_risk_scale import activate_risk_scale
from contracts.operations.risk.change_risk_scale import change_risk_scale
from contracts.operations.risk.create_risk_scale import create_risk_scale
from contracts.operations.risk.retire_risk_scale import retire_risk_scale
from contracts.pages.forms import amount_typed
from contracts.pages.risk_words import LABELS, band_words, said_of
from contracts.pages.steps import form_page, tried
from contracts.queries.conflicts import conflicts_of
from contracts.queries.risk import active_scale, tried_scale
from contracts.states import RiskScaleState

BOUNDS = ("history_full", "medium_from", "high_from", "critical_from")


def risk_tab(actor: Actor, contract: Contract) -> dict[str, Any]:
    """The score with its parts, and where the contract does not agree with others of the same party."""
    found = visible(actor, RiskAssessment.objects.filter(contract=contract).select_related("scale")).first()
    context: dict[str, Any] = {"conflicts": list(conflicts_of(actor, contract)), "assessment": found}
    if found is not None:
        at_most = band_words(found.score, found.up_to, str(RiskBand(found.up_to_band).label))
        context |= {"parts": said_of(found.parts, contract.pk), "at_most": at_most}
    return context


@method_decorator(login_required, name="dispatch")
class RiskScaleList(ListPage):
    key = "risk-scales"
    title = gettext_lazy("What makes a contract risky")
    subtitle = gettext_lazy("Weights are edited as a draft, tried on contracts, then switched on")
    verb = VIEW
    default_sort = "-number"
    actions_template = "contracts/risk_scale_list_actions.html"
    empty = Empty(
        title=gettext_lazy("No weights of your own yet"),
        hint=gettext_lazy("Contracts are scored by the weights that come with the product. Begin others from them."),
        icon="gauge",
    )
    columns = (
        Column("scale", gettext_lazy("Weights"), str, main=True, sort=("number",)),
        Column("state", gettext_lazy("State"), kind="state", domain="matrix", sort=("state",)),
        Column("note", gettext_lazy("What changes"), "note"),
        Column("since", gettext_lazy("Active since"), "activated_at", kind="instant"),
        Column("until", gettext_lazy("Active until"), "retired_at", kind="instant"),
        Column("number", gettext_lazy("Number"), kind="number", sort=("number",), visible=False),
    )

    def rows(self) -> QuerySet[Any]:
        return visible(self.actor, RiskScale.objects.all())

    def extra_context(self) -> dict[str, Any]:
        return {"can_create": can(self.actor, "contracts.create_risk_scale"), "active": active_scale()}


class ScaleForm(forms.Form):
    """A weight for each part, then the bounds."""

    value_from = forms.DecimalField(
        label=gettext_lazy("Value: half of its weight from"), min_value=0, max_digits=18, decimal_places=4
    )
    value_high = forms.DecimalField(label=gettext_lazy("All of it from"), min_value=0, max_digits=18, decimal_places=4)
    currency = currency_field()
    home = forms.CharField(
        label=gettext_lazy("Governing laws that are ours"),
        required=False,
        max_length=400,
        help_text=gettext_lazy("ISO 3166, with commas between: DE, US-NY. Empty: the countries of our own parties."),
    )
    history_full = forms.IntegerField(
        label=gettext_lazy("History: all of its weight from so many mishaps"), min_value=1, max_value=1000
    )
    medium_from = forms.IntegerField(label=gettext_lazy("Medium from"), min_value=1, max_value=98)
    high_from = forms.IntegerField(label=gettext_lazy("High from"), min_value=2, max_value=99)
    critical_from = forms.IntegerField(label=gettext_lazy("Critical from"), min_value=3, max_value=100)
    note = forms.CharField(label=gettext_lazy("What changes"), required=False, max_length=250)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        weights = {key: forms.IntegerField(label=LABELS[key], min_value=0, max_value=100) for key in PARTS}
        self.fields = {**weights, **self.fields}

    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "home": self.cleaned_data["home"].split(",")}


def initial_of(scale: RiskScale) -> dict[str, Any]:
    names = (*PARTS, *BOUNDS, "currency", "note")
    amounts = {name: amount_typed(getattr(scale, name), scale.currency) for name in ("value_from", "value_high")}
    return {**{name: getattr(scale, name) for name in names}, **amounts, "home": ", ".join(scale.home)}


@login_required
@require_GET
def scale_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What each part weighs, and what that makes of the newest contracts."""
    actor = actor_of(request)
    scale = get_visible(actor, RiskScale.objects.select_related("created_by", "activated_by"), pk)
    require(actor, VIEW, scale)
    is_draft = scale.state == RiskScaleState.DRAFT
    found = tried_scale(actor, scale) if is_draft and "try" in request.GET else None
    total = sum(getattr(scale, key) for key in PARTS)
    weights = [(LABELS[key], getattr(scale, key), 100 * getattr(scale, key) / total) for key in PARTS]
    context = {
        "scale": scale,
        "weights": weights,
        "tried": None if found is None else sorted(found, key=lambda each: not each.differs),
        "differing": sum(each.differs for each in found or ()),
        "active": active_scale(),
        "can_change": is_draft and can(actor, "contracts.change_risk_scale", scale),
        "can_activate": is_draft and can(actor, "contracts.activate_risk_scale", scale),
        "can_retire": scale.state != RiskScaleState.RETIRED and can(actor, "contracts.retire_risk_scale", scale),
        "can_create": can(actor, "contracts.create_risk_scale"),
        "is_draft": is_draft,
        "history": entries_of(scale),
        "crumbs": [(_("What makes a contract risky"), reverse("risk-scales"))],
    }
    return render(request, "contracts/risk_scale_page.html", context)


@login_required
@require_POST
def scale_new(request: HttpRequest) -> HttpResponse:
    """A draft, with the weights of the scale that `copy_of` names."""
    actor = actor_of(request)
    require(actor, "contracts.create_risk_scale")
    source = request.POST.get("copy_of", "")
    found = get_visible(actor, RiskScale.objects.all(), source) if source else None
    scale = create_risk_scale(actor=actor, copy_of=found.pk if found else None)
    messages.success(request, _("A draft is begun: nothing is scored by it before it is switched on."))
    return redirect("risk-scale", pk=scale.pk)


@login_required
def scale_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    scale = get_visible(actor, RiskScale.objects.all(), pk)
    require(actor, "contracts.change_risk_scale", scale)
    form = ScaleForm(request.POST or None, initial=initial_of(scale))
    if tried(form, lambda given: change_risk_scale(actor=actor, scale_id=pk, **form.values())):
        messages.success(request, _("Saved."))
        return redirect("risk-scale", pk=pk)
    return form_page(request, form, title=str(scale), submit=_("Save"), back=scale.get_absolute_url())


@login_required
@require_POST
def scale_activate(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    scale = get_visible(actor, RiskScale.objects.all(), pk)
    require(actor, "contracts.activate_risk_scale", scale)
    replaces = request.POST.get("replaces", "")
    try:
        activate_risk_scale(actor=actor, scale_id=pk, replaces=UUID(replaces) if replaces else None)
        messages.success(request, _("These weights are in use: each contract has its new score within minutes."))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("risk-scale", pk=pk)


@login_required
@require_POST
def scale_retire(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    scale = get_visible(actor, RiskScale.objects.all(), pk)
    require(actor, "contracts.retire_risk_scale", scale)
    try:
        retire_risk_scale(actor=actor, scale_id=pk)
        messages.success(request, _("These weights are not used any more."))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("risk-scale", pk=pk)
