"""The pages of invoices and what is wrong with them."""

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
from django.views.decorators.http import require_POST

from billing import queries
from billing.hints import hints_of
from billing.models import Discrepancy, Invoice, Reconciliation
from billing.operations.dispute_invoice import dispute_invoice
from billing.operations.import_invoice import import_invoice
from billing.operations.match_invoice import match_invoice
from billing.operations.reconcile_invoice import reconcile_invoice
from billing.operations.settle_discrepancy import accept_discrepancy, resolve_discrepancy
from billing.pages.forms import InvoiceFileForm, MatchForm, ReasonForm
from billing.states import DiscrepancyState, InvoiceState, Reason
from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.refusals import attempt
from clm.pages.lists import Column, Empty, ListPage

SETTLE = {
    "accept": lambda actor, pk, text: accept_discrepancy(actor=actor, discrepancy_id=pk, explanation=text),
    "resolve": lambda actor, pk, text: resolve_discrepancy(actor=actor, discrepancy_id=pk, explanation=text),
}


KIND_WORDS = {"invoice": gettext_lazy("Invoice"), "credit_note": gettext_lazy("Credit note")}


class InvoiceFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=tuple(KIND_WORDS.items()), label=gettext_lazy("Kind"))
    reason = django_filters.ChoiceFilter(
        field_name="discrepancy__reason", choices=Reason.choices, label=gettext_lazy("Why it differs")
    )
    is_matched = django_filters.BooleanFilter(
        field_name="contract", lookup_expr="isnull", exclude=True, label=gettext_lazy("Has a contract")
    )
    issued_from = django_filters.DateFilter(
        field_name="issued_on",
        lookup_expr="gte",
        label=gettext_lazy("Issued from"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    class Meta:
        model = Invoice
        fields = ["state", "kind"]


@method_decorator(login_required, name="dispatch")
class InvoiceList(ListPage):
    key = "invoices"
    title = gettext_lazy("Invoices")
    subtitle = gettext_lazy("Each is compared with the fees of its contract, less the credits it should carry")
    verb = "billing.view_invoice"
    filterset_class = InvoiceFilter
    search_fields = ("number", "seller_name", "contract_reference", "order_reference", "contract__title")
    default_sort = "-issued_on"
    actions_template = "billing/invoice_list_actions.html"
    empty = Empty(
        title=gettext_lazy("No invoices yet"),
        hint=gettext_lazy("Import a UBL file: it is matched to the contract whose reference it quotes."),
        icon="file-invoice",
        action_label=gettext_lazy("Import an invoice"),
        action_url="/billing/invoices/import/",
        action_verb="billing.import_invoice",
    )
    columns = (
        Column("number", gettext_lazy("Invoice"), main=True, sort=("number",)),
        Column("seller", gettext_lazy("Seller"), "seller_name", sort=("seller_name",)),
        Column("contract", gettext_lazy("Contract"), "contract.title", sort=("contract__title",)),
        Column("issued_on", gettext_lazy("Issued on"), kind="date", sort=("issued_on",)),
        Column(
            "amount",
            gettext_lazy("Net amount"),
            "tax_exclusive_amount",
            template="billing/invoice_amount_cell.html",
            kind="money",
            currency="currency",
            sort=("currency", "tax_exclusive_amount"),
        ),
        Column(
            "difference",
            gettext_lazy("Difference"),
            lambda row: _difference(row),
            template="billing/invoice_difference_cell.html",
            kind="money",
            currency="currency",
        ),
        Column("reason", gettext_lazy("Why"), lambda row: _reason(row)),
        Column("state", gettext_lazy("State"), kind="state", domain="invoice", sort=("state",)),
        Column(
            "due_on",
            gettext_lazy("Due on"),
            kind="date",
            sort=("due_on",),
            visible=False,
            owed=lambda row: row.is_unsettled,
        ),
        Column("kind", gettext_lazy("Kind"), lambda row: KIND_WORDS.get(row.kind, row.kind), visible=False),
    )

    def rows(self) -> QuerySet[Invoice]:
        return queries.invoices(self.actor)

    def url_of(self, row: Invoice) -> str:
        return reverse("invoice", args=[row.pk])

    def extra_context(self) -> dict[str, Any]:
        return {"can_import": can(self.actor, "billing.import_invoice")}


def _reason(row: Invoice) -> str:
    return str(row.discrepancy.get_reason_display()) if hasattr(row, "discrepancy") else ""


def _difference(row: Invoice) -> Any:
    return row.discrepancy.reconciliation.difference if hasattr(row, "discrepancy") else None


@login_required
def invoice_import(request: HttpRequest) -> HttpResponse:
    """Upload one file: read, matched by its reference and compared at once, where that can be done."""
    actor = actor_of(request)
    require(actor, "billing.import_invoice")
    form = InvoiceFileForm(request.POST or None, request.FILES or None)
    there: list[str] = []
    if request.method == "POST" and form.is_valid():
        invoice = attempt(form, lambda: _import(actor, form, there))
        if invoice is not None:
            _match_and_compare(actor, invoice)
            messages.success(request, _("Invoice %(number)s is imported.") % {"number": invoice.number})
            return redirect("invoice", pk=invoice.pk)
    context = {"form": form, "there": there, "crumbs": [(_("Invoices"), reverse("invoices"))]}
    return render(request, "billing/invoice_import.html", context, status=400 if form.is_bound else 200)


def _import(actor: Actor, form: InvoiceFileForm, there: list[str]) -> Invoice:
    """The imported invoice; of one that is here already the page is noted in `there`."""
    try:
        return import_invoice(actor=actor, content=form.content())
    except DomainError as refusal:
        there.extend([refusal.detail["url"]] if "url" in refusal.detail else [])
        raise


def _match_and_compare(actor: Actor, invoice: Invoice) -> None:
    """As far as it goes now; what does not fit is left to the person on the invoice's page."""
    try:
        match_invoice(actor=actor, invoice_id=invoice.pk)
        reconcile_invoice(actor=actor, invoice_id=invoice.pk)
    except DomainError:
        return


@login_required
def invoice_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One invoice: its lines, its contract, and what it should have said."""
    actor = actor_of(request)
    return _page(request, _invoice(actor, pk), MatchForm(), ReasonForm())


def _invoice(actor: Actor, pk: UUID) -> Invoice:
    return get_visible(actor, queries.invoices(actor), pk)


def _page(
    request: HttpRequest, invoice: Invoice, match: MatchForm, form: ReasonForm, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    discrepancy: Discrepancy | None = getattr(invoice, "discrepancy", None)
    newest = queries.reconciliations(actor).filter(invoice=invoice).first()
    is_open = discrepancy is not None and discrepancy.state == DiscrepancyState.OPEN
    subjects = [row for row in (invoice, newest, discrepancy) if row is not None]
    context = {
        "invoice": invoice,
        "hints": hints_of(invoice),
        "lines": list(invoice.lines.all()[:500]),
        "discrepancy": discrepancy,
        "newest": newest,
        "is_open": is_open,
        "can_settle": is_open and can(actor, "billing.accept_discrepancy", discrepancy),
        "can_dispute": invoice.state in (InvoiceState.MATCHED, InvoiceState.RECONCILED)
        and can(actor, "billing.dispute_invoice", invoice),
        "can_match": invoice.state in (InvoiceState.IMPORTED, InvoiceState.MATCHED)
        and can(actor, "billing.match_invoice", invoice),
        "settled_notes": list(queries.credit_notes(actor).filter(settled_by=invoice)),
        "match_form": match,
        "form": form,
        "history": queries.history_of(*subjects),
        "crumbs": [(_("Invoices"), reverse("invoices"))],
    }
    return render(request, "billing/invoice_page.html", context, status=status)


@login_required
@require_POST
def invoice_match(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Match by hand, and compare."""
    actor = actor_of(request)
    invoice = _invoice(actor, pk)
    require(actor, "billing.match_invoice", invoice)
    form = MatchForm(request.POST)
    contract = form.chosen(actor) if form.is_valid() else None
    if contract is not None:
        chosen = contract.pk
        if attempt(form, lambda: match_invoice(actor=actor, invoice_id=pk, contract_id=chosen)) is not None:
            reconcile_invoice(actor=actor, invoice_id=pk)
            messages.success(request, _("The invoice is compared with %(title)s.") % {"title": contract.title})
            return redirect("invoice", pk=pk)
    return _page(request, invoice, form, ReasonForm(), 400)


@login_required
@require_POST
def invoice_dispute(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    invoice = _invoice(actor, pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(form, lambda: dispute_invoice(actor=actor, invoice_id=pk, reason=reason)) is not None:
            messages.success(request, _("The invoice is in dispute."))
            return redirect("invoice", pk=pk)
    return _page(request, invoice, MatchForm(), form, 400)


@login_required
@require_POST
def discrepancy_step(request: HttpRequest, pk: UUID, step: str) -> HttpResponse:
    """Accept the difference, or say that it has gone."""
    actor = actor_of(request)
    discrepancy = get_visible(actor, queries.discrepancies(actor), pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(form, lambda: SETTLE[step](actor, pk, reason)) is not None:
            messages.success(request, _("The discrepancy is settled."))
            return redirect("invoice", pk=discrepancy.invoice_id)
    return _page(request, _invoice(actor, discrepancy.invoice_id), MatchForm(), form, 400)


@login_required
def reconciliation_trace(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How the expected amount and the difference came about."""
    actor = actor_of(request)
    row: Reconciliation = get_visible(actor, queries.reconciliations(actor), pk)
    context = {
        "trace": row.trace,
        "clause_url": queries.clause_url(row.trace),
        "entries": queries.history_of(row),
        "crumbs": [
            (_("Invoices"), reverse("invoices")),
            (row.invoice.number, reverse("invoice", args=[row.invoice_id])),
        ],
    }
    partial = bool(getattr(request, "htmx", False))
    return render(request, "components/trace_fragment.html" if partial else "components/trace_page.html", context)
