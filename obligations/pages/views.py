"""The pages of duties and dates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require
from clm.audit.queries import entries_of
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.pages.lists import Column, Empty, ListPage
from contracts.models import Contract, Passage, Term
from contracts.term_sources import source_of
from obligations import queries
from obligations.models import Deadline, Occurrence
from obligations.operations.add_obligation import add_obligation
from obligations.operations.end_obligation import end_obligation
from obligations.operations.settle_occurrence import (
    dispute_occurrence,
    fulfil_occurrence,
    submit_occurrence,
    waive_occurrence,
)
from obligations.pages.forms import ObligationForm, SettleForm
from obligations.states import DeadlineState

Settle = Callable[[Actor, UUID, str], Occurrence]
SETTLEMENTS: dict[str, Settle] = {
    "submit": lambda actor, pk, text: submit_occurrence(actor=actor, occurrence_id=pk, proof=text),
    "fulfil": lambda actor, pk, text: fulfil_occurrence(actor=actor, occurrence_id=pk, note=text),
    "dispute": lambda actor, pk, text: dispute_occurrence(actor=actor, occurrence_id=pk, reason=text),
    "waive": lambda actor, pk, text: waive_occurrence(actor=actor, occurrence_id=pk, reason=text),
}


def _dates(**kwargs: Any) -> django_filters.DateFilter:
    return django_filters.DateFilter(widget=forms.DateInput(attrs={"type": "date"}), **kwargs)


WHEN = (("passed", gettext_lazy("Passed")), ("all", gettext_lazy("Ahead and passed")))


class OccurrenceFilter(django_filters.FilterSet):
    due_from = _dates(field_name="due_on", lookup_expr="gte", label=gettext_lazy("Due from"))
    due_to = _dates(field_name="due_on", lookup_expr="lte", label=gettext_lazy("Due until"))
    is_ours = django_filters.BooleanFilter(field_name="obligation__is_ours", label=gettext_lazy("We owe it"))

    class Meta:
        model = Occurrence
        fields = ["state"]


@method_decorator(login_required, name="dispatch")
class ObligationList(ListPage):
    key = "obligations"
    title = gettext_lazy("Obligations")
    subtitle = gettext_lazy("Who owes what, under which contract, by when")
    verb = "obligations.view_obligation"
    filterset_class = OccurrenceFilter
    search_fields = ("obligation__title", "contract__title", "contract__reference")
    default_sort = "due_on"
    empty = Empty(
        title=gettext_lazy("No duties yet"),
        hint=gettext_lazy("Open a contract, mark the sentence that obliges someone, and choose “duty”."),
        icon="checklist",
    )
    columns = (
        Column("title", gettext_lazy("Duty"), "obligation.title", main=True, sort=("obligation__title",)),
        Column("contract", gettext_lazy("Contract"), "contract.title", sort=("contract__title",)),
        Column(
            "owed_by", gettext_lazy("Owed by"), lambda row: _("Us") if row.obligation.is_ours else _("Counterparty")
        ),
        Column(
            "due_on",
            gettext_lazy("Due"),
            kind="date",
            zone="contract.time_zone",
            sort=("due_on",),
            owed=lambda row: row.is_owed,
        ),
        Column("state", gettext_lazy("State"), kind="state", domain="occurrence", sort=("state",)),
        Column("owner", gettext_lazy("Looked after by"), lambda row: str(row.obligation.owner), visible=False),
    )

    def rows(self) -> QuerySet[Occurrence]:
        return queries.occurrences(self.actor)

    def url_of(self, row: Occurrence) -> str:
        return f"/obligations/{row.obligation_id}/"


class DeadlineFilter(django_filters.FilterSet):
    """Without a choice of `when`, of dates or of a state that lies behind, the list shows what is ahead."""

    when = django_filters.ChoiceFilter(
        choices=WHEN, method="by_time", label=gettext_lazy("When"), empty_label=gettext_lazy("Ahead")
    )
    due_from = _dates(field_name="due_on", lookup_expr="gte", label=gettext_lazy("From"))
    due_to = _dates(field_name="due_on", lookup_expr="lte", label=gettext_lazy("Until"))

    class Meta:
        model = Deadline
        fields = ["kind", "state"]

    def filter_queryset(self, queryset: QuerySet[Deadline]) -> QuerySet[Deadline]:
        """A range of dates that was asked for is shown whole, and so is what was decided or has passed."""
        asked = self.form.cleaned_data
        rows: QuerySet[Deadline] = super().filter_queryset(queryset)
        chosen = any(asked.get(name) for name in ("when", "due_from", "due_to"))
        chosen = chosen or asked.get("state") not in ("", None, DeadlineState.OPEN)
        return rows if chosen else rows.filter(_ahead())

    def by_time(self, rows: QuerySet[Deadline], _name: str, value: str) -> QuerySet[Deadline]:
        return rows.exclude(_ahead()) if value == "passed" else rows


def _ahead() -> Q:
    return Q(closes_at__gt=clock.now())


@method_decorator(login_required, name="dispatch")
class DeadlineList(ListPage):
    key = "deadlines"
    title = gettext_lazy("Renewals and notice dates")
    subtitle = gettext_lazy("The last day of notice always belongs to the current term")
    verb = "obligations.view_obligation"
    filterset_class = DeadlineFilter
    search_fields = ("contract__title", "contract__reference")
    default_sort = "due_on"
    empty = Empty(
        title=gettext_lazy("No dates ahead"),
        hint=gettext_lazy("Dates of active contracts appear here. “When” shows those that have passed."),
        icon="calendar",
    )
    columns = (
        Column("contract", gettext_lazy("Contract"), "contract.title", main=True, sort=("contract__title",)),
        Column("kind", gettext_lazy("What"), "get_kind_display", sort=("kind",)),
        Column(
            "due_on",
            gettext_lazy("Date"),
            kind="date",
            zone="time_zone",
            sort=("due_on",),
            owed=lambda row: row.is_open,
        ),
        Column("term_number", gettext_lazy("Term"), kind="number", visible=False),
        Column("state", gettext_lazy("State"), kind="state", domain="deadline", sort=("state",)),
        Column("owner", gettext_lazy("Owner"), lambda row: str(row.contract.owner)),
    )

    def sorting(self) -> tuple[str, bool]:
        """Nearest to today first, on either side of it."""
        if not self.request.GET.get("sort") and self.request.GET.get("when") == "passed":
            return self.default_sort, True
        return super().sorting()

    def rows(self) -> QuerySet[Deadline]:
        return queries.deadlines(self.actor)

    def url_of(self, row: Deadline) -> str:
        return f"/obligations/dates/{row.pk}/"


@login_required
def deadline_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One date and how it came about; only the trace for the drawer."""
    actor = actor_of(request)
    deadline = get_visible(actor, queries.deadlines(actor), pk)
    term = Term.objects.filter(contract=deadline.contract, number=deadline.term_number).first()
    context = {
        "deadline": deadline,
        "contract": deadline.contract,
        "entries": entries_of(deadline),
        # What was decided or has passed keeps its trace, while an amendment may govern its term by now.
        "rests_on": source_of(actor, term) if term and term.trace == deadline.trace else None,
    }
    partial = bool(getattr(request, "htmx", False))
    return render(request, "obligations/deadline_trace.html" if partial else "obligations/deadline_page.html", context)


