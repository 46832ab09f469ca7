"""Which document is whose: a list that people read, of every key by which a row holds a document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import F, Field, Model, Value
from django.utils.text import capfirst

from clm.documents.models import Blob
from clm.transfer.archive import blob_member
from clm.transfer.registry import INDEXED, tables
from clm.transfer.snapshot import Snapshot

HEAD = ("Reference", "Title", "What", "File name", "Media type", "File in this archive")
STEPS = 3


def index_rows(snapshot: Snapshot) -> Iterator[tuple[str, ...]]:
    """A line for each document that a row holds; those that were disposed of have no file. Runs within the scope."""
    for table in tables():
        for key in _keys_to_documents(table.model):
            rows = _rows(table.model, key)
            yield from (_line(table.model, key, *row) for row in snapshot.rows(*rows.query.sql_with_params()))


def _keys_to_documents(model: type[Model]) -> list[Field[Any, Any]]:
    return [each for each in model._meta.local_concrete_fields if each.related_model is Blob]


def _rows(model: type[Model], key: Field[Any, Any]) -> Any:
    found = _owner(model, STEPS)
    reference, title = (F(f"{found[0]}__{column}") for column in found[1]) if found else (Value(""), Value(""))
    has_name = any(each.name == "file_name" for each in model._meta.local_concrete_fields)
    name = F("file_name") if has_name else Value("")
    rows = model._default_manager.filter(**{f"{key.name}__isnull": False}).annotate(
        of_reference=reference, of_title=title, of_name=name
    )
    of_blob = (f"{key.name}__{column}" for column in ("sha256", "media_type", "storage_name"))
    return rows.order_by("of_reference", "pk").values_list("of_reference", "of_title", "of_name", *of_blob)


def _owner(model: type[Model], steps: int) -> tuple[str, tuple[str, ...]] | None:
    """The shortest way over foreign keys to what people know a document by, with its columns."""
    keys: list[Any] = [each for each in model._meta.local_concrete_fields if each.related_model not in (None, model)]
    for each in keys:
        if each.related_model in INDEXED:
            return each.name, INDEXED[each.related_model]
    for each in keys if steps > 1 else ():
        further = _owner(each.related_model, steps - 1)
        if further is not None:
            return f"{each.name}__{further[0]}", further[1]
    return None


def _line(model: type[Model], key: Field[Any, Any], *row: Any) -> tuple[str, ...]:
    reference, title, name, sha256, media_type, stored = row
    what = f"{capfirst(str(model._meta.verbose_name))}, {key.verbose_name}"
    return reference or "", title or "", what, name or "", media_type, blob_member(sha256) if stored else ""
