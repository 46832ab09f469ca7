"""The pages of ending a contract: notice, the day, what survives, and the list of what is left to do."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require
from clm.audit.queries import entries_of
from clm.lib import clock
from contracts import queries
from contracts.access.termination import VIEW
from contracts.models import Contract, Passage, Termination, TerminationItem
from contracts.models.terms import NoticeUnit
from contracts.operations.termination.announce_termination import announce_termination
from contracts.operations.termination.tick_termination_item import add_termination_item, tick_termination_item
from contracts.operations.termination.withdraw_termination import withdraw_termination
from contracts.pages.forms import date_field
from contracts.pages.retention_forms import ReasonForm
from contracts.pages.steps import form_page, tried
from contracts.queries.terminations import termination_of, termination_rows
from contracts.states import TerminationState


class TerminationForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("How"), choices=Termination.Kind.choices)
    notice_on = date_field(
        label=gettext_lazy("Notice given on"),
        help_text=gettext_lazy("By either side; of an end by agreement the day on which both agreed."),
    )
    notice_length = forms.IntegerField(
        label=gettext_lazy("Notice or cure period"), min_value=0, max_value=3650, required=False,
        help_text=gettext_lazy(
            "What the contract asks for. Empty: none; for convenience only by a sentence that allows it. It does not "
            "count for an end by agreement."
        ),
    )  # fmt: skip
    notice_unit = forms.ChoiceField(label=gettext_lazy("In"), choices=NoticeUnit.choices)
    ends_on = date_field(
        label=gettext_lazy("Ends on"), help_text=gettext_lazy("The first day on which it is not in force any more.")
    )
    passage = forms.ModelChoiceField(
        label=gettext_lazy("Rests on"), queryset=Passage.objects.none(), empty_label="–", required=False,
        help_text=gettext_lazy("A marked sentence that gives the right to end it."),
    )  # fmt: skip
    reason = forms.CharField(label=gettext_lazy("Why"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, contract: Contract, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        marked = Passage.objects.filter(version__contract=contract).order_by("version__number", "start")
        self.fields["passage"].queryset = marked  # type: ignore[attr-defined]


class ItemForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("What else"), max_length=200)


def termination_line(contract: Contract) -> dict[str, Any]:
    """What a contract's page says of its end, announced or not."""
    found = termination_of(contract)
    left = found.items.filter(done_at=None).count() if found else 0
    return {"termination": found, "termination_left": left}


@login_required
def contract_terminate(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    contract = get_visible(actor, queries.contract_rows(), pk)
    require(actor, "contracts.announce_termination", contract)
    initial = {"notice_on": clock.today(contract.time_zone), "notice_unit": NoticeUnit.DAYS}
    form = TerminationForm(contract, request.POST or None, initial=initial)
    made: dict[str, Termination] = {}

    def announce(given: dict[str, Any]) -> None:
        passage = given.pop("passage")
        length = given.pop("notice_length") or 0
        facts = {**given, "notice_length": length, "passage_id": passage.pk if passage else None}
        made["termination"] = announce_termination(actor=actor, contract_id=pk, **facts)

    if tried(form, announce):
        is_over = made["termination"].state == TerminationState.EFFECTIVE
        messages.success(request, _("The contract is terminated.") if is_over else _("The contract will end."))
        return redirect(made["termination"].get_absolute_url())
    effect = _("On that day the contract ends: its deadlines and service levels stop counting.")
    return form_page(request, form, contract, title=_("Terminate"), submit=_("Terminate"), effect=effect)


@login_required
def termination_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The end of a contract; POST adds to what is left to do."""
    actor = actor_of(request)
    termination = get_visible(actor, termination_rows(), pk)
    require(actor, "contracts.add_termination_item" if request.method == "POST" else VIEW, termination)
    form = ItemForm(request.POST or None)
    if tried(form, lambda given: add_termination_item(actor=actor, termination_id=pk, **given)):
        return redirect("termination", pk=pk)
    contract = termination.contract
    context = {
        "termination": termination,
        "contract": contract,
        "form": form,
        "can_add": can(actor, "contracts.add_termination_item", termination),
        "can_tick": can(actor, "contracts.tick_termination_item", termination),
        "can_withdraw": termination.state == TerminationState.ANNOUNCED
        and (termination.due_at is None or termination.due_at > clock.now())
        and can(actor, "contracts.withdraw_termination", termination),
        "history": entries_of(termination),
        "crumbs": [(_("Contracts"), reverse("contracts")), (contract.title, reverse("contract", args=[contract.pk]))],
    }
    return render(request, "contracts/termination_page.html", context, status=400 if form.is_bound else 200)


@login_required
def termination_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    termination = get_visible(actor, termination_rows(), pk)
    require(actor, "contracts.withdraw_termination", termination)
    form = ReasonForm(request.POST or None)
    if tried(form, lambda given: withdraw_termination(actor=actor, termination_id=pk, **given)):
        messages.success(request, _("The contract goes on."))
        return redirect("termination", pk=pk)
    effect = _("The contract goes on as if its end had not been announced.")
    back, contract = termination.get_absolute_url(), termination.contract
    title = _("Withdraw the termination")
    return form_page(request, form, contract, title=title, submit=_("Withdraw"), effect=effect, back=back)


@login_required
@require_POST
def termination_item_tick(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    item = get_visible(actor, TerminationItem.objects.all(), pk)
    is_done = request.POST.get("done") == "1"
    tick_termination_item(actor=actor, item_id=pk, is_done=is_done, note=request.POST.get("note", item.note))
    return redirect("termination", pk=item.termination_id)
