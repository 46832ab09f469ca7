"""The pages of credits and credit notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from billing import queries
from billing.models import Credit
from billing.operations.approve_credit import approve_credit
from billing.operations.dispute_credit import dispute_credit
from billing.operations.issue_credit import issue_credit
from billing.operations.reinstate_credit import reinstate_credit
from billing.operations.reject_credit import reject_credit
from billing.operations.reverse_credit import reverse_credit
from billing.operations.settle_credit import settle_credit
from billing.operations.withdraw_credit import withdraw_credit
from billing.pages.forms import ReasonForm
from billing.pages.traces import asked_currency, trace_response
from billing.sums import credits_sum
from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require, visible
from clm.access.scope import has_scope
from clm.documents.blobs import open_blob
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, NotVisible
from clm.lib.refusals import attempt
from clm.pages.formats import money_text
from clm.pages.lists import Column, Empty, ListPage
from contracts.models import Contract
from slas.models import Commitment

Step = Callable[[Actor, UUID, str], object]
STEPS: dict[str, Step] = {
    "approve": lambda actor, pk, text: approve_credit(actor=actor, credit_id=pk),
    "reject": lambda actor, pk, text: reject_credit(actor=actor, credit_id=pk, reason=text),
    "issue": lambda actor, pk, text: issue_credit(actor=actor, credit_id=pk),
    "dispute": lambda actor, pk, text: dispute_credit(actor=actor, credit_id=pk, reason=text),
    "settle": lambda actor, pk, text: settle_credit(actor=actor, credit_id=pk, reason=text),
    "withdraw": lambda actor, pk, text: withdraw_credit(actor=actor, credit_id=pk, reason=text),
    "reinstate": lambda actor, pk, text: reinstate_credit(actor=actor, credit_id=pk, reason=text),
    "reverse": lambda actor, pk, text: reverse_credit(actor=actor, credit_id=pk, reason=text),
}
DONE = {
    "approve": gettext_lazy("The credit is approved. Issuing it makes the credit note."),
    "reject": gettext_lazy("The credit is rejected."),
    "issue": gettext_lazy("The credit note is issued. Its PDF follows in a moment."),
    "dispute": gettext_lazy("The credit is in dispute."),
    "settle": gettext_lazy("The credit is settled."),
    "withdraw": gettext_lazy("The credit is withdrawn."),
    "reinstate": gettext_lazy("The credit stands. The next invoice is expected to carry it."),
    "reverse": gettext_lazy("A credit that takes this one back is proposed."),
}
# State -> the steps it allows, the primary one first.
NEXT: dict[str, tuple[str, ...]] = {
    "proposed": ("approve", "reject"),
    "approved": ("issue", "withdraw"),
    "issued": ("settle", "dispute"),
    "disputed": ("settle", "reinstate", "reverse"),
    "settled": ("dispute",),
}
# Steps that need a reason, each with its button and what it does; in the order in which a page offers them.
REASONED: dict[str, tuple[Promise, Promise]] = {
    "reject": (gettext_lazy("Reject"), gettext_lazy("Rejects the credit; nothing is claimed for this window.")),
    "withdraw": (
        gettext_lazy("Withdraw"),
        gettext_lazy("Withdraws the approved credit before it is issued; nothing is claimed for this window."),
    ),
    "dispute": (
        gettext_lazy("Dispute"),
        gettext_lazy("Puts the credit in dispute; no invoice is expected to carry it until it is settled."),
    ),
    "reinstate": (
        gettext_lazy("The credit stands"),
        gettext_lazy("Ends the dispute: the credit is issued as before, and the next invoice is expected to carry it."),
    ),
    "reverse": (
        gettext_lazy("Take the credit back"),
        gettext_lazy("Proposes a credit of the opposite amount. A note never changes."),
    ),
}


def _credited(request: HttpRequest | None) -> QuerySet[Contract]:
    """Contracts that have credits, for the filter."""
    if request is None or not has_scope():
        return Contract.objects.none()
    actor = actor_of(request)
    return visible(actor, Contract.objects.filter(pk__in=Credit.objects.values("contract"))).order_by("reference")


def _remedied(request: HttpRequest | None) -> QuerySet[Commitment]:
    if request is None or not has_scope():
        return Commitment.objects.none()
    actor = actor_of(request)
    return visible(actor, Commitment.objects.filter(pk__in=Credit.objects.values("commitment"))).order_by("name")


class CreditFilter(django_filters.FilterSet):
    contract = django_filters.ModelChoiceFilter(queryset=_credited, label=gettext_lazy("Contract"))
    commitment = django_filters.ModelChoiceFilter(queryset=_remedied, label=gettext_lazy("Service level"))
    due_to = django_filters.DateFilter(
        field_name="claim_due_on",
        lookup_expr="lte",
        label=gettext_lazy("To claim until"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    class Meta:
        model = Credit
        fields = ["state"]


@method_decorator(login_required, name="dispatch")
class CreditList(ListPage):
    template_name = "billing/credit_list.html"
    key = "credits"
    title = gettext_lazy("Credits")
    subtitle = gettext_lazy("Improvement comes first: a credit is the last resort. Each shows how it came about")
    verb = "billing.view_credit"
    filterset_class = CreditFilter
    search_fields = ("reference", "note__number", "contract__title", "contract__reference", "commitment__name")
    default_sort = "-reference"
    empty = Empty(
        title=gettext_lazy("No credits yet"),
        hint=gettext_lazy("A missed window proposes one by itself, once its commitment has a remedy and a fee."),
        icon="discount",
    )
    columns = (
        Column("reference", gettext_lazy("Credit"), kind="code", main=True, sort=("reference",)),
        Column("contract", gettext_lazy("Contract"), "contract.title", sort=("contract__title",)),
        Column("commitment", gettext_lazy("Service level"), "commitment.name", sort=("commitment__name",)),
        Column(
            "window", gettext_lazy("Window"), "breach.window.label", kind="code", sort=("breach__window__starts_at",)
        ),
        Column("percent", gettext_lazy("Share"), kind="percent", sort=("percent",)),
        Column(
            "amount",
            gettext_lazy("Amount"),
            template="billing/credit_amount_cell.html",
            kind="money",
            currency="currency",
            sort=("currency", "amount"),
        ),
        Column("state", gettext_lazy("State"), kind="state", domain="credit", sort=("state",)),
        Column(
            "claim_due_on",
            gettext_lazy("Claim until"),
            kind="date",
            zone="commitment.time_zone",
            sort=("claim_due_on",),
            owed=lambda row: row.is_claimable,
        ),
        Column(
            "note",
            gettext_lazy("Credit note"),
            lambda row: row.note.number if hasattr(row, "note") else "",
            kind="code",
        ),
    )

    def rows(self) -> QuerySet[Credit]:
        return queries.credits(self.actor)

    def url_of(self, row: Credit) -> str:
        return reverse("credit", args=[row.pk])

    def extra_context(self) -> Mapping[str, Any]:
        """Each sum with the address of how it came about, by the same filters."""
        query = self.request.GET.copy()
        sums = []
        for total in queries.totals(queries.living(self.filtered()[0])):
            query["currency"] = total.currency
            sums.append((total, f"{reverse('credits-sum')}?{query.urlencode()}"))
        return {"sums": sums}


class CreditSum(CreditList):
    """How the sum above the list came about: of the same rows, by the same filters."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.actor = actor_of(request)
        require(self.actor, self.verb)
        return trace_response(request, credits_sum(self.filtered()[0], asked_currency(request)))


