"""A stored trace, made ready for the component that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from clm.pages.formats import as_decimal, as_instant, decimal_text, duration_text, instant_text

Json = Mapping[str, Any]


def value_text(value: Any) -> str:
    """A value of a trace as text: numbers with separators and every digit, instants in the person's zone."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return ", ".join(value_text(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name.replace('_', ' ')}: {value_text(item)}" for name, item in value.items())
    exact = as_decimal(value)
    if exact is not None:
        return decimal_text(exact)
    instant = as_instant(value) if isinstance(value, datetime) or "T" in str(value) else None
    return instant_text(instant) if instant else str(value)


def unit_note(value: Any, unit: str) -> str:
    """A long span in seconds also reads in hours and minutes."""
    exact = as_decimal(value)
    return duration_text(exact) if unit in ("s", "seconds") and exact is not None and abs(exact) >= 60 else ""


def present(trace: Json, *, clause_url: str = "", samples_url: str = "", entries: Iterable[Any] = ()) -> dict[str, Any]:
    """Context of components/trace.html from `Trace.as_json()`; what a trace lacks is left out, not shown empty."""
    unit = trace.get("unit", "")
    return {
        "title": trace.get("title", ""),
        "value": value_text(trace.get("value")),
        "unit": unit,
        "clause": _clause(trace.get("clause"), clause_url),
        "inputs": [_input(row) for row in trace.get("inputs") or ()],
        "formula": trace.get("formula", ""),
        "parameters": [
            (name.replace("_", " "), value_text(value)) for name, value in (trace.get("parameters") or {}).items()
        ],
        "steps": [_step(row) for row in trace.get("steps") or ()],
        "computed_at": as_instant(trace.get("computed_at")),
        "samples_url": samples_url or trace.get("samples_url", ""),
        "entries": list(entries or trace.get("entries") or ()),
    }


def _input(row: Json) -> dict[str, Any]:
    unit = row.get("unit", "")
    return {
        **row,
        "value": value_text(row.get("value")),
        "unit": unit,
        "note": unit_note(row.get("value"), unit),
    }


def _step(row: Json) -> dict[str, Any]:
    return {**row, "value": value_text(row.get("value"))}


def _clause(clause: Json | None, url: str) -> dict[str, Any] | None:
    if not clause:
        return None
    return {
        "quote": clause.get("quote", ""),
        "number": clause.get("clause_number", clause.get("number", "")),
        "url": url or clause.get("url", ""),
        "reference": clause.get("contract_reference", ""),
        "version": clause.get("version_number", clause.get("version", "")),
        "hash": clause.get("content_hash", clause.get("hash", "")),
    }
