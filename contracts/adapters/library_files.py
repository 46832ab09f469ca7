"""The clause library as a file: JSON, a list of clauses; or CSV, a line for each position. Read, checked, written."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from clm.lib.errors import Invalid

MOST_BYTES = 8 * 1024 * 1024
MOST_CLAUSES = 1000
TEXTS = ("title", "category", "risk", "owner", "guidance", "attribution")
FACTS = (*TEXTS[:5], "mandatory_for", "attribution")
POSITION = ("kind", "text", "why")
# What an export says besides; an import leaves it alone.
SAID = ("state", "version")
HEAD = (*FACTS, *POSITION, *SAID)
# An empty cell of these is no value; of the others it is an empty one.
NEEDED = ("category", "risk", "owner")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
# Characters that no text of the database holds: nothing, and half a character.
UNKEPT = re.compile(r"[\x00\ud800-\udfff]")
Entry = dict[str, Any]


def read_library(content: bytes, file_name: str) -> list[Entry]:
    """The clauses in the order of the file, each with the values it names and, where it has any, its `positions`.

    Raises Invalid `too_large`, `file_wrong`: what is wrong with a single clause is said when it is imported.
    """
    if len(content) > MOST_BYTES:
        raise wrong(f"A library file has at most {MOST_BYTES // 1024 // 1024} MB.", "too_large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise wrong("The file is not UTF-8 text.") from error
    return checked_entries(_json(text) if _is_json(text, file_name) else list(_csv(text)))


def _is_json(text: str, file_name: str) -> bool:
    return file_name.lower().endswith(".json") or text.lstrip()[:1] in ("[", "{")


def checked_entries(entries: Any) -> list[Entry]:
    """The entries, each of the right shape. Raises Invalid `file_wrong`."""
    if not isinstance(entries, list) or not entries:
        raise wrong("The file is no list of clauses, or an empty one.")
    if len(entries) > MOST_CLAUSES:
        raise wrong(f"A file has at most {MOST_CLAUSES} clauses.")
    return [_entry(place, entry) for place, entry in enumerate(entries, 1)]


def lines_of(content: bytes, file_name: str) -> list[int]:
    """For each clause of a CSV that `read_library` took, the line of the file on which it begins, the head being 1;
    nothing for JSON."""
    text = content.decode("utf-8-sig")
    if _is_json(text, file_name):
        return []
    csv.field_size_limit(MOST_BYTES)
    found: list[int] = []
    lines = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    ended, title = _end_of_head(lines), ""
    for line in lines:
        cell = line["title"].strip()
        if not found or cell not in ("", title):
            title = _unguarded(line["title"]).strip()
            found.append(ended + 1)
        ended = lines.line_num
    return found


def _end_of_head(lines: csv.DictReader[str]) -> int:
    """The line on which the names of the columns end."""
    _names = lines.fieldnames  # they are read when they are asked for
    return lines.line_num


def wrong(message: str, code: str = "file_wrong") -> Invalid:
    return Invalid(code, message, fields={"file": [message]})


def _json(text: str) -> Any:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise wrong("The file is not JSON.") from error
    return found.get("clauses") if isinstance(found, dict) else found


def _entry(place: int, entry: Any) -> Entry:
    if not isinstance(entry, dict):
        raise wrong(f"Clause {place} is not an object.")
    if any(UNKEPT.search(text) for text in _texts(entry)):
        raise wrong(f"Clause {place} has characters that no document can show.")
    unknown = sorted(map(str, entry.keys() - {*FACTS, "positions", *SAID}))
    if unknown:
        raise wrong(f"Clause {place} has what no clause has: {', '.join(unknown)}.")
    found = {name: value for name, value in entry.items() if name not in SAID}
    texts = [name for name in TEXTS if not isinstance(found.get(name, ""), str)]
    if texts:
        raise wrong(f"Clause {place}: {texts[0]} is not text.")
    types = found.get("mandatory_for", [])
    if not (isinstance(types, list) and all(isinstance(each, str) for each in types)):
        raise wrong(f"Clause {place}: mandatory_for is not a list of texts.")
    positions = found.get("positions", [])
    if not (isinstance(positions, list) and all(_is_position(each) for each in positions)):
        raise wrong(f"Clause {place}: a position is not made of the texts {', '.join(POSITION)}.")
    return found


def _texts(value: Any) -> Iterator[str]:
    """Every text of an entry, names included, as deep as an entry goes."""
    rows = [value, *(value.values()), *(row for each in value.values() if isinstance(each, list) for row in each)]
    for row in rows:
        parts = [*row, *row.values()] if isinstance(row, dict) else [row]
        yield from (part for part in parts if isinstance(part, str))


def _is_position(value: Any) -> bool:
    if not isinstance(value, dict) or not value.keys() <= set(POSITION):
        return False
    return all(isinstance(part, str) for part in value.values())


def _csv(text: str) -> Iterator[Entry]:
    """Lines of one title that follow each other are one clause; its facts are those of its first line."""
    csv.field_size_limit(MOST_BYTES)
    lines = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        _check_head(list(lines.fieldnames or ()))
        yield from _clauses(lines)
    except csv.Error as error:
        raise wrong(f"The file is not CSV: line {lines.line_num}.") from error


def _check_head(head: list[str]) -> None:
    unknown = [name for name in head if name not in HEAD]
    if "title" not in head or unknown:
        said = f"There is no column {unknown[0]}" if unknown else "The column title is missing"
        raise wrong(f"{said}. Columns are {', '.join(HEAD)}.")


def _clauses(lines: Iterable[Mapping[str, Any]]) -> Iterator[Entry]:
    begun: Entry | None = None
    for line in lines:
        if None in line or None in line.values():
            raise wrong("A line has another number of cells than the first one.")
        cells = {name: _unguarded(value) for name, value in line.items()}
        if begun is None or cells["title"].strip() not in ("", begun["title"]):
            if begun is not None:
                yield begun
            begun = _first(cells)
        if cells.get("kind") or cells.get("text"):
            begun.setdefault("positions", []).append({name: cells.get(name, "") for name in POSITION})
    if begun is not None:
        yield begun


def _first(cells: Mapping[str, str]) -> Entry:
    found: Entry = {name: cells[name] for name in TEXTS if name in cells and (cells[name] or name not in NEEDED)}
    found["title"] = cells["title"].strip()
    if "mandatory_for" in cells:
        found["mandatory_for"] = [part.strip() for part in cells["mandatory_for"].split(";") if part.strip()]
    return found


def _unguarded(value: str) -> str:
    """Without the apostrophe that exports put before what a spreadsheet would take for a formula."""
    return value[1:] if value.startswith("'") and value[1:].startswith(FORMULA) else value


def csv_rows(entries: Iterable[Entry]) -> Iterator[list[str]]:
    """A line for each position, in the columns of HEAD; the facts stand in the first one of a clause, the title in
    each."""
    for entry in entries:
        for place, position in enumerate(entry["positions"]):
            facts = {**entry, "mandatory_for": "; ".join(entry["mandatory_for"])}
            shown = facts if place == 0 else {"title": entry["title"]}
            yield [str({**shown, **position}.get(name, "")) for name in HEAD]
