"""What is asked of a list before it is sent: its text, who signs for us, and which column holds what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.models import Party, Template, Version
from contracts.queries.bulk_sends import Target
from contracts.queries.templates import version_in_use

TEMPLATE, COPY = "template:", "version:"


class BulkFactsForm(forms.Form):
    """What may be changed until the first row was sent."""

    title = forms.CharField(label=_("Title"), max_length=200, help_text=_("Titles of the contracts begin with it."))
    signer_name = forms.CharField(label=_("Who signs for us"), max_length=200, required=False)
    signer_email = forms.EmailField(
        label=_("Their e-mail address"), required=False, help_text=_("They are asked after each counterparty signed.")
    )
    unilateral_reason = forms.CharField(
        label=_("Why not every party signs"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only where nobody signs for us: signers read it, and the certificate says it."),
    )  # fmt: skip
    message = forms.CharField(label=_("Message"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    days = forms.IntegerField(label=_("Days to sign"), min_value=1, max_value=365, initial=30)
    remind_days = forms.IntegerField(label=_("Remind every so many days"), min_value=0, max_value=365, initial=5)


class BulkNewForm(BulkFactsForm):
    text = forms.ChoiceField(label=_("Text"))
    file = forms.FileField(
        label=_("List (CSV)"),
        help_text=_("UTF-8, up to 1,000 rows. The first line names the columns. You see first what would happen."),
    )
    our_party = forms.ChoiceField(label=_("Our side"))
    starts_on = forms.DateField(label=_("Contracts begin on"), widget=forms.DateInput({"type": "date"}))
    initial_months = forms.IntegerField(label=_("and run for so many months"), min_value=1, max_value=1200, initial=12)
    field_order = ("title", "text", "file", "our_party", "starts_on", "initial_months")

    def __init__(
        self, *args: Any, templates: Iterable[Template], copied: Version | None, ours: Iterable[Party], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        texts = [(f"{COPY}{copied.pk}", f"{copied.contract.reference}, {copied.contract.title}")] if copied else []
        used = ((each, version_in_use(each)) for each in templates)
        texts += [(f"{TEMPLATE}{version.pk}", each.name) for each, version in used if version is not None]
        self.fields["text"].choices = texts  # type: ignore[attr-defined]
        self.fields["our_party"].choices = [(str(each.pk), each.name) for each in ours]  # type: ignore[attr-defined]


def text_of(chosen: str) -> dict[str, UUID]:
    """The verb's argument for a choice of text."""
    name = "template_version_id" if chosen.startswith(TEMPLATE) else "version_id"
    return {name: UUID(chosen.partition(":")[2])}


class MappingForm(forms.Form):
    """For each thing that a row has to say, the column that says it."""

    def __init__(self, *args: Any, targets: Iterable[Target], columns: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "–"), *((column, column) for column in columns)]
        for number, target in enumerate(targets):
            field = forms.ChoiceField(label=target.label, choices=choices, required=False)
            field.is_needed_beside = target.is_required  # type: ignore[attr-defined]
            self.fields[f"column-{number}"] = field
        self.targets = list(targets)

    def mapping(self) -> dict[str, str]:
        given = {target.key: self.cleaned_data[f"column-{n}"] for n, target in enumerate(self.targets)}
        return {key: column for key, column in given.items() if column}
