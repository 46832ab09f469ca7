"""Form fields dressed for the page: classes by kind of control, and the ties that assistive technology follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy


class SuggestInput(forms.TextInput):
    """A text control that suggests values while typing; anything else may be typed too."""

    template_name = "components/suggest.html"

    def __init__(self, suggestions: Callable[[], Iterable[object]], attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", **(attrs or {})})
        self.suggestions = suggestions

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, {**(attrs or {}), "list": f"suggested-{name}"})
        return {**context, "suggestions": self.suggestions()}


class CapitalsField(forms.RegexField):
    """A code in capital letters; small ones that are typed are taken for them."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).strip().upper()


def country_field(**kwargs: Any) -> CapitalsField:
    wrong = {"invalid": gettext_lazy("Two letters, such as DE.")}
    said = {"label": gettext_lazy("Country"), "help_text": gettext_lazy("ISO country, such as DE.")}
    return CapitalsField(r"^[A-Z]{2}$", error_messages=wrong, **{**said, **kwargs})


def currency_field(**kwargs: Any) -> CapitalsField:
    wrong = {"invalid": gettext_lazy("Three letters, such as EUR.")}
    said = {"label": gettext_lazy("Currency"), "help_text": gettext_lazy("ISO 4217, such as EUR.")}
    return CapitalsField(r"^[A-Z]{3}$", error_messages=wrong, **{**said, **kwargs})


_CHECKS = (forms.CheckboxInput,)
_CHOICES = (forms.RadioSelect, forms.CheckboxSelectMultiple)


class GroupedCheckboxes(forms.CheckboxSelectMultiple):
    """Boxes to tick, in groups that are named and stand apart."""

    template_name = "components/grouped_choices.html"


def kind_of(bound: BoundField) -> str:
    """One of hidden, check, choices, select, input."""
    widget = bound.field.widget
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, _CHOICES):
        return "choices"
    if isinstance(widget, _CHECKS):
        return "check"
    return "select" if isinstance(widget, forms.Select) else "input"


_CSS = {"check": "form-check-input", "select": "form-select", "input": "form-control"}


def prepared(bound: BoundField) -> BoundField:
    """The same field, its control carrying the class of its kind and naming its help and its error."""
    kind = kind_of(bound)
    attrs = bound.field.widget.attrs
    if kind in _CSS and _CSS[kind] not in attrs.get("class", ""):
        attrs["class"] = f"{_CSS[kind]} {attrs.get('class', '')}".strip()
    if getattr(bound.field.widget, "input_type", "") in ("password", "email"):
        attrs.pop("placeholder", None)  # it would only say the label again, and vanish when typing begins
    described = [
        f"{bound.auto_id}_{part}" for part, there in (("help", bound.help_text), ("error", bound.errors)) if there
    ]
    if described and bound.auto_id:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    bound.kind = kind  # type: ignore[attr-defined]
    return bound
