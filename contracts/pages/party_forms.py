"""What people type about legal entities."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clm.lib.zones import zone_names
from clm.pages.fields import country_field
from contracts.models import Party, PartyAddress, PartyContact, PartyIdentifier
from contracts.states import Side

WEEK = [
    (1, _("Monday")), (2, _("Tuesday")), (3, _("Wednesday")), (4, _("Thursday")), (5, _("Friday")), (6, _("Saturday")),
    (7, _("Sunday")),
]  # fmt: skip


class PartyForm(forms.Form):
    name = forms.CharField(label=_("Legal name"), max_length=200, help_text=_("As the register has it."))
    is_ours = forms.BooleanField(label=_("One of our own entities"), required=False)
    country = country_field(required=False)
    email = forms.EmailField(label=_("Contact e-mail"), required=False, help_text=_("Of the company as a whole."))


class NewPartyForm(PartyForm):
    """`is_another` is asked for where entities of almost this name are known."""

    is_another = forms.BooleanField(label=_("It is none of these: add it"), required=False)


class IdentifierForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=PartyIdentifier.Kind.choices)
    value = forms.CharField(
        label=_("Number"), max_length=80, help_text=_("Spaces, dots and hyphens do not matter; check digits do.")
    )
    issuer = forms.CharField(
        label=_("Register or issuer"), max_length=120, required=False,
        help_text=_("For register numbers and others, such as Amtsgericht Charlottenburg or Companies House."),
    )  # fmt: skip


class AddressForm(forms.ModelForm):
    country = country_field()

    class Meta:
        model = PartyAddress
        fields = ["kind", "street", "postal_code", "city", "region", "country"]
        widgets = {"street": forms.Textarea(attrs={"rows": 2})}


class ContactForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    side = forms.ChoiceField(
        label=_("On whose side"), choices=Side.choices, initial=Side.THEIRS,
        help_text=_("Ours: a colleague who looks after this company."),
    )  # fmt: skip
    function = forms.CharField(label=_("Function"), max_length=120, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    escalation_level = forms.IntegerField(
        label=_("Escalation level"), min_value=1, max_value=9, required=False,
        help_text=_("1 is asked first. Empty: nothing is escalated to them."),
    )  # fmt: skip
    days = forms.TypedMultipleChoiceField(
        label=_("Can be reached on"), choices=WEEK, coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None: every day."),
    )  # fmt: skip
    opens_at = forms.TimeField(label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    closes_at = forms.TimeField(
        label=_("Until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=_("Both empty: around the clock on these days."),
    )  # fmt: skip
    time_zone = forms.ChoiceField(label=_("Their time zone"), initial="UTC")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [(name, name) for name in zone_names()]  # type: ignore[attr-defined]


class ParentForm(forms.Form):
    parent = forms.ModelChoiceField(
        label=_("Parent company"), queryset=Party.objects.none(), required=False, empty_label=_("None"),
        help_text=_("The company that it belongs to directly."),
    )  # fmt: skip

    def __init__(self, party: Party, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Party.objects.filter(archived_at=None).exclude(pk=party.pk).order_by("name")
        self.fields["parent"].queryset = others  # type: ignore[attr-defined]


class WhyForm(forms.Form):
    reason = forms.CharField(label=_("Why"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


def contact_typed(contact: PartyContact) -> dict[str, Any]:
    return {name: getattr(contact, name) for name in ContactForm.base_fields}
