"""What people type about keeping and disposing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clm.access.permissions import visible
from clm.lib.actor import Actor
from contracts.models import Contract, Matter, Party, RetentionRule
from contracts.models.contract import Category


def _words(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, required=required, help_text=help_text, widget=widget)


class RuleForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    category = forms.ChoiceField(label=_("Type"), required=False, choices=[("", _("Any type")), *Category.choices])
    jurisdiction = forms.CharField(
        label=_("Governing law"), required=False, max_length=6,
        help_text=_("ISO 3166, such as DE or US-NY. Empty: any. A country counts for its parts."),
    )  # fmt: skip
    keep_months = forms.IntegerField(label=_("Kept for months"), min_value=1, max_value=1200)
    counts_from = forms.ChoiceField(label=_("Counted from"), choices=RetentionRule.CountsFrom.choices)
    basis = _words(_("Rests on"), help_text=_("The law or the policy that asks for it."))


class ReasonForm(forms.Form):
    reason = _words(_("Why"))


class NoteForm(forms.Form):
    note = _words(_("Note"), required=False)


class ProposalForm(forms.Form):
    reason = _words(_("Why"), required=False)


class MatterForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    description = _words(_("What it is about"), required=False)


class MatterContractForm(forms.Form):
    reference = forms.CharField(label=_("Contract"), max_length=40, help_text=_("Its reference, such as C-2026-0001."))

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean_reference(self) -> Contract:
        wanted = self.cleaned_data["reference"].strip()
        found = visible(self.actor, Contract.objects.filter(reference__iexact=wanted)).first()
        if found is None:
            raise forms.ValidationError(_("There is no such contract."))
        return found


class HoldForm(forms.Form):
    """A hold on one thing that the address names, or on a party or matter that is chosen."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("As people will see it on the contract."))
    reason = _words(_("Why"))
    party = forms.ModelChoiceField(
        label=_("All contracts with"), queryset=Party.objects.none(), empty_label="–", required=False
    )
    matter = forms.ModelChoiceField(
        label=_("All contracts of the matter"), queryset=Matter.objects.none(), empty_label="–", required=False
    )

    def __init__(self, actor: Actor, *args: Any, names_contract: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if names_contract:
            del self.fields["party"], self.fields["matter"]
            return
        self.fields["party"].queryset = visible(actor, Party.objects.order_by("name"))  # type: ignore[attr-defined]
        self.fields["matter"].queryset = visible(actor, Matter.objects.order_by("name"))  # type: ignore[attr-defined]
