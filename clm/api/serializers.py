"""How bodies are read: what no field is for is refused, never passed over."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.utils.html import is_html_input

Row = TypeVar("Row", bound=Model)
UNKNOWN = "unknown_field"
# Keys of parts of a form: tiers[0]below, new_indicator.key.
_PART = re.compile(r"[\[.].*", re.DOTALL)


class OnlyKnownFields(serializers.Serializer[Any]):
    """Refuses fields that it does not name (`unknown_field`, beside the field), at any depth and in each entry of a
    list; a refused choice names those that there are. Every body is read by one."""

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        for field in fields.values():
            _name_choices(getattr(field, "child", field))
        return fields

    def to_internal_value(self, data: Any) -> Any:
        unknown = self._unknown(data)
        try:
            read = super().to_internal_value(data)
        except serializers.ValidationError as wrong:
            if unknown and isinstance(wrong.detail, dict):
                raise serializers.ValidationError({**wrong.detail, **unknown}) from wrong
            raise
        if unknown:
            raise serializers.ValidationError(unknown)
        return read

    def _unknown(self, data: Any) -> dict[str, list[ErrorDetail]]:
        """What is said beside each field that nobody reads."""
        if not hasattr(data, "keys"):
            return {}
        named = {field.field_name for field in self._writable_fields}
        names = {_PART.sub("", name) if is_html_input(data) else name: name for name in data}
        return {names[name]: [self._refusal(name)] for name in names if name not in named}

    def _refusal(self, name: str) -> ErrorDetail:
        if name in self.fields:
            return ErrorDetail(_("This field is read, and not sent."), UNKNOWN)
        return ErrorDetail(_("There is no such field here."), UNKNOWN)


class BodySerializer(OnlyKnownFields):
    """What a verb takes."""


class ModelBodySerializer(OnlyKnownFields, serializers.ModelSerializer[Row]):
    """Rows whose body has the fields of the row."""


def _name_choices(field: Any) -> None:
    if isinstance(field, serializers.ChoiceField):
        choices = ", ".join(str(value) for value in field.choices if value != "")
        said = _("“{input}” is not one of the choices: %(choices)s.")
        field.error_messages["invalid_choice"] = said % {"choices": choices.replace("{", "{{").replace("}", "}}")}


def checked(shape: type[OnlyKnownFields], data: Any, *, partial: bool = False) -> dict[str, Any]:
    """What was sent, read by a shape. Raises ValidationError."""
    sent = shape(data=data, partial=partial)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


class EmptySerializer(BodySerializer):
    """Nothing is sent."""


def check_empty(request: Request) -> None:
    """Raises ValidationError where something was sent to a verb that takes nothing."""
    checked(EmptySerializer, request.data)


class ReasonSerializer(BodySerializer):
    """Why: kept in the ledger."""

    reason = serializers.CharField()
