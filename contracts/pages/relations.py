"""Contracts that belong together: a tab with the family tree, and the steps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.pages.fields import SuggestInput
from contracts import queries
from contracts.access.relations import VIEW
from contracts.models import Contract, ContractRelation
from contracts.operations.relations.end_relation import end_relation
from contracts.operations.relations.relate_contracts import relate_contracts
from contracts.pages.steps import form_page, tried
from contracts.queries.relations import family_of, suggested, ties_of

BACK = "back:"


def ways() -> list[tuple[str, Any]]:
    """Each kind, and the same the other way round."""
    kinds = [(kind.value, kind.label) for kind in ContractRelation.Kind]
    back = [(f"{BACK}{kind.value}", ContractRelation.BACK[kind]) for kind in ContractRelation.Kind]
    return [*kinds, *(each for each in back if each[0] != f"{BACK}{ContractRelation.Kind.RELATED}")]


class RelationForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("This contract is"), choices=ways)
    other = forms.CharField(
        label=gettext_lazy("The other contract"),
        max_length=40,
        help_text=gettext_lazy("Its reference, such as C-2026-0007. Those with the same counterparty are suggested."),
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=250, required=False)

    def __init__(self, actor: Actor, contract: Contract, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].widget = SuggestInput(lambda: [each.reference for each in suggested(actor, contract)])


def relations_tab(actor: Actor, contract: Contract) -> dict[str, Any]:
    return {
        "ties": ties_of(actor, contract),
        "family": family_of(actor, contract),
        "can_relate": can(actor, "contracts.relate_contracts", contract),
        "can_end": can(actor, "contracts.end_relation"),
    }


@login_required
def relation_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    contract = get_visible(actor, queries.contract_rows(), pk)
    require(actor, "contracts.relate_contracts", contract)
    form = RelationForm(actor, contract, request.POST or None)
    if tried(form, lambda given: _relate(actor, contract, **given)):
        messages.success(request, _("They belong together now."))
        return redirect("contract-tab", pk=pk, key="relations")
    return form_page(request, form, contract, title=_("Relate to another contract"), submit=_("Relate"))


def _relate(actor: Actor, contract: Contract, kind: str, other: str, note: str) -> None:
    named = queries.contracts(actor).filter(reference__iexact=other.strip()).first()
    if named is None:
        message = _("There is no contract of this reference that you see.")
        raise Invalid("contract_unknown", message, fields={"other": [message]})
    first, second = (named, contract) if kind.startswith(BACK) else (contract, named)
    relate_contracts(actor=actor, contract_id=first.pk, other_id=second.pk, kind=kind.removeprefix(BACK), note=note)


@login_required
@require_POST
def relation_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Back to the contract from whose page it was ended."""
    actor = actor_of(request)
    relation = get_visible(actor, ContractRelation.objects.all(), pk)
    require(actor, VIEW, relation)
    end_relation(actor=actor, relation_id=pk)
    asked = request.POST.get("from", "")
    back = relation.other_id if asked == str(relation.other_id) else relation.contract_id
    return redirect("contract-tab", pk=back, key="relations")