@login_required
def credit_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One credit: its state, the next step, and how the amount came about."""
    return _page(request, _credit(actor_of(request), pk), ReasonForm())


def _credit(actor: Actor, pk: UUID) -> Credit:
    rows = queries.credits(actor).select_related(
        "contract",
        "commitment",
        "breach__window",
        "evaluation",
        "decided_by",
        "adjusts",
        "note__settled_by",
        "note__blob",
    )
    return get_visible(actor, rows, pk)


def _page(request: HttpRequest, credit: Credit, form: ReasonForm, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    steps = [name for name in _next(credit) if can(actor, f"billing.{name}_credit", credit)]
    note = getattr(credit, "note", None)
    context = {
        "credit": credit,
        "note": note,
        "steps": steps,
        "effects": _effects(credit),
        "reasoned": [
            (name, label, _effect(name, effect, credit)) for name, (label, effect) in REASONED.items() if name in steps
        ],
        "form": form,
        "clause_url": queries.clause_url(credit.trace),
        "history": queries.history_of(*([credit, note] if note else [credit])),
        "crumbs": [(_("Credits"), reverse("credits"))],
    }
    return render(request, "billing/credit_page.html", context, status=status)


def _next(credit: Credit) -> list[str]:
    """The steps that the credit's state allows; one that was taken back is neither disputed nor taken back again."""
    steps = NEXT.get(credit.state, ())
    gone = {"dispute", "reverse"} if credit.state in queries.PAPERED and queries.took_back(credit) else set()
    return [name for name in steps if name not in gone]


