"""What people type about templates."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.adapters.template_metadata import MOST_BYTES
from contracts.models import Template
from contracts.models.contract import Category
from contracts.pages.forms import members


class TemplateFileForm(forms.Form):
    file = forms.FileField(label=_("Word template"), help_text=_("A .docx with {fields} in it."))
    metadata = forms.FileField(
        label=_("Fields"), help_text=_("metadata.yaml: the template's name, licence and fields.")
    )
    selections = forms.FileField(
        label=_("Options"), required=False, help_text=_("selections.json: which options an answer chooses.")
    )
    replacements = forms.FileField(
        label=_("Words to put right"), required=False, help_text=_("replacements.json: texts that stand for fields.")
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in ("metadata", "selections", "replacements"):
            if given.get(name) and given[name].size > MOST_BYTES:
                self.add_error(name, _("This file is larger than any such file."))
        return given


class TemplateForm(TemplateFileForm):
    name = forms.CharField(label=_("Name"), max_length=200, required=False, help_text=_("Empty: as the file says."))
    category = forms.ChoiceField(
        label=_("Type"), choices=[("", _("As its name says")), *Category.choices], required=False
    )
    risk = forms.ChoiceField(
        label=_("Risk"), choices=Template.Risk.choices, initial=Template.Risk.STANDARD,
        help_text=_("High: reviewed every three months; standard: every six."),
    )  # fmt: skip
    owner_id = forms.ChoiceField(label=_("Owner"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner_id"].choices = members()  # type: ignore[attr-defined]


class TemplateFactsForm(forms.Form):
    """What is known of a template. Where its owner is gone another one must be chosen."""

    name = forms.CharField(label=_("Name"), max_length=200)
    description = forms.CharField(label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    category = forms.ChoiceField(label=_("Type"), choices=Category.choices)
    risk = forms.ChoiceField(
        label=_("Risk"), choices=Template.Risk.choices,
        help_text=_("High: reviewed every three months; standard: every six, counted from the last review."),
    )  # fmt: skip
    owner_id = forms.ChoiceField(label=_("Owner"))
    reason = forms.CharField(label=_("Why"), required=False, help_text=_("It stands in the history."))
    seen = forms.UUIDField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = members()
        is_gone = self.initial["owner_id"] not in dict(present)
        self.fields["owner_id"].choices = [("", "–"), *present] if is_gone else present  # type: ignore[attr-defined]

    def clean_owner_id(self) -> UUID:
        return UUID(self.cleaned_data["owner_id"])


class TemplateVersionForm(TemplateFileForm):
    note = forms.CharField(label=_("What changed"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class RetirementForm(forms.Form):
    reason = forms.CharField(label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))


class DraftForm(forms.Form):
    title = forms.CharField(label=_("Title of the contract"), max_length=250)
