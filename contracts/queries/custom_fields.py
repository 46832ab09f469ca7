"""Reads about an organization's own fields and their values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from contracts.engine import custom_values as engine
from contracts.models import Contract, CustomField, CustomValue


def fields() -> QuerySet[CustomField]:
    """All definitions in their order, the retired ones too."""
    return CustomField.objects.order_by("position", "label", "pk")


def asked_fields(category: str | None = None) -> list[CustomField]:
    """The definitions that are asked, of a type of contract or of any."""
    rows = fields().filter(retired_at=None)
    if category is not None:
        rows = rows.filter(Q(categories=[]) | Q(categories__contains=[category]))
    return list(rows)


def value_rows() -> QuerySet[CustomValue]:
    rows = CustomValue.objects.select_related("field", "person", "party")
    return rows.order_by("field__position", "field__label", "field", "position")


def with_values() -> Prefetch[str, Any, str]:
    """For contracts whose values are shown: two rows or two thousand, one query."""
    return Prefetch("custom_values", value_rows())


def gathered(rows: Iterable[CustomValue]) -> dict[str, Any]:
    """Key -> value of one contract's rows, several choices as a list."""
    found: dict[str, Any] = {}
    for row in rows:
        if row.field.kind == engine.CHOICES:
            found.setdefault(row.field.key, []).append(row.value)
        else:
            found[row.field.key] = row.value
    return found


def values_of(contract: Contract) -> dict[str, Any]:
    """Key -> value as the API and the ledger have it; without fields that nothing was said to."""
    return {key: engine.as_json(value) for key, value in gathered(contract.custom_values.all()).items()}


def shown_values(contract: Contract) -> list[tuple[CustomField, Any]]:
    """What was said, for people: a field with its words, a person or party as such; retired ones last. Rows must be
    fetched by `value_rows`."""
    rows = list(value_rows().filter(contract=contract))
    by_field: dict[UUID, list[CustomValue]] = defaultdict(list)
    for row in rows:
        by_field[row.field_id].append(row)
    pairs = [(found[0].field, in_words(found)) for found in by_field.values()]
    return sorted(pairs, key=lambda pair: pair[0].is_retired)


def in_words(rows: list[CustomValue]) -> Any:
    """What a list or a page shows of the rows of one field: text, a number, a date, the person or the party."""
    first = rows[0]
    kind = first.field.kind
    if kind == engine.CHOICES:
        return ", ".join(row.text for row in rows)
    if kind in (engine.PERSON, engine.PARTY):
        return first.person or first.party
    if kind == engine.AMOUNT:
        return f"{engine.plain(first.number or Decimal(0))} {first.currency}"
    return engine.plain(first.value) if kind == engine.DECIMAL else first.value


def missing_of(contract: Contract, said: Mapping[str, Any]) -> list[CustomField]:
    """What a contract of its type must have and has not."""
    return [each for each in asked_fields(contract.category) if each.is_required and each.key not in said]


def words_of(contract_ids: Iterable[UUID], keys: Iterable[str]) -> dict[UUID, dict[str, Any]]:
    """Contract -> key -> words, for the columns of a list; one query."""
    grouped: dict[tuple[UUID, str], list[CustomValue]] = defaultdict(list)
    for row in value_rows().filter(contract__in=list(contract_ids), field__key__in=list(keys)):
        grouped[row.contract_id, row.field.key].append(row)
    found: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for (contract_id, key), rows in grouped.items():
        found[contract_id][key] = in_words(rows)
    return found
