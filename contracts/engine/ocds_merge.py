"""Releases of one contracting process become what is known of it last.

Source: Open Contracting Data Standard 1.1, "Merging": releases in the order of their dates; later values replace
earlier ones, null takes away, objects are merged by field, lists of objects by the id of each, other lists are
replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

# They tell one release from another, and say nothing of the process.
OF_RELEASE = ("id", "date", "tag")


def compiled(releases: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """One release with all that the others say, and the id and date of the last one."""
    ordered = sorted(releases, key=lambda release: _instant(release.get("date")))
    found: dict[str, Any] = {}
    for release in ordered:
        said = {name: value for name, value in release.items() if name not in OF_RELEASE}
        found = _merged(found, said)
    last = ordered[-1] if ordered else {}
    return found | {name: last[name] for name in OF_RELEASE if name in last}


def latest(said: Any) -> Any:
    """What a versioned release says last: each of its fields is a list of the values that it had, with the release that
    said so."""
    if isinstance(said, Mapping):
        return {name: latest(value) for name, value in said.items()}
    if not isinstance(said, list):
        return said
    if said and all(isinstance(item, Mapping) and "releaseDate" in item and "value" in item for item in said):
        return max(said, key=lambda item: _instant(item["releaseDate"]))["value"]
    return [latest(item) for item in said]


def _instant(said: Any) -> datetime:
    """Releases without a date that can be read come first; a date without a zone is taken for UTC."""
    try:
        found = datetime.fromisoformat(str(said))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(old)
    for name, value in new.items():
        if value is None:
            found.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(found.get(name), Mapping):
            found[name] = _merged(found[name], value)
        elif _has_ids(value) and _has_ids(found.get(name, [])):
            found[name] = _by_id(found.get(name, []), value)
        else:
            found[name] = value
    return found


def _has_ids(value: Any) -> bool:
    """Whether it is a list of objects that each have an id, which a list without entries may become."""
    return isinstance(value, list) and all(isinstance(item, Mapping) and "id" in item for item in value)


def _by_id(old: list[Any], new: list[Any]) -> list[Any]:
    """The entries in the order in which they came first."""
    found = {str(item["id"]): item for item in old}
    for item in new:
        key = str(item["id"])
        found[key] = _merged(found[key], item) if key in found else item
    return list(found.values())
