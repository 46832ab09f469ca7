"""An organization's own fields as controls: on the form of a contract, and where they are defined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clm.accounts.models import Membership
from clm.accounts.roles import PEOPLE_INSIDE
from clm.pages.fields import currency_field
from contracts.engine import custom_values as engine
from contracts.models import CustomField, Party
from contracts.models.contract import Category
from contracts.queries.custom_fields import asked_fields

PREFIX = "cf_"


class AmountWidget(forms.MultiWidget):
    template_name = "contracts/amount_control.html"

    def __init__(self) -> None:
        number = forms.TextInput(attrs={"inputmode": "decimal", "class": "form-control"})
        currency = forms.TextInput(
            attrs={"maxlength": 3, "class": "form-control", "placeholder": "EUR", "aria-label": gettext("Currency")}
        )
        super().__init__({"amount": number, "currency": currency})

    def decompress(self, value: Any) -> list[Any]:
        return [engine.plain(value.amount), value.currency] if isinstance(value, engine.Amount) else [None, None]


class AmountField(forms.MultiValueField):
    """A number and its currency; empty where neither is typed."""

    widget = AmountWidget

    def __init__(self, **kwargs: Any) -> None:
        parts = (forms.DecimalField(max_digits=24, decimal_places=6), currency_field())
        super().__init__(fields=parts, require_all_fields=True, **kwargs)

    def compress(self, data_list: list[Any]) -> Any:
        return {"amount": str(data_list[0]), "currency": data_list[1]} if data_list else None


def _people() -> list[tuple[str, str]]:
    rows = Membership.objects.filter(removed_at=None, roles__overlap=sorted(PEOPLE_INSIDE)).select_related("user")
    return [("", ""), *((str(row.user_id), str(row.user)) for row in rows.order_by("user__name"))]


def _parties() -> list[tuple[str, str]]:
    rows = Party.objects.filter(archived_at=None).order_by("name").values_list("pk", "name")
    return [("", ""), *((str(pk), name) for pk, name in rows)]


def control(field: CustomField) -> forms.Field:
    """What is typed into; whether it must be is asked by the verb, which knows the type of the contract."""
    shared: dict[str, Any] = {"label": field.label, "help_text": field.help_text, "required": False}
    kind = field.kind
    if kind in (engine.CHOICE, engine.CHOICES):
        choices = [(each, each) for each in field.choices]
        if kind == engine.CHOICES:
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **shared)
        return forms.ChoiceField(choices=[("", ""), *choices], **shared)
    if kind == engine.YES_NO:
        return forms.ChoiceField(choices=[("", ""), ("yes", _("Yes")), ("no", _("No"))], **shared)
    if kind in (engine.PERSON, engine.PARTY):
        return forms.ChoiceField(choices=_people if kind == engine.PERSON else _parties, **shared)
    return _plain(kind, shared)


def _plain(kind: str, shared: dict[str, Any]) -> forms.Field:
    if kind == engine.AMOUNT:
        return AmountField(**shared)
    if kind == engine.DATE:
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **shared)
    if kind == engine.INTEGER:
        return forms.IntegerField(**shared)
    if kind == engine.DECIMAL:
        return forms.DecimalField(max_digits=24, decimal_places=6, **shared)
    if kind == engine.LONG_TEXT:
        widget = forms.Textarea(attrs={"rows": 3})
        return forms.CharField(max_length=engine.LONGEST_TEXT, widget=widget, **shared)
    return forms.CharField(max_length=engine.LONGEST, **shared)


class CustomFieldsForm(forms.Form):
    """A form of facts with the organization's own fields behind them."""

    def put_custom_fields(self, given: Mapping[str, Any]) -> None:
        self.custom = asked_fields()
        for field in self.custom:
            name = f"{PREFIX}{field.key}"
            self.fields[name] = control(field)
            self.fields[name].is_needed_beside = field.is_required  # type: ignore[attr-defined]
            if field.key in given:
                self.initial[name] = _typed(given[field.key])

    def fact_fields(self) -> list[BoundField]:
        return [bound for bound in self if not bound.name.startswith(PREFIX)]

    def custom_parts(self) -> list[dict[str, Any]]:
        """Each own field with the types of contract that it is asked in, for the script."""
        return [
            {
                "bound": self[f"{PREFIX}{each.key}"],
                "when": f"category={'|'.join(each.categories)}" if each.categories else "",
            }
            for each in self.custom
        ]

    def said(self, given: dict[str, Any]) -> dict[str, Any]:
        """What was typed into the fields that the chosen type asks for, by key, taken out of `given`."""
        category = given.get("category", "")
        typed = {each.key: given.pop(f"{PREFIX}{each.key}", None) for each in self.custom}
        kinds = {each.key: each.kind for each in self.custom if each.is_asked_in(category)}
        return {key: _sent(kind, typed[key]) for key, kind in kinds.items()}


def _typed(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, UUID) else value


def _sent(kind: str, value: Any) -> Any:
    if kind == engine.YES_NO and value:
        return value == "yes"
    return value


class CustomFieldForm(forms.Form):
    """What may change of a definition."""

    label = forms.CharField(label=_("Label"), max_length=80)
    help_text = forms.CharField(label=_("Help"), max_length=250, required=False)
    categories = forms.MultipleChoiceField(
        label=_("For types"), choices=Category.choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None: for every type of contract."),
    )  # fmt: skip
    is_required = forms.BooleanField(
        label=_("Must be given"), required=False,
        help_text=_("Asked for when facts are filed or changed; what lacks it says so on its page."),
    )  # fmt: skip
    choices = forms.CharField(
        label=_("Choices"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line, for fields with choices. What a contract has cannot be taken away."),
    )  # fmt: skip
    position = forms.IntegerField(
        label=_("Order"), min_value=0, max_value=30_000, initial=100, help_text=_("Small numbers come first.")
    )

    def clean_choices(self) -> list[str]:
        return [line.strip() for line in cast("str", self.cleaned_data["choices"]).splitlines() if line.strip()]


class NewCustomFieldForm(CustomFieldForm):
    key = forms.SlugField(
        label=_("Key"), max_length=40,
        help_text=_("Its name in addresses and the API: small letters, digits, underscores. It never changes."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Type"), choices=CustomField.Kind.choices, help_text=_("It never changes."))

    field_order = ("label", "key", "kind", "help_text")
