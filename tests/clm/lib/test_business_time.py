"""Deadlines and open time by a calendar, by example and by what must always hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.lib.business_time import (
    AROUND_THE_CLOCK,
    DAY,
    NOTHING,
    Boundary,
    BusinessCalendar,
    Counting,
    DayLength,
    Hours,
    MinuteRounding,
    PauseTime,
    due_at,
    is_open_at,
    open_time_between,
    openings_between,
)
from clm.lib.errors import Invalid
from clm.lib.intervals import Interval

HOUR = timedelta(hours=1)
EARLIEST = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


def hours(opens: float, closes: float) -> tuple[Hours, ...]:
    return (Hours(opens * HOUR, closes * HOUR),)


OFFICE = BusinessCalendar("Europe/Berlin", {day: hours(9, 17) for day in range(5)}, frozenset({date(2026, 12, 25)}))


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def test_what_is_spent_at_closing_is_due_then_or_at_the_next_opening() -> None:
    start = at("2026-12-24T13:00")  # the Thursday before a holiday and a weekend
    lazy = Counting(boundary=Boundary.NEXT_OPENING)

    assert due_at(OFFICE, start, 4 * HOUR) == at("2026-12-24T17:00")
    assert due_at(OFFICE, start, 4 * HOUR, counting=lazy) == at("2026-12-28T09:00")
    assert due_at(OFFICE, start, 3 * HOUR, counting=lazy) == at("2026-12-24T16:00")
    pause = [Interval(at("2026-12-24T15:00"), at("2026-12-24T16:00"))]
    assert due_at(OFFICE, start, 2 * HOUR, pause, lazy) == at("2026-12-24T15:00")  # open, and only on hold


def test_a_pause_takes_its_open_time_or_all_of_it() -> None:
    start, night = at("2026-12-21T15:00"), [Interval(at("2026-12-21T16:00"), at("2026-12-22T10:00"))]
    wall = Counting(pauses=PauseTime.WALL)

    assert due_at(OFFICE, start, 4 * HOUR, night) == at("2026-12-22T13:00")
    assert due_at(OFFICE, start, 4 * HOUR, night, wall) == at("2026-12-22T11:00") + 18 * HOUR
    end = at("2026-12-22T13:00")
    assert open_time_between(OFFICE, start, end, night) == 4 * HOUR
    assert open_time_between(OFFICE, start, end, night, wall) == NOTHING  # 6 h open, 18 h on hold
    assert due_at(OFFICE, start, HOUR / 2, night, wall) == at("2026-12-21T15:30")  # it begins after the deadline


def test_a_day_on_which_clocks_are_set_has_its_hours_or_nominal_ones() -> None:
    sundays = BusinessCalendar("Europe/Berlin", {6: hours(0, 24)})
    back, forward = at("2026-10-25T00:00"), at("2026-03-29T00:00")
    nominal = Counting(days=DayLength.NOMINAL)

    assert open_time_between(sundays, back, at("2026-10-26T00:00")) == 25 * HOUR
    assert open_time_between(sundays, back, at("2026-10-26T00:00"), counting=nominal) == 24 * HOUR
    assert open_time_between(sundays, forward, at("2026-03-30T00:00")) == 23 * HOUR
    assert open_time_between(sundays, forward, at("2026-03-30T00:00"), counting=nominal) == 24 * HOUR
    assert due_at(sundays, back, 24 * HOUR) == at("2026-10-25T23:00")
    assert due_at(sundays, back, 24 * HOUR, counting=nominal) == at("2026-10-26T00:00")
    again = at("2026-10-25T02:30").replace(fold=1)  # the second half past two
    assert due_at(sundays, again, NOTHING, counting=nominal) == again.astimezone(UTC)


def test_hours_that_a_change_of_clocks_leaves_out_do_not_open() -> None:
    night = BusinessCalendar("Europe/Berlin", {6: (Hours(2 * HOUR, 2.5 * HOUR), Hours(2.5 * HOUR, 5 * HOUR))})
    found = openings_between(night, at("2026-03-29T00:00"), at("2026-03-30T00:00"))
    assert found == (Interval(at("2026-03-29T03:00"), at("2026-03-29T05:00")),)
    twice = openings_between(night, at("2026-10-25T00:00"), at("2026-10-26T00:00"))
    assert twice == (Interval(at("2026-10-25T02:00"), at("2026-10-25T05:00")),)
    assert twice[0].length == 4 * HOUR


def test_a_date_of_its_own_prevails_over_weekday_and_holiday() -> None:
    special = {date(2026, 12, 25): hours(10, 12), date(2026, 12, 28): (), date(2026, 12, 27): hours(8, 9)}
    own = BusinessCalendar(OFFICE.zone, OFFICE.weekly, OFFICE.holidays, special)

    assert due_at(own, at("2026-12-24T17:00"), 3 * HOUR) == at("2026-12-27T09:00")
    assert due_at(own, at("2026-12-27T09:00"), HOUR) == at("2026-12-29T10:00")
    assert is_open_at(own, at("2026-12-25T10:00"))
    assert not is_open_at(own, at("2026-12-25T12:00"))


def test_minutes_are_rounded_as_agreed() -> None:
    start = at("2026-12-21T09:00:20")
    for rounding, seconds in ((MinuteRounding.NONE, 20), (MinuteRounding.FLOOR, 0), (MinuteRounding.CEILING, 60)):
        counting = Counting(rounding=rounding)
        assert due_at(OFFICE, start, HOUR, counting=counting) == at("2026-12-21T10:00") + timedelta(seconds=seconds)
        length = open_time_between(OFFICE, at("2026-12-21T09:00"), start, counting=counting)
        assert length == timedelta(seconds=seconds)


def test_no_budget_is_due_when_it_opens_and_a_negative_one_goes_back() -> None:
    assert due_at(OFFICE, at("2026-12-24T17:00"), NOTHING) == at("2026-12-28T09:00")
    assert due_at(OFFICE, at("2026-12-28T10:00"), -2 * HOUR) == at("2026-12-24T16:00")
    assert due_at(OFFICE, at("2026-12-28T10:00"), -HOUR) == at("2026-12-28T09:00")


@pytest.mark.parametrize("budget", [HOUR, -HOUR])
def test_what_never_opens_says_so(budget: timedelta) -> None:
    past = BusinessCalendar("UTC", special={date(2020, 1, 1): hours(9, 9.5)})
    for closed in (BusinessCalendar("UTC"), past):
        with pytest.raises(Invalid) as refused:
            due_at(closed, at("2026-01-01T00:00"), budget)
        assert refused.value.code == "never_open"
    with pytest.raises(Invalid) as refused:
        due_at(AROUND_THE_CLOCK, at("2026-01-01T00:00"), budget * 24 * 366 * 60)

    assert refused.value.code == "date_out_of_range"
    with pytest.raises(Invalid) as refused:
        due_at(AROUND_THE_CLOCK, datetime.max.replace(tzinfo=UTC) if budget > NOTHING else EARLIEST, budget * 48)
    assert refused.value.code == "date_out_of_range"


def test_the_next_opening_that_never_comes_is_the_closing() -> None:
    once = BusinessCalendar("UTC", special={date(2026, 1, 5): hours(9, 10)})
    lazy = Counting(boundary=Boundary.NEXT_OPENING)
    assert due_at(once, at("2026-01-01T00:00"), HOUR, counting=lazy) == datetime(2026, 1, 5, 10, tzinfo=UTC)


def test_senseless_hours_and_zones_are_refused() -> None:
    for opens, closes in ((9, 9), (17, 9), (-1, 3), (20, 25)):
        with pytest.raises(Invalid) as refused:
            hours(opens, closes)
        assert refused.value.code == "hours_invalid"
    with pytest.raises(Invalid) as refused:
        BusinessCalendar("Europe/Nowhere")
    assert refused.value.code == "unknown_zone"


INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
LENGTHS = st.integers(0, 30 * 3600).map(lambda seconds: timedelta(seconds=seconds))
OPENINGS = st.tuples(st.integers(0, 20), st.integers(24, 48))
WEEKS = st.dictionaries(
    st.integers(0, 6),
    st.lists(OPENINGS.map(lambda pair: Hours(pair[0] * HOUR / 2, pair[1] * HOUR / 2)), min_size=1, max_size=3),
    min_size=1,
)
CALENDARS = st.builds(
    BusinessCalendar,
    st.sampled_from(["UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    WEEKS,
    st.frozensets(st.dates(date(2025, 1, 1), date(2027, 12, 31)), max_size=4),
)
PAUSES = st.lists(st.builds(lambda start, length: Interval(start, start + length), INSTANTS, LENGTHS), max_size=3)


@given(CALENDARS, INSTANTS, LENGTHS, PAUSES)
def test_what_is_open_until_a_deadline_is_the_budget(
    calendar: BusinessCalendar, start: datetime, budget: timedelta, pauses: list[Interval]
) -> None:
    due = due_at(calendar, start, budget, pauses)

    assert due >= start
    assert open_time_between(calendar, start, due, pauses) == budget
    later = due_at(calendar, start, budget, pauses, Counting(boundary=Boundary.NEXT_OPENING))
    assert open_time_between(calendar, start, later, pauses) == budget
    assert later >= due
    if budget:
        assert open_time_between(calendar, start, due - timedelta(microseconds=1), pauses) < budget


@given(CALENDARS, INSTANTS, LENGTHS, LENGTHS, PAUSES)
def test_open_time_adds_up(
    calendar: BusinessCalendar, start: datetime, first: timedelta, second: timedelta, pauses: list[Interval]
) -> None:
    middle, end = start + first, start + first + second
    whole = open_time_between(calendar, start, end, pauses)

    assert whole == sum(
        (open_time_between(calendar, *span, pauses) for span in ((start, middle), (middle, end))), NOTHING
    )
    assert NOTHING <= whole <= end - start
    assert whole <= open_time_between(calendar, start, end)
    back = due_at(calendar, end, -whole) if whole else end
    assert open_time_between(calendar, back, end) == whole
    assert DAY * len(openings_between(calendar, start, end)) >= whole / 2
