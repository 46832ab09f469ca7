"""The words that histories put to what ledger entries keep: names to ids, labels to codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model
from django.utils.translation import gettext as _

from clm.accounts.models import User

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

Namer = Callable[[set[UUID]], Mapping[UUID, str]]
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DIGEST = re.compile(r"[0-9a-f]{64}")
_NAMERS: list[Namer] = []


class About(NamedTuple):
    """What a thing is called in the history of something greater, and the page where it is read; either may be ""."""

    name: str = ""
    url: str = ""


Pointer = Callable[[set[UUID]], Mapping[UUID, About]]
_POINTERS: dict[str, Pointer] = {}
_PARTS: dict[str, type[Model]] = {}
_EVENTS: dict[str, StrOrPromise] = {}


def register_namer(namer: Namer) -> None:
    """An app above names things of its own: for those of the ids that it knows. One query a kind of thing."""
    _NAMERS.append(namer)


def register_pointer(subject_type: str, pointer: Pointer) -> None:
    """An app above says which one of its things an entry is about; one query for all of a kind."""
    _POINTERS[subject_type] = pointer


def register_words(events: Mapping[str, StrOrPromise], *, parts: Mapping[str, type[Model]]) -> None:
    """An app above says how its events read where their codes read badly, and of which model the facts are that it
    tells of a part of a thing (subject type -> model)."""
    _EVENTS.update(events)
    _PARTS.update(parts)


def event_in_words(event: str) -> str:
    """`contract.version_added` as "Contract version added"."""
    return str(_EVENTS.get(event) or event.replace(".", " ").replace("_", " ").capitalize())


def about_for(subjects: Iterable[tuple[str, UUID]]) -> dict[tuple[str, UUID], About]:
    """What each (subject type, id) is, without those that nobody points to; a query for each kind."""
    wanted: dict[str, set[UUID]] = {}
    for subject_type, identity in subjects:
        wanted.setdefault(subject_type, set()).add(identity)
    return {
        (subject_type, identity): about
        for subject_type, ids in wanted.items()
        if subject_type in _POINTERS
        for identity, about in _POINTERS[subject_type](ids).items()
    }


def ids_in(values: Iterable[Any]) -> set[UUID]:
    """The ids among values of ledger entries, alone or in lists."""
    found: set[UUID] = set()
    for value in values:
        if isinstance(value, list):
            found |= ids_in(value)
        elif isinstance(value, str) and ID.fullmatch(value):
            found.add(UUID(value))
    return found


def names_for(ids: set[UUID]) -> dict[str, str]:
    """What the ids are called now; without those that nobody names. No query where there are none."""
    found: dict[UUID, str] = {}
    for namer in (_people, *_NAMERS):
        left = ids - found.keys()
        if left:
            found |= namer(left)
    return {str(identity): name for identity, name in found.items()}


def _people(ids: set[UUID]) -> Mapping[UUID, str]:
    return {row.pk: str(row) for row in User.objects.filter(pk__in=ids)}


def field_of(subject_type: str, name: str) -> Field[Any, Any] | None:
    """The field of the thing that the entry is about, or of its part, where one has it."""
    try:
        models = [apps.get_model(subject_type), *([_PARTS[subject_type]] if subject_type in _PARTS else [])]
    except (LookupError, ValueError):
        return None
    found = (_own_field(model, name) for model in models)
    return next((field for field in found if field is not None), None)


def _own_field(model: type[Model], name: str) -> Field[Any, Any] | None:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, Field) else None


def in_people_words(value: Any, field: Field[Any, Any] | None, names: Mapping[str, str]) -> Any:
    """The value for a history: named, labelled, short. None where it says nothing to people: an id that nobody names,
    a digest."""
    if isinstance(value, list):
        return _list(value, field, names)
    labels = _labels(field)
    if str(value) in labels:
        return labels[str(value)]
    if isinstance(value, str) and (ID.fullmatch(value) or DIGEST.fullmatch(value)):
        return names.get(value)
    return value


def _list(value: Sequence[Any], field: Field[Any, Any] | None, names: Mapping[str, str]) -> Any:
    """Of structures how many there are: the thing's own page shows them."""
    if any(isinstance(item, Mapping) for item in value):
        return _("%(number)s in all") % {"number": len(value)}
    found = [in_people_words(item, getattr(field, "base_field", field), names) for item in value]
    return [item for item in found if item is not None]


def _labels(field: Field[Any, Any] | None) -> dict[str, str]:
    return {str(code): str(label) for code, label in getattr(field, "flatchoices", ())}
