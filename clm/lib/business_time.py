"""Business time: deadlines that add open time of a calendar from a start, and the open time between two instants.

Time is counted along a line. On the line of elapsed time an hour is an hour, and a Sunday on which clocks are set back
has 25 of them; on the nominal line it has the 24 that the clock on the wall shows. Openings are half-open: at the
moment of closing a calendar is closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from clm.lib.errors import Invalid
from clm.lib.intervals import Interval, in_utc, subtract, total_length, union

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
NOTHING = timedelta()
# What is open in none of so many days is taken for never open: a leap day comes back after eight years at most.
NEVER = 10 * 366
# No deadline is farther away: each day is looked at.
FARTHEST = 50 * 366


class Boundary(StrEnum):
    """When a budget is due that is spent exactly at closing: then, or at the next opening."""

    CLOSING = "closing"
    NEXT_OPENING = "next_opening"


class PauseTime(StrEnum):
    """What a pause takes from the clock: the open time in it, or all of it, so that a night on hold moves a deadline
    by a night."""

    BUSINESS = "business"
    WALL = "wall"


class MinuteRounding(StrEnum):
    NONE = "none"
    FLOOR = "floor"
    CEILING = "ceiling"


class DayLength(StrEnum):
    """What a day has on which clocks are set: the hours that pass, or those that the clock shows."""

    ELAPSED = "elapsed"
    NOMINAL = "nominal"


@dataclass(frozen=True)
class Counting:
    """How an agreement counts, for real products disagree. The defaults are those of the domain's definition."""

    boundary: Boundary = Boundary.CLOSING
    pauses: PauseTime = PauseTime.BUSINESS
    rounding: MinuteRounding = MinuteRounding.NONE
    days: DayLength = DayLength.ELAPSED


@dataclass(frozen=True, order=True)
class Hours:
    """[opens, closes) of one local day, as time since its midnight; it may close at 24:00. Anything else, or what
    closes before it opens, is `hours_invalid`."""

    opens: timedelta
    closes: timedelta

    def __post_init__(self) -> None:
        if not NOTHING <= self.opens < self.closes <= DAY:
            raise Invalid("hours_invalid", "Hours open and then close within one day, at 24:00 at the latest.")