@login_required
def obligation_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    obligation = get_visible(actor, queries.obligations(actor), pk)
    context = {
        "obligation": obligation,
        "occurrences": queries.occurrences(actor).filter(obligation=obligation)[:100],
        "history": entries_of(obligation, limit=50),
        "crumbs": [(_("Obligations"), "/obligations/")],
        "form": SettleForm(),
        "can_settle": can(actor, "obligations.fulfil_occurrence", obligation),
        "can_waive": can(actor, "obligations.waive_occurrence", obligation),
        "can_end": obligation.state == "active" and can(actor, "obligations.end_obligation", obligation),
    }
    return render(request, "obligations/obligation_page.html", context)


@login_required
def obligation_new(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """The form for a duty of a contract."""
    actor = actor_of(request)
    contract = get_visible(actor, Contract.objects.all(), contract_id)
    return _add(request, actor, contract, None)


@login_required
def obligation_bind(request: HttpRequest, passage_id: UUID) -> HttpResponse:
    """The form for a duty that rests on a marked sentence."""
    actor = actor_of(request)
    passages = Passage.objects.select_related("version__contract", "clause")
    passage = get_visible(actor, passages, passage_id)
    return _add(request, actor, passage.version.contract, passage)


def _add(request: HttpRequest, actor: Actor, contract: Contract, passage: Passage | None) -> HttpResponse:
    require(actor, "obligations.add_obligation", contract)
    form = ObligationForm(request.POST or None, initial={"owner": str(actor.user_id)})
    if request.method == "POST" and form.is_valid():
        passage_id = passage.pk if passage else None
        try:
            obligation = add_obligation(actor=actor, contract_id=contract.pk, passage_id=passage_id, **form.as_verb())
        except Invalid as refusal:
            _put_errors(form, refusal)
        else:
            messages.success(request, _("The duty is in the calendar."))
            return redirect("obligation", pk=obligation.pk)
    context = {"form": form, "contract": contract, "passage": passage}
    status = 400 if form.is_bound else 200
    return render(request, "obligations/obligation_form.html", context, status=status)


def _put_errors(form: forms.Form, refusal: Invalid) -> None:
    for name, texts in refusal.fields.items():
        form.add_error(name if name in form.fields else None, texts)
    if not refusal.fields:
        form.add_error(None, refusal.message)


@login_required
@require_POST
def occurrence_settle(request: HttpRequest, pk: UUID, step: str) -> HttpResponse:
    """Submit, confirm, dispute or waive one due date."""
    form = SettleForm(request.POST)
    form.is_valid()
    occurrence = SETTLEMENTS[step](actor_of(request), pk, form.cleaned_data.get("text", ""))
    messages.success(request, _("Noted: %s.") % occurrence.get_state_display())
    return redirect("obligation", pk=occurrence.obligation_id)


@login_required
@require_POST
def obligation_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = SettleForm(request.POST)
    form.is_valid()
    ended = end_obligation(actor=actor_of(request), obligation_id=pk, reason=form.cleaned_data.get("text", ""))
    messages.success(request, _("The duty has ended; what was not yet due is waived."))
    return redirect("obligation", pk=ended.pk)
