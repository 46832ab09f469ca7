"""The pages of fees."""

from __future__ import annotations

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
from billing.operations.set_fee import set_fee
from billing.pages.forms import FeeForm
from clm.access.middleware import actor_of
from clm.access.permissions import get_visible, require
from clm.lib.actor import Actor
from clm.lib.refusals import attempt
from clm.pages.lists import Column, Empty, ListPage
from contracts.models import Contract, Passage


@login_required
def billing_home(request: HttpRequest) -> HttpResponse:
    require(actor_of(request), "billing.view_credit")
    return redirect("credits")


class FeeFilter(django_filters.FilterSet):
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
        Column("amount", gettext_lazy("Amount"), kind="money", currency="currency", sort=("amount",)),
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
