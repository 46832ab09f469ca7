"""Windows of evaluation: calendar periods in a zone, contract years and rolling days, as half-open UTC instants.

A day of 23 or 25 hours is a window of 23 or 25 hours. Windows of one kind cover time without gap or overlap, but for
rolling ones, which overlap by design.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from clm.lib.errors import Invalid
from clm.lib.intervals import MICROSECOND, Interval, in_utc
from clm.lib.months import add_months, whole_months_between

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


class WindowKind(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ANNIVERSARY = "anniversary"
    ROLLING = "rolling"


@dataclass(frozen=True)
class Window:
    """[start, end) in UTC. `first` and `last` are the local dates it covers, both included; equal for an hour."""

    kind: WindowKind
    zone: str
    start: datetime
    end: datetime
    first: date
    last: date

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.end)

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def window_at(
    kind: WindowKind | str, zone: str, instant: datetime, anchor: date | None = None, days: int | None = None
) -> Window:
    """The window that covers the instant. Weeks begin on Monday (ISO 8601).

    `anchor` is a contract year's first day (29 February falls on the 28th in other years). A rolling window is the
    `days` local days that end with the instant's. Missing or senseless parameters are `window_invalid`.
    """
    kind = _checked(WindowKind(kind), anchor, days)
    moment = in_utc(instant)
    if kind is WindowKind.HOUR:
        return _hour_at(zone, moment)
    day = moment.astimezone(place(zone)).date()
    window = _window_of(kind, zone, day, anchor, days)
    # Clocks set back over midnight bring a date back after the next one began; instants decide, not dates.
    while moment >= window.end:
        window = _window_of(kind, zone, window.last + DAY, anchor, days)
    return window


def windows_between(
    kind: WindowKind | str,
    zone: str,
    start: datetime,
    end: datetime,
    anchor: date | None = None,
    days: int | None = None,
) -> Iterator[Window]:
    """Every window that shares an instant with [start, end), in order and whole; `clipped` cuts the outer ones.

    Rolling windows are those that end with a local day of [start, end): one a day.
    """
    moment, until = in_utc(start), in_utc(end)
    while moment < until:
        window = window_at(kind, zone, moment, anchor, days)
        yield window
        moment = window.end


def clipped(window: Window, start: datetime | None = None, end: datetime | None = None) -> Window | None:
    """The part of the window within [start, end); None where nothing is left. Its dates follow."""
    low = max(window.start, in_utc(start)) if start else window.start
    high = min(window.end, in_utc(end)) if end else window.end
    if low >= high:
        return None
    local = place(window.zone)
    first, last = low.astimezone(local).date(), (high - MICROSECOND).astimezone(local).date()
    return replace(window, start=low, end=high, first=first, last=max(first, last))


def label(window: Window) -> str:
    """A short name, the same in every language: 2026-03, 2026-Q1, 2026-W05, 2026-03-29, 2026-03-29 02:00+0200."""
    first = window.first
    if window.kind is WindowKind.HOUR:
        return window.start.astimezone(place(window.zone)).strftime("%Y-%m-%d %H:%M%z")
    if window.kind is WindowKind.WEEK:
        week = first.isocalendar()
        return f"{week.year:04}-W{week.week:02}"
    names = {
        WindowKind.DAY: f"{first}",
        WindowKind.MONTH: f"{first:%Y-%m}",
        WindowKind.QUARTER: f"{first:%Y}-Q{(first.month + 2) // 3}",
        WindowKind.YEAR: f"{first:%Y}",
    }
    return names.get(window.kind, f"{first} – {window.last}")


def place(zone: str) -> ZoneInfo:
    """The IANA zone of that name, else `zone_unknown`."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("zone_unknown", f"{zone!r} is not an IANA time zone.") from None


def start_of_day(day: date, zone: str) -> datetime:
    """The first instant of a local day in UTC; where midnight is skipped, the instant after the gap."""
    return datetime.combine(day, time(), place(zone)).astimezone(UTC)


def _checked(kind: WindowKind, anchor: date | None, days: int | None) -> WindowKind:
    if kind is WindowKind.ANNIVERSARY and anchor is None:
        raise Invalid("window_invalid", "A contract year needs the day it is counted from.")
    if kind is WindowKind.ROLLING and (days is None or days < 1):
        raise Invalid("window_invalid", "A rolling window needs a number of days.")
    return kind


def _window_of(kind: WindowKind, zone: str, day: date, anchor: date | None, days: int | None) -> Window:
    first, after = _span(kind, day, anchor or day, days or 1)
    return Window(kind, zone, start_of_day(first, zone), start_of_day(after, zone), first, after - DAY)


def _span(kind: WindowKind, day: date, anchor: date, days: int) -> tuple[date, date]:
    """The window's first local day and the first one after it."""
    if kind is WindowKind.DAY:
        return day, day + DAY
    if kind is WindowKind.WEEK:
        monday = day - DAY * day.weekday()
        return monday, monday + 7 * DAY
    if kind is WindowKind.ROLLING:
        return day - DAY * (days - 1), day + DAY
    months = {WindowKind.MONTH: 1, WindowKind.QUARTER: 3}.get(kind, 12)
    origin = anchor if kind is WindowKind.ANNIVERSARY else date(day.year, 1, 1)
    offset = whole_months_between(origin, day) // months * months
    return add_months(origin, offset), add_months(origin, offset + months)


def _hour_at(zone: str, moment: datetime) -> Window:
    """The local clock hour, cut where the clock is changed inside it (zones that move by half an hour)."""
    local = moment.astimezone(place(zone))
    into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    start, end = moment - into, moment - into + HOUR
    start = _offset_change(zone, start, moment) or start
    end = _offset_change(zone, moment, end - MICROSECOND) or end
    return Window(WindowKind.HOUR, zone, start, end, local.date(), local.date())


def _offset_change(zone: str, low: datetime, high: datetime) -> datetime | None:
    """The first whole second in (low, high] with high's offset from UTC; None where low has it already."""
    local = place(zone)
    offset = high.astimezone(local).utcoffset()
    if low.astimezone(local).utcoffset() == offset:
        return None
    before, after = int(low.timestamp()), int(high.timestamp())
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, UTC).astimezone(local).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return datetime.fromtimestamp(after, UTC)
