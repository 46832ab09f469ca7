"""Forms of amendments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.models import ContractParty
from contracts.operations.amending.record_acceptance import HOW
from contracts.pages.forms import date_field
from contracts.queries.amendments import Standing


class AmendmentForm(forms.Form):
    """`seen` is the content hash that the person had before their eyes."""

    summary = forms.CharField(
        label=_("What it changes, and why"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Both sides read this."),
    )  # fmt: skip
    effective_on = date_field(
        label=_("Takes effect on"), required=False,
        help_text=_("Empty: the day on which the last party accepts. It is never earlier, unless it says so."),
    )  # fmt: skip
    is_retroactive = forms.BooleanField(label=_("It takes effect backwards"), required=False)
    retroactive_reason = forms.CharField(
        label=_("Which words say so"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The sentence of the amendment, or why it counts from an earlier day."),
    )  # fmt: skip
    instrument = forms.FileField(
        label=_("Amending document"), required=False,
        help_text=_("“Section 4.2 is replaced by …”. Without one the consolidated text itself is accepted."),
    )  # fmt: skip
    seen = forms.CharField(required=False, widget=forms.HiddenInput())


class PartForm(forms.Form):
    """For which party somebody answers; asked only where there are several."""

    part = forms.ModelChoiceField(
        label=_("For"), queryset=ContractParty.objects.none(), empty_label="–", required=False
    )
    seen = forms.CharField(widget=forms.HiddenInput())

    def __init__(self, found: list[Standing], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parts = [each.part for each in found if each.answer is None]
        field: Any = self.fields["part"]
        field.queryset = ContractParty.objects.select_related("party").filter(pk__in=[part.pk for part in parts])
        field.label_from_instance = lambda part: f"{part.party.name} ({part.get_role_display()})"
        if len(parts) == 1:
            field.initial = parts[0].pk


class RefusalForm(PartForm):
    reason = forms.CharField(label=_("Why"), widget=forms.Textarea(attrs={"rows": 3}))


class RecordingForm(PartForm):
    how = forms.ChoiceField(label=_("How they accepted"), choices=[(each.value, each.label) for each in HOW])
    by_name = forms.CharField(label=_("Who accepted for them"), max_length=250)
    answered_on = date_field(label=_("On"), required=False, help_text=_("Empty: today."))
    evidence = forms.FileField(label=_("The letter or the scan"), help_text=_("Kept as it came, up to 25 MB."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["part"].required = True
        self.order_fields(["part", "how", "by_name", "answered_on", "evidence"])


class ForceForm(forms.Form):
    """In the address; what is shown is read by the days of the contract's zone."""

    on = date_field(label=_("In force on"), required=False)
    known_on = date_field(
        label=_("As known on"),
        required=False,
        help_text=_("Empty: today. Without what took effect backwards later."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"
