"""What people type about requests."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from clm.pages.fields import SuggestInput, currency_field
from contracts.models import ContractRequest
from contracts.models.request import Priority
from contracts.pages.forms import amount_typed, counterparties
from contracts.queries.requests import MOST_BYTES, triagers

FACTS = ("title", "counterparty", "wanted_by", "reason", "value_amount", "currency", "is_confidential")


def _words(rows: int = 3, **kwargs: Any) -> forms.CharField:
    return forms.CharField(widget=forms.Textarea(attrs={"rows": rows}), max_length=20_000, **kwargs)


class SeenForm(forms.Form):
    """`seen` is the revision that the person looked at."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput())


class FactsForm(SeenForm):
    title = forms.CharField(label=_("What it is for"), max_length=250, help_text=_("The title of the contract."))
    counterparty = forms.CharField(
        label=_("Counterparty"), max_length=200, required=False, widget=SuggestInput(counterparties),
        help_text=_("The legal name of the other side."),
    )  # fmt: skip
    wanted_by = forms.DateField(
        label=_("Wanted by"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    reason = _words(label=_("Why"), required=False, help_text=_("What the contract is needed for."))
    value_amount = forms.DecimalField(label=_("Value"), required=False, min_value=0, max_digits=18, decimal_places=4)
    currency = currency_field(required=False)
    is_confidential = forms.BooleanField(
        label=_("Confidential: only you and those who work on it see it"), required=False
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("value_amount") is not None and not given.get("currency") and "currency" not in self.errors:
            self.add_error("currency", _("A value needs its currency."))
        return given


class NewRequestForm(FactsForm):
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=Priority.choices, coerce=int, initial=Priority.NORMAL, required=False
    )
    file = forms.FileField(label=_("File"), required=False, help_text=_("An offer, a draft of theirs; up to 20 MB."))
    field_order = ("title", "counterparty", "wanted_by", "priority", "reason", "value_amount", "currency", "file")

    def clean_priority(self) -> int:
        return int(self.cleaned_data["priority"] or Priority.NORMAL)

    def clean_file(self) -> Any:
        return _bounded(self.cleaned_data["file"])


class FileForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("Up to 20 MB."))

    def clean_file(self) -> Any:
        return _bounded(self.cleaned_data["file"])


def _bounded(file: Any) -> Any:
    if file and file.size > MOST_BYTES:
        raise forms.ValidationError(_("A file has at most 20 MB."))
    return file


class AssignmentForm(SeenForm):
    assignee_id = forms.TypedChoiceField(label=_("Assign to"), coerce=UUID)
    priority = forms.TypedChoiceField(label=_("Priority"), choices=Priority.choices, coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee_id"].choices = triagers()  # type: ignore[attr-defined]


class QuestionForm(SeenForm):
    question = _words(label=_("What is missing"), help_text=_("It goes to who asked for the contract."))


class AnswerForm(SeenForm):
    answer = _words(label=_("Your answer"))


class RefusalForm(SeenForm):
    reason = _words(2, label=_("Why"))


class WithdrawalForm(SeenForm):
    reason = _words(2, label=_("Why"), required=False)


def initial_of(request: ContractRequest) -> dict[str, Any]:
    """The facts as the form shows them."""
    return {name: getattr(request, name) for name in FACTS} | {
        "value_amount": amount_typed(request.value_amount, request.currency),
        "seen": request.revision,
    }
