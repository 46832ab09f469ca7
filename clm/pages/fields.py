"""Form fields dressed for the page: classes by kind of control, and the ties that assistive technology follows."""

from __future__ import annotations

from django import forms
from django.forms import BoundField

_CHECKS = (forms.CheckboxInput,)
_CHOICES = (forms.RadioSelect, forms.CheckboxSelectMultiple)


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