def _effects(credit: Credit) -> dict[str, str]:
    """What each step does, in a sentence with the amount."""
    words = {"amount": money_text(credit.amount, credit.currency), "contract": credit.contract.title}
    return {
        "approve": _("Approves a credit of %(amount)s for %(contract)s. Nothing is sent yet.") % words,
        "issue": _("Issues a credit note of %(amount)s for %(contract)s. It never changes; it can be disputed.")
        % words,
        "settle": _("Records that %(amount)s has reached us. No further invoice is expected to carry it.") % words,
    }


def _effect(step: str, effect: Promise, credit: Credit) -> str:
    """What a step with a reason does; of taking back, which credits, and how much in all."""
    if step != "reverse":
        return str(effect)
    taken = queries.taken_back_with(credit)
    words = {
        "credits": ", ".join(row.reference for row in taken),
        "amount": money_text(-sum((row.amount for row in taken), Decimal(0)), credit.currency),
    }
    said = _(
        "Proposes a credit of %(amount)s that takes back %(credits)s: this credit and what was issued for its window "
        "after it. What was issued before stays. A note never changes."
    )
    return said % words


@login_required
@require_POST
def credit_step(request: HttpRequest, pk: UUID, step: str) -> HttpResponse:
    """One step in the life of a credit."""
    actor = actor_of(request)
    credit = _credit(actor, pk)
    form = ReasonForm(request.POST)
    form.fields["reason"].required = step in REASONED
    if form.is_valid():
        reason = form.cleaned_data.get("reason") or ""
        if attempt(form, lambda: STEPS[step](actor, pk, reason)) is not None:
            messages.success(request, DONE[step])
            return redirect("credit", pk=pk)
    return _page(request, credit, form, 400)


@login_required
def credit_trace(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How the amount came about, in the drawer or on a page of its own."""
    credit = _credit(actor_of(request), pk)
    context = {
        "trace": credit.trace,
        "clause_url": queries.clause_url(credit.trace),
        "entries": queries.history_of(credit),
        "crumbs": [(_("Credits"), reverse("credits")), (credit.reference, reverse("credit", args=[credit.pk]))],
    }
    partial = bool(getattr(request, "htmx", False))
    return render(request, "components/trace_fragment.html" if partial else "components/trace_page.html", context)


@login_required
def credit_note_file(request: HttpRequest, pk: UUID) -> FileResponse:
    """The credit note's PDF."""
    return note_file(_credit(actor_of(request), pk))


def note_file(credit: Credit) -> FileResponse:
    """The stored PDF as a download; NotVisible without a note, `not_printed` while its PDF is not there yet."""
    note = getattr(credit, "note", None)
    if note is None:
        raise NotVisible()
    if note.blob is None:
        raise DomainError("not_printed", _("The PDF of this credit note is being printed. Try again in a moment."))
    return FileResponse(
        open_blob(note.blob), as_attachment=True, filename=f"{note.number}.pdf", content_type="application/pdf"
    )
