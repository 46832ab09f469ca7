"""Traces that are made when they are asked for: of fees, of invoices as printed, and of sums."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from billing import queries
from billing.sums import SUMS, fee_trace, invoice_trace
from clm.access.middleware import actor_of
from clm.access.permissions import get_visible, require
from clm.lib.errors import Invalid, NotVisible
from clm.lib.money import minor_digits
from clm.lib.trace import Trace
from contracts.models import Contract


def trace_response(request: HttpRequest, trace: Trace, **more: Any) -> HttpResponse:
    """The trace in the drawer, or on a page of its own."""
    plain = trace.as_json()
    context = {"trace": plain, "clause_url": queries.clause_url(plain), "crumbs": [(_("Billing"), reverse("billing"))]}
    partial = bool(getattr(request, "htmx", False))
    template = "components/trace_fragment.html" if partial else "components/trace_page.html"
    return render(request, template, context | more)


def asked_currency(request: HttpRequest) -> str:
    """The currency that the address names; without one that there is, there is no such page."""
    code = request.GET.get("currency", "")
    try:
        minor_digits(code)
    except Invalid:
        raise NotVisible() from None
    return code


@login_required
def fee_trace_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A fee, the sentence it rests on, and what became of it."""
    actor = actor_of(request)
    rows = queries.fees(actor).select_related("passage__version__contract")
    fee = get_visible(actor, rows, pk)
    money = reverse("contract-tab", args=[fee.contract_id, "money"])
    crumbs = [(_("Fees"), reverse("fees")), (fee.contract.title, money)]
    return trace_response(request, fee_trace(fee), entries=queries.history_of(fee), crumbs=crumbs)


@login_required
def invoice_trace_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The printed amounts of an invoice, and its lines."""
    actor = actor_of(request)
    invoice = get_visible(actor, queries.invoices(actor), pk)
    crumbs = [(_("Invoices"), reverse("invoices")), (invoice.number, reverse("invoice", args=[invoice.pk]))]
    return trace_response(request, invoice_trace(invoice), entries=queries.history_of(invoice), crumbs=crumbs)


@login_required
def sum_trace_page(request: HttpRequest) -> HttpResponse:
    """A sum (`of`: at-risk, settled, revenue) in one currency; with `contract` of that contract alone."""
    actor = actor_of(request)
    require(actor, "billing.view_credit")
    sum_of, asked = SUMS.get(request.GET.get("of", "")), request.GET.get("contract", "")
    if sum_of is None:
        raise NotVisible()
    contract = get_visible(actor, Contract.objects.all(), asked) if asked else None
    return trace_response(request, sum_of(actor, contract, asked_currency(request)))
