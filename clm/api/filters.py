"""Filters of lists, by the address."""

from __future__ import annotations

from typing import Any

from django.forms import ChoiceField
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend


class NamedChoices(DjangoFilterBackend):  # type: ignore[misc]
    """A refused choice names those that there are."""

    def get_filterset(self, request: Any, queryset: Any, view: Any) -> Any:
        found = super().get_filterset(request, queryset, view)
        for field in () if found is None else found.form.fields.values():
            if isinstance(field, ChoiceField) and not hasattr(field, "queryset"):
                said = _("“%(value)s” is not one of the choices: {choices}.")
                rows: Any = field.choices
                choices = ", ".join(str(value) for value, _label in rows if value not in ("", None))
                field.error_messages["invalid_choice"] = said.replace("{choices}", choices.replace("%", "%%"))
        return found
