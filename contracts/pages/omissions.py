"""Leaving a mandatory clause out: who drafts asks, somebody else decides."""

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
from django.views.decorators.http import require_GET

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require
from clm.audit.queries import entries_of
from contracts import queries
from contracts.access.omissions import VIEW
from contracts.models import Contract, LibraryClause
from contracts.operations.omissions.approve_omission import approve_omission
from contracts.operations.omissions.ask_omission import ask_omission
from contracts.operations.omissions.refuse_omission import refuse_omission
from contracts.pages.steps import form_page, tried
from contracts.queries.omissions import mandatory_clauses, omission_rows
from contracts.queries.writers import barred_from
from contracts.states import OmissionState


class OmissionForm(forms.Form):
    library_clause: forms.ModelChoiceField[LibraryClause] = forms.ModelChoiceField(
        label=gettext_lazy("Mandatory clause"), queryset=LibraryClause.objects.none(), empty_label="–"
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it is left out"),
        help_text=gettext_lazy("Somebody else of legal, or an approver, decides."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, contract: Contract, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["library_clause"].queryset = mandatory_clauses(contract)  # type: ignore[attr-defined]


class ApprovalForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class RefusalForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why it stays mandatory"), widget=forms.Textarea(attrs={"rows": 2}))


@login_required
def omission_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The question, on a contract; `?clause=` names the library clause."""
    actor = actor_of(request)
    contract = get_visible(actor, queries.contract_rows(), pk)
    require(actor, "contracts.ask_omission", contract)
    form = OmissionForm(contract, request.POST or None, initial={"library_clause": request.GET.get("clause", "")})
    made: dict[str, str] = {}

    def ask(given: dict[str, Any]) -> None:
        clause = given["library_clause"]
        omission = ask_omission(actor=actor, contract_id=pk, library_clause_id=clause.pk, reason=given["reason"])
        made["url"] = omission.get_absolute_url()

    if tried(form, ask):
        messages.success(request, _("Legal and the approvers are asked."))
        return redirect(made["url"])
    title = _("Ask to leave a mandatory clause out")
    return form_page(request, form, contract, title=title, submit=_("Ask for approval"))


@login_required
@require_GET
def omission_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    omission = get_visible(actor, omission_rows(), pk)
    require(actor, VIEW, omission)
    waits = omission.state == OmissionState.ASKED
    contract = omission.contract
    context = {
        "omission": omission,
        "can_approve": waits and can(actor, "contracts.approve_omission", omission),
        "can_refuse": waits and can(actor, "contracts.refuse_omission", omission),
        "is_own": omission.asked_by_id == actor.person_id,
        "is_barred": waits and actor.person_id in barred_from(omission),
        "history": entries_of(omission),
        "crumbs": [(_("Contracts"), reverse("contracts")), (contract.title, reverse("contract", args=[contract.pk]))],
    }
    return render(request, "contracts/omission_page.html", context)


@login_required
def omission_approve(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    omission = get_visible(actor, omission_rows(), pk)
    require(actor, "contracts.approve_omission", omission)
    form = ApprovalForm(request.POST if request.method == "POST" else None)
    if tried(form, lambda given: approve_omission(actor=actor, omission_id=pk, note=given["note"])):
        messages.success(request, _("The clause may be left out of this contract."))
        return redirect("omission", pk=pk)
    effect = _("This contract may be handed over and made final without the clause.")
    title = _("Leave out: %(title)s") % {"title": omission.library_clause.title}
    back = omission.get_absolute_url()
    return form_page(request, form, omission.contract, title=title, submit=_("Approve"), effect=effect, back=back)


@login_required
def omission_refuse(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    omission = get_visible(actor, omission_rows(), pk)
    require(actor, "contracts.refuse_omission", omission)
    form = RefusalForm(request.POST or None)
    if tried(form, lambda given: refuse_omission(actor=actor, omission_id=pk, reason=given["reason"])):
        messages.success(request, _("Refused: the clause stays mandatory in this contract."))
        return redirect("omission", pk=pk)
    title = _("Not left out: %(title)s") % {"title": omission.library_clause.title}
    back = omission.get_absolute_url()
    return form_page(request, form, omission.contract, title=title, submit=_("Refuse"), back=back)