@dataclass(frozen=True)
class BusinessCalendar:
    """`weekly`: the hours of each weekday (Monday is 0); a day without any is closed, and so is a holiday. `special`:
    dates with hours of their own, none for closed, whatever the weekday and even on a holiday.

    Hours that overlap count once. An unknown zone is `unknown_zone`.
    """

    zone: str = "UTC"
    weekly: Mapping[int, Sequence[Hours]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()
    special: Mapping[date, Sequence[Hours]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "_place", ZoneInfo(self.zone))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Invalid("unknown_zone", f"There is no time zone {self.zone}.") from None

    @property
    def place(self) -> ZoneInfo:
        found: ZoneInfo = self.__dict__["_place"]
        return found

    def hours_on(self, day: date) -> Sequence[Hours]:
        if day in self.special:
            return self.special[day]
        return () if day in self.holidays else self.weekly.get(day.weekday(), ())


AROUND_THE_CLOCK = BusinessCalendar(weekly={day: (Hours(NOTHING, DAY),) for day in range(7)})


def due_at(
    calendar: BusinessCalendar,
    start: datetime,
    budget: timedelta,
    pauses: Iterable[Interval] = (),
    counting: Counting = Counting(),  # noqa: B008 - a frozen value
) -> datetime:
    """The instant, in UTC, at which the budget of open time from `start` is spent, `pauses` not counted.

    No budget is due at the first moment that is open. One below zero goes back from `start` and ends at the earliest
    moment that leaves it. A calendar that never opens again is `never_open`, and a date out of reach
    `date_out_of_range`.
    """
    line = _Line(calendar, counting.days)
    stops = line.through(pauses)
    ignored = stops if counting.pauses is PauseTime.BUSINESS else ()
    if budget < NOTHING:
        return _rounded(line.instant(line.back(line.at(start), -budget, ignored)), counting.rounding)
    due = line.forward(line.at(start), budget, ignored, counting.boundary)
    if counting.pauses is PauseTime.WALL:
        due = _later(due, line.at(start), stops)
    return _rounded(max(line.instant(due), in_utc(start)), counting.rounding)


def open_time_between(
    calendar: BusinessCalendar,
    start: datetime,
    end: datetime,
    pauses: Iterable[Interval] = (),
    counting: Counting = Counting(),  # noqa: B008 - a frozen value
) -> timedelta:
    """The open time in [start, end) without the pauses; none where the end is not after the start."""
    line = _Line(calendar, counting.days)
    first, last = line.at(start), line.at(end)
    if last <= first:
        return NOTHING
    whole, stops = Interval(first, last), line.through(pauses)
    openings = list(line.openings(whole))
    if counting.pauses is PauseTime.BUSINESS:
        return _to_the_minute(total_length(subtract(openings, stops)), counting.rounding)
    taken = total_length(Interval(max(stop.start, first), min(stop.end, last)) for stop in _meeting(stops, whole))
    return _to_the_minute(max(total_length(openings) - taken, NOTHING), counting.rounding)


def openings_between(
    calendar: BusinessCalendar, start: datetime, end: datetime, days: DayLength = DayLength.ELAPSED
) -> tuple[Interval, ...]:
    """When the calendar is open in [start, end), in order."""
    line = _Line(calendar, days)
    found = line.openings(Interval(line.at(start), max(line.at(start), line.at(end))))
    return union(Interval(line.instant(each.start), line.instant(each.end)) for each in found)


def is_open_at(calendar: BusinessCalendar, instant: datetime) -> bool:
    return bool(openings_between(calendar, instant, in_utc(instant) + timedelta(microseconds=1)))


class _Line:
    """Instants and openings on the line along which time is counted. A nominal one is what the wall shows, called UTC:
    of an hour that comes twice both are the same there, and one that is left out passes in no time."""

    def __init__(self, calendar: BusinessCalendar, days: DayLength) -> None:
        self.calendar = calendar
        self.is_nominal = days is DayLength.NOMINAL

    def at(self, instant: datetime) -> datetime:
        moment = in_utc(instant)
        return moment.astimezone(self.calendar.place).replace(tzinfo=UTC, fold=0) if self.is_nominal else moment

    def instant(self, point: datetime) -> datetime:
        return point.replace(tzinfo=self.calendar.place).astimezone(UTC) if self.is_nominal else point

    def through(self, pauses: Iterable[Interval]) -> tuple[Interval, ...]:
        ends = ((self.at(pause.start), self.at(pause.end)) for pause in pauses)
        return union(Interval(start, max(start, end)) for start, end in ends)

    def openings(self, whole: Interval) -> Iterator[Interval]:
        """Those within it, cut to it, in order."""
        day, last = self._day(whole.start) - DAY, self._day(whole.end)
        while day <= last:
            for each in self._open_on(day):
                start, end = max(each.start, whole.start), min(each.end, whole.end)
                if start < end:
                    yield Interval(start, end)
            day += DAY

    def forward(self, start: datetime, budget: timedelta, stops: Sequence[Interval], boundary: Boundary) -> datetime:
        left, spent_at = budget, None
        for each in self._running_from(start, stops):
            if spent_at is not None:
                # Closed at the moment when it was spent, unless only a pause began there.
                return spent_at if self._is_open(spent_at) else each.start
            if left < each.length:
                return each.start + left
            left -= each.length
            if left == NOTHING:
                if boundary is Boundary.CLOSING:
                    return each.end
                spent_at = each.end
        if spent_at is None:
            raise Invalid("never_open", "The calendar does not open again.")
        return spent_at

    def back(self, start: datetime, budget: timedelta, stops: Sequence[Interval]) -> datetime:
        left = budget
        for each in self._running_until(start, stops):
            if left <= each.length:
                return each.end - left
            left -= each.length
        raise Invalid("never_open", "The calendar was not open before.")

    def _is_open(self, point: datetime) -> bool:
        return any(self.openings(Interval(point, point + timedelta(microseconds=1))))

    def _running_from(self, start: datetime, stops: Sequence[Interval]) -> Iterator[Interval]:
        """The stretches in which the clock runs, in their order. Ends where nothing opens for as long as NEVER says."""
        for openings in self._days(self._day(start) - DAY, DAY):
            ahead = [Interval(max(each.start, start), each.end) for each in openings if each.end > start]
            yield from subtract(ahead, stops)

    def _running_until(self, start: datetime, stops: Sequence[Interval]) -> Iterator[Interval]:
        """Those before it, the last first."""
        for openings in self._days(self._day(start), -DAY):
            behind = [Interval(each.start, min(each.end, start)) for each in openings if each.start < start]
            yield from reversed(subtract(behind, stops))

    def _days(self, day: date, step: timedelta) -> Iterator[tuple[Interval, ...]]:
        """The openings day by day, as long as any comes. What is farther than FARTHEST is `date_out_of_range`."""
        closed = 0
        try:
            for _each in range(FARTHEST):
                openings = self._open_on(day)
                closed = 0 if openings else closed + 1
                if closed > NEVER:
                    return
                yield openings
                day += step
        except OverflowError:
            pass
        raise Invalid("date_out_of_range", "A deadline is fifty years away at most.")

    def _day(self, point: datetime) -> date:
        return point.date() if self.is_nominal else point.astimezone(self.calendar.place).date()

    def _open_on(self, day: date) -> tuple[Interval, ...]:
        hours = self.calendar.hours_on(day)
        points = ((self._point(day, each.opens), self._point(day, each.closes)) for each in hours)
        return union(Interval(opens, max(opens, closes)) for opens, closes in points)

    def _point(self, day: date, since_midnight: timedelta) -> datetime:
        """Of an hour that comes twice the first; of one that is left out the same time after the hour before it."""
        wall = datetime.combine(day, time.min) + since_midnight
        if self.is_nominal:
            return wall.replace(tzinfo=UTC)
        return wall.replace(tzinfo=self.calendar.place).astimezone(UTC)


def _meeting(stops: Iterable[Interval], whole: Interval) -> Iterator[Interval]:
    return (stop for stop in stops if stop.start < whole.end and stop.end > whole.start)


def _later(due: datetime, start: datetime, stops: Sequence[Interval]) -> datetime:
    """The deadline, moved by all of every pause that begins before it."""
    for stop in stops:
        if stop.end > start and stop.start < due:
            due += stop.end - max(stop.start, start)
    return due


def _rounded(instant: datetime, rounding: MinuteRounding) -> datetime:
    return datetime.fromtimestamp(0, UTC) + _to_the_minute(instant - datetime.fromtimestamp(0, UTC), rounding)


def _to_the_minute(length: timedelta, rounding: MinuteRounding) -> timedelta:
    if rounding is MinuteRounding.NONE:
        return length
    whole, rest = divmod(length, MINUTE)
    return (whole + (1 if rest and rounding is MinuteRounding.CEILING else 0)) * MINUTE
