"""A stored trace, made ready for the component that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from clm.pages.formats import as_decimal, as_instant, date_text, decimal_text, duration_text, instant_text

Json = Mapping[str, Any]
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
CODE = re.compile(r"[a-z]+(_[a-z]+)+")


def value_text(value: Any) -> str:
    """A value of a trace as text: numbers with separators and every digit, instants in the person's zone."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (list, tuple)):
        return ", ".join(value_text(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name.replace('_', ' ')}: {value_text(item)}" for name, item in value.items())
    exact = None if isinstance(value, str) and "e" in value.lower() else as_decimal(value)
    if exact is not None:  # the beginning of a hash, such as 302e284, is no number
        return decimal_text(exact)
    instant = as_instant(value) if isinstance(value, datetime) or "T" in str(value) else None
    return instant_text(instant) if instant else _day_text(value) or str(value)


def _day_text(value: Any) -> str:
    """A calendar day, or the ISO text of one, in the person's language; empty for anything else."""
    if isinstance(value, date):
        return date_text(value)
    return date_text(date.fromisoformat(value)) if isinstance(value, str) and ISO_DAY.fullmatch(value) else ""


def code_text(value: Any) -> str:
    """A parameter's value: a code such as `preceding_business_day` in words, anything else as it is."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name.replace('_', ' ')}: {code_text(item)}" for name, item in value.items())
    return value.replace("_", " ") if isinstance(value, str) and CODE.fullmatch(value) else value_text(value)


def unit_note(value: Any, unit: str) -> str:
    """A long span in seconds also reads in hours and minutes."""
    exact = as_decimal(value)
    return duration_text(exact) if unit in ("s", "seconds") and exact is not None and abs(exact) >= 60 else ""


def present(
    trace: Json,
    *,
    clause_url: str = "",
    samples_url: str = "",
    entries: Iterable[Any] = (),
    rests_on: Json | None = None,
) -> dict[str, Any]:
    """Context of components/trace.html from `Trace.as_json()`; what a trace lacks is left out, not shown empty.

    `rests_on` {"text", "url", "read"} names the version that its terms come from: where an input that says nothing
    else was read, in the words of `read`."""
    unit = _unit(trace)
    parameters = trace.get("parameters") or {}
    return {
        "title": trace.get("title", ""),
        "value": value_text(trace.get("value")),
        "unit": unit,
        "clause": _clause(trace.get("clause"), clause_url),
        "rests_on": rests_on,
        "inputs": [_input(_with_source(row, rests_on)) for row in trace.get("inputs") or ()],
        "formula": trace.get("formula", ""),
        "parameters": [(name.replace("_", " "), parameter_text(name, value)) for name, value in parameters.items()],
        "steps": [_step(row, str(parameters.get("time_zone", ""))) for row in trace.get("steps") or ()],
        "computed_at": as_instant(trace.get("computed_at")),
        "samples_url": samples_url or trace.get("samples_url", ""),
        "entries": list(entries or trace.get("entries") or ()),
    }


def _input(row: Json) -> dict[str, Any]:
    unit = _unit(row)
    return {
        **row,
        "value": value_text(row.get("value")),
        "unit": unit,
        "note": unit_note(row.get("value"), unit),
    }


def _with_source(row: Json, rests_on: Json | None) -> Json:
    if rests_on is None or row.get("source") or row.get("url"):
        return row
    return {**row, "source": rests_on["read"], "url": rests_on["url"]}


def _step(row: Json, zone: str) -> dict[str, Any]:
    value = row.get("value")
    return {**row, "value": span_text(value, zone) or value_text(value), "unit": _unit(row)}


def span_text(value: Any, zone: str) -> str:
    """Two instants "start – end" of a stored step in the agreement's own zone; empty for anything else."""
    ends = [_stamp(part) for part in value.split(" – ")] if isinstance(value, str) and " – " in value else []
    if len(ends) != 2 or None in ends:
        return ""
    return " – ".join(instant_text(end, zone or "UTC") for end in ends if end is not None)


def _stamp(text: str) -> datetime | None:
    """The instant of a full ISO stamp, a calendar day alone is none."""
    return as_instant(text) if len(text) > len("2026-01-01") else None


def parameter_text(name: str, value: Any) -> str:
    """A parameter's value; the days of the weekend (0 is Monday) by their names."""
    if name == "weekend" and isinstance(value, (list, tuple)) and all(day in range(7) for day in value):
        return ", ".join(str(WEEKDAYS[int(day)]) for day in value)
    return code_text(value)


def _unit(row: Json) -> str:
    """A date says by itself that it is one."""
    unit: str = row.get("unit", "")
    return "" if unit == "date" else unit


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
