"""CSV files of telemetry: which columns mean what. Decides nothing about the values but how they are spelt."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clm.lib.errors import Invalid

MAX_LINES = 1_000_000
CSV_ROW = Mapping[str, str]
_SAID = ("status", "good", "valid", "value", "histogram", "sum")


@dataclass(frozen=True)
class Line:
    """A line of the file (the header is line 1) as a row for the ingest, or why it cannot be one."""

    number: int
    row: dict[str, Any] | None
    problem: str = ""


@dataclass(frozen=True)
class TelemetryFile:
    """A file that was understood: `shape` names the kind of columns."""

    shape: str
    is_outages: bool
    lines: list[Line]

    def keys(self) -> list[str]:
        """The keys that its rows name, each once, in the file's order."""
        return list(dict.fromkeys(line.row["indicator"] for line in self.lines if line.row and line.row["indicator"]))


@dataclass(frozen=True)
class _Shape:
    """`columns` make the shape, `others` it may have; `key` names the column that says which indicator a row is of."""

    name: str
    columns: frozenset[str]
    is_outages: bool
    row: Callable[[CSV_ROW, str], dict[str, Any]]
    key: str
    others: frozenset[str] = frozenset()

    def shared_with(self, header: Iterable[str]) -> int:
        return len((self.columns | self.others) & set(header))


def _sample(row: CSV_ROW, key: str) -> dict[str, Any]:
    named = {name: row[name] for name in _SAID if row.get(name)}
    return {"indicator": row.get("indicator") or key, "at": row["at"], **named}


def _outage(row: CSV_ROW, key: str) -> dict[str, Any]:
    names = ("external_id", "starts_at", "ends_at", "title", "severity")
    return {"indicator": row.get("indicator") or key, **{name: row.get(name, "") for name in names}}


def _check(row: CSV_ROW, _key: str) -> dict[str, Any]:
    """A status that the source spells in a way of its own is unknown."""
    status = row["status"].strip().lower()
    known = status if status in ("up", "down", "degraded") else "unknown"
    return {"indicator": row["service"], "at": row["checked_at"], "status": known}


def _down(row: CSV_ROW, _key: str) -> dict[str, Any]:
    return {"indicator": row["service"], "starts_at": row["down_from"], "ends_at": row["up_at"]}


def _incident(row: CSV_ROW, key: str) -> dict[str, Any]:
    """Incidents can have several windows, so the start belongs to the identifier."""
    return {
        "indicator": row.get("service") or key,
        "external_id": f"{row['incident_id']}@{row['downtime_start']}",
        "starts_at": row["downtime_start"],
        "ends_at": row["downtime_end"],
        "title": row.get("title", ""),
        "severity": row.get("impact", ""),
    }


_INCIDENT = frozenset({"incident_id", "downtime_start", "downtime_end"})
_OF_OUTAGES = frozenset({"indicator", "external_id", "title", "severity"})
_OF_SAMPLES = frozenset({"indicator", *_SAID})
# What a sample says: one of these sets of columns.
_READINGS = (frozenset({"status"}), frozenset({"good", "valid"}), frozenset({"value"}), frozenset({"histogram"}))
SHAPES = (
    _Shape("status checks", frozenset({"checked_at", "service", "status"}), False, _check, "service"),
    _Shape("outages by service", frozenset({"service", "down_from", "up_at"}), True, _down, "service"),
    _Shape("incident windows", _INCIDENT, True, _incident, "service", frozenset({"service", "title", "impact"})),
    _Shape("outages", frozenset({"starts_at", "ends_at"}), True, _outage, "indicator", _OF_OUTAGES),
    _Shape("samples", frozenset({"at"}), False, _sample, "indicator", _OF_SAMPLES),
)


def read_file(content: bytes, *, indicator: str = "") -> TelemetryFile:
    """The file's rows. Raises Invalid `csv_not_text`, `csv_unknown_columns`, `csv_column_missing`, `csv_too_long`.

    `indicator` is the key for shapes whose rows need not name one.
    """
    reader = csv.DictReader(io.StringIO(_text(content), newline=""), strict=True)
    header = [name.strip() for name in _header(reader)]
    shape = _shape_of(header)
    _check_columns(shape, header, indicator)
    lines: list[Line] = []
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return TelemetryFile(shape.name, shape.is_outages, lines)
        except csv.Error as fault:
            lines.append(Line(reader.line_num, None, f"cannot be read as CSV: {fault}"))
            continue
        if len(lines) == MAX_LINES:
            raise Invalid("csv_too_long", f"A file has at most {MAX_LINES} rows; send it in parts.")
        lines.append(_line(reader.line_num, row, shape, indicator))


def _line(number: int, row: Mapping[str | Any, Any], shape: _Shape, indicator: str) -> Line:
    if None in row or None in row.values():
        return Line(number, None, "has another number of cells than the header")
    return Line(number, shape.row({name.strip(): cell for name, cell in row.items()}, indicator))


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("csv_not_text", "The file is not text in UTF-8.") from None
    if "\0" in text:
        raise Invalid("csv_not_text", "The file is not text.")
    return text


def _header(reader: csv.DictReader[str]) -> list[str]:
    try:
        return list(reader.fieldnames or ())
    except csv.Error:
        return []


def _shape_of(header: list[str]) -> _Shape:
    for shape in SHAPES:
        if shape.columns <= set(header):
            return shape
    nearest = max(SHAPES, key=lambda shape: shape.shared_with(header))
    if nearest.shared_with(header):
        raise _missing(sorted(nearest.columns - set(header)), header)
    wanted = "; ".join(", ".join(sorted({shape.key} | shape.columns)) for shape in SHAPES)
    raise Invalid("csv_unknown_columns", f"The columns are none that telemetry comes in. Known: {wanted}.")


def _check_columns(shape: _Shape, header: Sequence[str], indicator: str) -> None:
    """A file whose every row would be refused for the same column is refused as a whole."""
    if shape.key not in header and not indicator:
        raise _missing([shape.key], header, "It says which indicator a row is of; or name one key for the whole file.")
    if shape.name == "samples" and not any(reading <= set(header) for reading in _READINGS):
        raise _missing(
            ["status"],
            header,
            "Counts come in “good” and “valid” instead, measured quantities in “value”, latencies in “histogram”.",
        )


def _missing(names: Sequence[str], header: Sequence[str], hint: str = "") -> Invalid:
    wanted = ", ".join(f"“{name}”" for name in names)
    column = "column" if len(names) == 1 else "columns"
    text = f"The file lacks the {column} {wanted}: its first line names {', '.join(header)[:300]}."
    return Invalid("csv_column_missing", f"{text} {hint}".strip())
