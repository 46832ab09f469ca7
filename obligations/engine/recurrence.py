"""When a duty falls due, and when people are told of a date. Dates only; the caller knows the zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from clm.lib.months import add_months

# When in the day, in the zone of the contract, people are told of what a date brings.
MORNING = time(8, 0)


def due_dates(
    first: date, *, recurrence: str, interval: int, until: date, ends_on: date | None = None
) -> Iterator[date]:
    """Every due date from `first` up to and including `until` (and `ends_on`), in order.

    `recurrence` is once, days or months. Months are counted from `first` and clamped to the month's last day
    (31 January, then 28 February, then 31 March), so the day of the month never drifts.
    Raises ValueError for an interval below 1.
    """
    if interval < 1:
        raise ValueError("a recurrence needs an interval of at least 1")
    last = min(until, ends_on) if ends_on else until
    for index in range(1) if recurrence == "once" else count():
        due = _nth(first, recurrence, interval * index)
        if due > last:
            return
        yield due


def _nth(first: date, recurrence: str, steps: int) -> date:
    if recurrence == "months":
        return add_months(first, steps)
    return first + timedelta(days=steps)


def morning_of(day: date, zone: str) -> datetime:
    """The instant (UTC) at which the day's reminders go out: 8 in the morning of the zone."""
    return datetime.combine(day, MORNING, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def end_of(day: date, zone: str) -> datetime:
    """The instant (UTC) at which the day is over in the zone."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def next_reminder(
    due_on: date, days_before: Sequence[int], *, zone: str, after: datetime, closes_at: datetime | None = None
) -> datetime:
    """The first instant later than `after` at which something happens to a date: a reminder, else its end.

    It ends with its day unless `closes_at` says earlier; no reminder follows that.
    """
    end = closes_at or end_of(due_on, zone)
    mornings = sorted(morning_of(due_on - timedelta(days=days), zone) for days in days_before)
    return next((instant for instant in mornings if after < instant < end), end)
