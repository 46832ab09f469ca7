"""The pages of fees."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import queries
from billing.models import Fee
from billing.operations.change_fee import change_fee
from billing.operations.set_fee import set_fee
from billing.pages.forms import FeeChangeForm, FeeForm
from billing.states import CreditState, InvoiceState
from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require
from clm.lib.actor import Actor
from clm.lib.money import Money
from clm.lib.refusals import attempt
from clm.pages.lists import Column, Empty, ListPage
from contracts.models import Contract, Passage


@login_required
def billing_home(request: HttpRequest) -> HttpResponse:
    """Credits and invoices by state, what is at risk, and the invoices that differ."""
    actor = actor_of(request)
    require(actor, "billing.view_credit")
    may_see_invoices = can(actor, "billing.view_invoice")
    context = {
        "credit_states": queries.totals_by_state(queries.credits(actor), CreditState),
        "at_risk": queries.credits_at_risk(actor),
        "revenue": queries.revenue_at_risk(actor),
        "may_see_invoices": may_see_invoices,
    }
    if may_see_invoices:
        invoices = queries.invoices(actor)
        context["invoice_states"] = queries.totals_by_state(invoices, InvoiceState, "tax_exclusive_amount")
        context["discrepancies"] = list(queries.open_discrepancies(actor)[:10])
    return render(request, "billing/overview.html", context)


class FeeFilter(django_filters.FilterSet):
    currency = django_filters.CharFilter(lookup_expr="iexact", label=gettext_lazy("Currency"))

    class Meta:
        model = Fee
        fields = ["period", "currency"]


@method_decorator(login_required, name="dispatch")
class FeeList(ListPage):
    key = "fees"
    title = gettext_lazy("Fees")
    subtitle = gettext_lazy("What contracts and their services cost, from when, by which sentence")
    verb = "billing.view_fee"
    filterset_class = FeeFilter
    search_fields = ("name", "contract__title", "contract__reference", "service__name")
    default_sort = "contract"
    empty = Empty(
        title=gettext_lazy("No fees yet"),
        hint=gettext_lazy("Open a contract, mark the sentence that names the price, and choose “fee”."),
        icon="cash",
    )
    columns = (
        Column("name", gettext_lazy("Fee"), main=True, sort=("name",)),
        Column("contract", gettext_lazy("Contract"), "contract.title", sort=("contract__title", "starts_on")),
        Column("service", gettext_lazy("Service"), "service.name"),
        Column(
            "amount",
            gettext_lazy("Amount"),
            template="billing/fee_amount_cell.html",
            kind="money",
            currency="currency",
            sort=("currency", "amount"),
        ),
        Column("period", gettext_lazy("For each"), "get_period_display"),
        Column("starts_on", gettext_lazy("From"), kind="date", zone="contract.time_zone", sort=("starts_on",)),
        Column("ends_on", gettext_lazy("Until"), kind="date", zone="contract.time_zone", sort=("ends_on",)),
        Column("clause", gettext_lazy("Clause"), "passage.clause.number"),
    )

    def rows(self) -> QuerySet[Fee]:
        return queries.fees(self.actor)

    def url_of(self, row: Fee) -> str:
        return reverse("contract-tab", args=[row.contract_id, "money"])


@login_required
def fee_new(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """The form for a fee of a contract."""
    actor = actor_of(request)
    return _set(request, actor, get_visible(actor, Contract.objects.all(), contract_id), None)


@login_required
def fee_bind(request: HttpRequest, passage_id: UUID) -> HttpResponse:
    """The form for a fee that rests on a marked sentence."""
    actor = actor_of(request)
    passage = get_visible(actor, Passage.objects.select_related("version__contract", "clause"), passage_id)
    return _set(request, actor, passage.version.contract, passage)


@login_required
def fee_change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form that puts a fee right, or ends it."""
    actor = actor_of(request)
    fee = get_visible(actor, queries.fees(actor), pk)
    require(actor, "billing.change_fee", fee)
    form = FeeChangeForm(request.POST or None, contract=fee.contract, initial=_stated(fee))
    if request.method == "POST" and form.is_valid():
        changed = attempt(form, lambda: change_fee(actor=actor, fee_id=pk, **form.as_verb()))
        if changed is not None:
            messages.success(request, _("The fee is changed. What is not issued yet follows it."))
            return redirect("contract-tab", pk=changed.contract_id, key="money")
    context = {"form": form, "contract": fee.contract, "passage": fee.passage, "fee": fee}
    return render(request, "billing/fee_form.html", context, status=400 if form.is_bound else 200)


def _stated(fee: Fee) -> dict[str, Any]:
    names = ("name", "currency", "period", "starts_on", "ends_on")
    amount = Money(fee.amount, fee.currency).as_json()["amount"]
    return {name: getattr(fee, name) for name in names} | {"amount": amount, "service": fee.service_id or ""}


def _set(request: HttpRequest, actor: Actor, contract: Contract, passage: Passage | None) -> HttpResponse:
    require(actor, "billing.set_fee", contract)
    form = FeeForm(request.POST or None, contract=contract, initial={"currency": contract.currency})
    if request.method == "POST" and form.is_valid():
        passage_id = passage.pk if passage else None
        fee = attempt(
            form, lambda: set_fee(actor=actor, contract_id=contract.pk, passage_id=passage_id, **form.as_verb())
        )
        if fee is not None:
            messages.success(request, _("The fee is set. Open invoices of the contract are compared again."))
            return redirect("contract-tab", pk=contract.pk, key="money")
    context = {"form": form, "contract": contract, "passage": passage}
    return render(request, "billing/fee_form.html", context, status=400 if form.is_bound else 200)
