"""When a day ends for a notice: at midnight, or earlier at an hour the contract states, in the contract's own zone.

Notice counts as long as the zone's clocks show less than the stated time of that day, for the last time. From that
one rule follow the days on which clocks are changed. A time that is skipped (clocks go forward over it) ends when they
jump. A time inside a stretch that is shown twice (clocks go back over it) ends at its second showing; the stretch's
very first moment ends at its first showing, since the clocks never show less again. A day that a zone left out ends
as it begins. Without a stated time the day ends at 24:00, the first moment at which the clocks show a later date.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from clm.lib.errors import Invalid

MIDNIGHT = time(0)
INSTANT = timedelta(microseconds=1)


def refuse_odd_end(ends_at: time | None) -> None:
    """Raises Invalid `day_end_invalid` for 00:00, which would leave the day no time, and for a time with a zone."""
    if ends_at is None:
        return
    if ends_at.replace(tzinfo=None) == MIDNIGHT:
        raise Invalid("day_end_invalid", "A day that ends at 00:00 has no time: leave it empty for 24:00.")
    if ends_at.tzinfo is not None:
        raise Invalid("day_end_invalid", "The end of the day is a local time, in the contract's zone.")


def closes_at(day: date, ends_at: time | None, zone: str) -> datetime:
    """The instant (UTC) from which on notice no longer counts on its last day: half-open, the instant is too late.

    `ends_at` None is 24:00. Raises Invalid `date_out_of_range` at the ends of the calendar.
    """
    try:
        wall = datetime.combine(day, ends_at) if ends_at else datetime.combine(day + timedelta(days=1), MIDNIGHT)
        return _last_before(wall.replace(fold=0), ZoneInfo(zone))
    except OverflowError:
        raise Invalid("date_out_of_range", f"The end of {day} leaves the calendar.") from None


def is_skipped(wall: datetime, zone: str) -> bool:
    """Whether the zone's clocks never show this date and time."""
    first, second = _showings(wall, ZoneInfo(zone))
    return first > second


def is_doubled(wall: datetime, zone: str) -> bool:
    """Whether the zone's clocks show this date and time twice."""
    first, second = _showings(wall, ZoneInfo(zone))
    return first < second


def _showings(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which clocks show it: one twice; two, in order; or, when skipped, the two in reverse order that
    the offset before and the one after the jump give."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return first, second


def _last_before(wall: datetime, zone: ZoneInfo) -> datetime:
    """The end of the last stretch of time in which the zone's clocks show less than `wall`."""
    first, second = _showings(wall, zone)
    if first > second:
        return _jump(wall, zone, second, first)
    return second if _shown(second - INSTANT, zone) < wall else first


def _jump(wall: datetime, zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The instant between these two at which clocks go from less than `wall` to more: found by halving, to the second.

    Changes of clocks fall on whole seconds of UTC."""
    low, high = int(before.timestamp() // 1), int(-(-after.timestamp() // 1))
    while high - low > 1:
        middle = (low + high) // 2
        is_before = _shown(datetime.fromtimestamp(middle, UTC), zone) < wall
        low, high = (middle, high) if is_before else (low, middle)
    return datetime.fromtimestamp(high, UTC)


def _shown(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)
