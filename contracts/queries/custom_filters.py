"""Filters of contracts by an organization's own fields, for pages and the API alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from contracts.engine import custom_values as engine
from contracts.models import Contract, CustomField, CustomValue

PREFIX = "cf_"
By = Callable[[Any], Q]


def custom_filters(fields: list[CustomField]) -> dict[str, django_filters.Filter]:
    """Name -> filter: `cf_<key>`, for numbers, amounts and dates `cf_<key>_from` and `cf_<key>_to`, both inclusive."""
    return {f"{PREFIX}{name}": made for field in fields for name, made in _filters(field)}


def _filters(field: CustomField) -> Iterator[tuple[str, django_filters.Filter]]:
    if field.kind in (engine.INTEGER, engine.DECIMAL, engine.AMOUNT):
        yield from _range(field, "number", django_filters.NumberFilter)
    elif field.kind == engine.DATE:
        widget = forms.DateInput({"type": "date"})
        yield from _range(field, "day", django_filters.DateFilter, widget=widget)
    elif field.kind in (engine.CHOICE, engine.CHOICES, engine.YES_NO):
        words = [(each, each) for each in field.choices] or [("yes", _("Yes")), ("no", _("No"))]
        shape: dict[str, Any] = {"choices": words, "empty_label": _("Any")}
        yield _one(field, django_filters.ChoiceFilter, lambda value: Q(text=value), **shape)
    elif field.kind == engine.PERSON:
        yield _one(field, django_filters.CharFilter, lambda value: Q(person__name__icontains=value))
    elif field.kind == engine.PARTY:
        yield _one(field, django_filters.CharFilter, lambda value: Q(party__name__icontains=value))
    elif field.kind == engine.LONG_TEXT:
        yield _one(field, django_filters.CharFilter, lambda value: Q(long_text__icontains=value))
    else:
        yield _one(field, django_filters.CharFilter, lambda value: Q(text__icontains=value))


def _range(
    field: CustomField, column: str, shape: type[django_filters.Filter], **kwargs: Any
) -> Iterator[tuple[str, django_filters.Filter]]:
    for end, lookup, words in (("from", "gte", _("%(label)s from")), ("to", "lte", _("%(label)s until"))):
        by = _by(field, partial(_compared, f"{column}__{lookup}"))
        yield f"{field.key}_{end}", shape(method=by, label=words % {"label": field.label}, **kwargs)


def _compared(lookup: str, value: Any) -> Q:
    return Q(**{lookup: value})


def _one(
    field: CustomField, shape: type[django_filters.Filter], by: By, **kwargs: Any
) -> tuple[str, django_filters.Filter]:
    return field.key, shape(method=_by(field, by), label=field.label, **kwargs)


def _by(field: CustomField, by: By) -> Callable[[QuerySet[Contract], str, Any], QuerySet[Contract]]:
    """Contracts with a value of the field that fits: looked up in the narrow index of values."""

    def narrowed(rows: QuerySet[Contract], _name: str, value: Any) -> QuerySet[Contract]:
        return rows.filter(pk__in=CustomValue.objects.filter(by(value), field=field).values("contract"))

    return narrowed
