"""Contracts with one party that do not agree."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
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
from django.views.decorators.http import require_GET

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, note_sight, require, visible
from clm.audit.access import unhidden
from clm.audit.models import LedgerEntry
from clm.audit.queries import as_history
from clm.lib.actor import Actor
from clm.pages.formats import days_in_words
from clm.pages.lists import Column, Empty, ListPage
from contracts.access.risk import VIEW_CONFLICT
from contracts.models import Conflict, Party
from contracts.models.conflict import Topic
from contracts.operations.conflicts.acknowledge_conflict import acknowledge_conflict
from contracts.pages.steps import form_page, tried
from contracts.queries.conflicts import conflict_rows, touching
from contracts.states import ConflictState


class ConflictFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), choices=ConflictState.choices, empty_label=gettext_lazy("Any")
    )
    topic = django_filters.ChoiceFilter(
        label=gettext_lazy("About"), choices=Topic.choices, empty_label=gettext_lazy("Any")
    )
    party = django_filters.CharFilter(label=gettext_lazy("Party"), method="by_party")

    def by_party(self, rows: QuerySet[Conflict], _name: str, value: str) -> QuerySet[Conflict]:
        return touching(rows, Party.objects.filter(name__icontains=value).values("pk"))

    def filter_queryset(self, queryset: QuerySet[Conflict]) -> QuerySet[Conflict]:
        """What is settled is shown to who asks for it."""
        rows: QuerySet[Conflict] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.exclude(state=ConflictState.SETTLED)


@method_decorator(login_required, name="dispatch")
class ConflictList(ListPage):
    key = "conflicts"
    title = gettext_lazy("Contracts that disagree")
    subtitle = gettext_lazy("Contracts with one party, or with companies of one group, that say different things")
    verb = VIEW_CONFLICT
    filterset_class = ConflictFilter
    search_fields = ("contract__title", "contract__reference", "other__title", "other__reference")
    default_sort = "-found"
    empty = Empty(
        title=gettext_lazy("No contracts disagree"),
        hint=gettext_lazy("Governing law, payment, caps on liability, exclusivity and terms are compared."),
        icon="arrows-diff",
    )
    columns = (
        Column("topic", gettext_lazy("About"), lambda row: Topic(row.topic).label, main=True, sort=("topic",)),
        Column("contract", gettext_lazy("Contract"), lambda row: str(row.contract)),
        Column("says", gettext_lazy("Says"), lambda row: days_in_words(row.says["value"])),
        Column("other", gettext_lazy("Other contract"), lambda row: str(row.other)),
        Column("other_says", gettext_lazy("Says"), lambda row: days_in_words(row.other_says["value"])),
        Column("state", gettext_lazy("State"), kind="state", domain="conflict", sort=("state",)),
        Column("found", gettext_lazy("Found"), "found_at", kind="instant", sort=("found_at", "id")),
    )

    def rows(self) -> QuerySet[Any]:
        return visible(self.actor, conflict_rows())

    def url_of(self, row: Conflict) -> str:
        return row.get_absolute_url()


@login_required
@require_GET
def conflict_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What each contract says, in its own words."""
    actor = actor_of(request)
    conflict = get_visible(actor, conflict_rows(), pk)
    require(actor, VIEW_CONFLICT, conflict)
    note_sight(conflict.other)
    context = {
        "conflict": conflict,
        "sides": [(conflict.contract, conflict.says), (conflict.other, conflict.other_says)],
        "is_open": conflict.state == ConflictState.OPEN,
        "can_acknowledge": can(actor, "contracts.acknowledge_conflict", conflict),
        "history": as_history(_entries(actor, conflict), of_one=True),
        "crumbs": [(_("Contracts that disagree"), reverse("conflicts"))],
    }
    return render(request, "contracts/conflict_page.html", context)


def _entries(actor: Actor, conflict: Conflict) -> QuerySet[LedgerEntry]:
    """Each fact once: it stands in the history of both contracts."""
    rows = LedgerEntry.objects.filter(subject_type=Conflict._meta.label_lower, subject_id=conflict.pk)
    return unhidden(actor, rows.filter(contract_id=conflict.contract_id)).order_by("-id")


class AcknowledgeForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput())
    reason = forms.CharField(label=gettext_lazy("Why they may disagree"), widget=forms.Textarea(attrs={"rows": 2}))


@login_required
def conflict_acknowledge(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    conflict = get_visible(actor, conflict_rows(), pk)
    require(actor, "contracts.acknowledge_conflict", conflict)
    form = AcknowledgeForm(request.POST or None, initial={"seen": conflict.fingerprint})
    if tried(form, lambda given: acknowledge_conflict(actor=actor, conflict_id=pk, **given)):
        messages.success(request, _("Acknowledged, until either contract says something else."))
        return redirect("conflict", pk=pk)
    title = _("Acknowledge: %(topic)s") % {"topic": conflict.get_topic_display()}
    return form_page(request, form, title=title, submit=_("Acknowledge"), back=conflict.get_absolute_url())
