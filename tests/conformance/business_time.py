"""Deadlines in business time, and the open time between two instants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from clm.lib.business_time import (
    Boundary,
    BusinessCalendar,
    Counting,
    DayLength,
    Hours,
    MinuteRounding,
    PauseTime,
    due_at,
    open_time_between,
)
from clm.lib.errors import DomainError
from clm.lib.intervals import Interval, seconds_of
from tests.conformance.cases import Case, files_named, read_json

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# What a case calls where sources disagree. One that says `any` does not tell the readings apart.
BOUNDARIES = {"lazy": Boundary.NEXT_OPENING}
READINGS: dict[str, dict[str, Any]] = {
    "elapsed_wall_clock": {"days": DayLength.NOMINAL},
    "elapsed_minutes_floor": {"rounding": MinuteRounding.FLOOR},
    "elapsed_minutes_ceiling": {"rounding": MinuteRounding.CEILING},
    "elapsed_minutes_ceil": {"rounding": MinuteRounding.CEILING},
    "due_wall_clock": {"days": DayLength.NOMINAL},
    "due_minutes_floor": {"rounding": MinuteRounding.FLOOR},
    "due_minutes_ceiling": {"rounding": MinuteRounding.CEILING},
    "due_minutes_ceil": {"rounding": MinuteRounding.CEILING},
}


def cases(path: Path) -> Iterator[Case]:
    """One case per row of every JSON file."""
    for file in files_named(path, "*.json"):
        document = read_json(file)
        for row in document["cases"] if isinstance(document, dict) else document:
            yield Case(str(row["id"]), *_compared(row), bool(row.get("contested")))


def _compared(row: Mapping[str, Any]) -> tuple[Any, Any]:
    """What was expected and what the engine says, in the words of the case."""
    expected = row["expected"]
    try:
        calendar = calendar_of(row["calendar"])
        got = _answer(row, calendar)
        if isinstance(expected, str):
            expected = _instant(expected, calendar.place)
    except DomainError as refusal:
        return expected, {"error": refusal.code}
    except (ValueError, KeyError) as unread:
        return expected, {"error": f"unreadable: {unread}"}
    return expected, got


def _answer(row: Mapping[str, Any], calendar: BusinessCalendar) -> datetime | Decimal:
    place, operation = calendar.place, row["op"]
    pauses = [Interval(_instant(start, place), _instant(end, place)) for start, end in row.get("pauses") or ()]
    counting, start = counting_of(row), _instant(row["start"], place)
    if operation.startswith("due"):
        return due_at(calendar, start, _length(row["seconds"]), pauses, counting).astimezone(place)
    if not operation.startswith("elapsed"):
        raise ValueError(f"there is no operation {operation}")
    seconds = seconds_of(open_time_between(calendar, start, _instant(row["end"], place), pauses, counting))
    return seconds / 60 if "minutes" in operation else seconds


def counting_of(row: Mapping[str, Any]) -> Counting:
    settings = {
        "boundary": BOUNDARIES.get(row.get("boundary") or "", Boundary.CLOSING),
        **READINGS.get(row["op"], {}),
    }
    if row.get("pause_time") or row.get("pauses_in"):
        settings["pauses"] = PauseTime(row.get("pause_time") or row["pauses_in"])
    return Counting(**settings)


def calendar_of(stated: Mapping[str, Any]) -> BusinessCalendar:
    weekly = {WEEKDAYS.index(day[:3].lower()): _hours(spans) for day, spans in stated["hours"].items()}
    special = {date.fromisoformat(day): _hours(spans) for day, spans in (stated.get("special") or {}).items()}
    holidays = frozenset(date.fromisoformat(day) for day in stated.get("holidays") or ())
    return BusinessCalendar(stated["tz"], weekly, holidays, special)


def _hours(spans: list[list[str]]) -> list[Hours]:
    return [Hours(_clock(opens), _clock(closes)) for opens, closes in spans]


def _clock(text: str) -> timedelta:
    hours, minutes, *seconds = (int(part) for part in text.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)


def _instant(text: str, place: ZoneInfo) -> datetime:
    """A time without a zone is in the calendar's."""
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=place)


def _length(seconds: int | Decimal) -> timedelta:
    return timedelta(microseconds=int(Decimal(seconds).scaleb(6)))
