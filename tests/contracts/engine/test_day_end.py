"""The instant from which on notice no longer counts, in every zone and on days on which clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.lib.errors import Invalid
from contracts.engine.day_end import closes_at
from contracts.engine.term_traces import trace_deadline
from contracts.engine.terms import NoticePeriod, Renewal, TermRules, term_status

MICROSECOND = timedelta(microseconds=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "ends_at", "zone", "closes"),
    [
        ("2026-12-02", "17:00", "Europe/Berlin", "2026-12-02 16:00"),
        ("2026-07-02", "17:00", "Europe/Berlin", "2026-07-02 15:00"),
        ("2026-12-02", None, "Europe/Berlin", "2026-12-02 23:00"),
        ("2026-12-02", "17:00", "Asia/Kolkata", "2026-12-02 11:30"),
        # Clocks go forward at 02:00: what is skipped ends with the jump.
        ("2026-03-29", "02:00", "Europe/Berlin", "2026-03-29 01:00"),
        ("2026-03-29", "02:30", "Europe/Berlin", "2026-03-29 01:00"),
        ("2026-03-29", "03:00", "Europe/Berlin", "2026-03-29 01:00"),
        ("2026-03-29", "03:01", "Europe/Berlin", "2026-03-29 01:01"),
        ("2026-03-29", None, "Europe/Berlin", "2026-03-29 22:00"),
        # Clocks go back at 03:00: what is shown twice ends the second time, the stretch's first moment the first time.
        ("2026-10-25", "01:59", "Europe/Berlin", "2026-10-24 23:59"),
        ("2026-10-25", "02:00", "Europe/Berlin", "2026-10-25 00:00"),
        ("2026-10-25", "02:01", "Europe/Berlin", "2026-10-25 01:01"),
        ("2026-10-25", "02:30", "Europe/Berlin", "2026-10-25 01:30"),
        ("2026-10-25", "03:00", "Europe/Berlin", "2026-10-25 02:00"),
        ("2026-10-25", None, "Europe/Berlin", "2026-10-25 23:00"),
        # Half an hour of change.
        ("2026-10-04", "02:15", "Australia/Lord_Howe", "2026-10-03 15:30"),
        ("2026-04-05", "01:45", "Australia/Lord_Howe", "2026-04-04 15:15"),
        # Midnight is skipped, and the last hour, or the first, is shown twice.
        ("2018-11-03", None, "America/Sao_Paulo", "2018-11-04 03:00"),
        ("2018-02-17", None, "America/Sao_Paulo", "2018-02-18 03:00"),
        ("2018-02-17", "23:30", "America/Sao_Paulo", "2018-02-18 02:30"),
        ("2025-11-01", None, "America/Havana", "2025-11-02 04:00"),
        ("2010-11-06", None, "America/St_Johns", "2010-11-07 03:30"),
        ("1919-03-30", None, "America/Toronto", "1919-03-31 04:30"),
        # A day that Samoa left out.
        ("2011-12-30", "17:00", "Pacific/Apia", "2011-12-30 10:00"),
        ("2011-12-30", None, "Pacific/Apia", "2011-12-30 10:00"),
    ],
)
def test_the_instant(day: str, ends_at: str | None, zone: str, closes: str) -> None:
    stated = time.fromisoformat(ends_at) if ends_at else None
    assert closes_at(date.fromisoformat(day), stated, zone) == utc(closes)


@given(
    day=st.dates(date(1950, 1, 2), date(2100, 1, 1)),
    ends_at=st.none() | st.times().filter(lambda at: at != time(0)),
    zone=st.timezone_keys(),
)
def test_clocks_show_less_just_before_and_never_again(day: date, ends_at: time | None, zone: str) -> None:
    wall = datetime.combine(day, ends_at) if ends_at else datetime.combine(day + timedelta(days=1), time(0))
    closes, place = closes_at(day, ends_at, zone), ZoneInfo(zone)

    def shown(instant: datetime) -> datetime:
        return instant.astimezone(place).replace(tzinfo=None)

    assert shown(closes - MICROSECOND) < wall
    assert all(shown(closes + timedelta(minutes=count)) >= wall for count in range(30 * 60))


CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/St_Johns", date(2010, 11, 6)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
]


@given(change=st.sampled_from(CHANGES), earlier=st.times(time(0, 1)), later=st.times(time(0, 1)))
def test_a_later_time_never_ends_sooner(change: tuple[str, date], earlier: time, later: time) -> None:
    zone, day = change
    first, second = (closes_at(day, at, zone) for at in sorted((earlier, later)))
    assert first <= second <= closes_at(day, None, zone)


@pytest.mark.parametrize("odd", [time(0), time(0, tzinfo=UTC), time(17, tzinfo=UTC)])
def test_an_end_at_midnight_or_with_a_zone_is_refused(odd: time) -> None:
    with pytest.raises(Invalid) as refusal:
        NoticePeriod(days=30, ends_at=odd)
    assert refusal.value.code == "day_end_invalid"


def test_the_end_of_the_calendar_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        closes_at(date.max, None, "UTC")
    assert refusal.value.code == "date_out_of_range"


@pytest.mark.parametrize(
    ("start", "ends_at", "stated", "expression", "closes"),
    [
        (date(2024, 1, 1), None, "24:00", "2024-12-02 24:00 Europe/Berlin", "2024-12-02 23:00"),
        (date(2024, 1, 1), time(17), "17:00", "2024-12-02 17:00 Europe/Berlin", "2024-12-02 16:00"),
        (
            date(2025, 4, 28), time(2, 30), "02:30",
            "2026-03-29 02:30 Europe/Berlin (skipped: when the clocks go forward)", "2026-03-29 01:00",
        ),
        (
            date(2025, 11, 24), time(2, 30, 15), "02:30:15",
            "2026-10-25 02:30:15 Europe/Berlin (shown twice: the last time that clocks show less)",
            "2026-10-25 01:30:15",
        ),
    ],
)  # fmt: skip
def test_the_trace_ends_with_the_instant(
    start: date, ends_at: time | None, stated: str, expression: str, closes: str
) -> None:
    notice = NoticePeriod(days=30, ends_at=ends_at)
    rules = TermRules(start, 12, Renewal.AUTOMATIC, 12, notice=notice)
    trace = trace_deadline(rules, term_status(rules, start).term, zone="Europe/Berlin")
    assert trace.parameters["day_ends_at"] == stated
    last = trace.steps[-1]
    assert (last.label, last.expression, last.value) == ("Notice must arrive before", expression, utc(closes))
