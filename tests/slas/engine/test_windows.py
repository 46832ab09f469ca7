"""Windows: exact edges, days of 23 and 25 hours, and no gap between neighbours in any zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.lib.errors import Invalid
from slas.engine.windows import WindowKind, clipped, label, window_at, windows_between

ZONES = [
    "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo",
    "Pacific/Apia", "America/St_Johns", "America/Havana", "Asia/Beirut",
]  # fmt: skip
CALENDAR = [kind for kind in WindowKind if kind not in (WindowKind.ROLLING, WindowKind.ANNIVERSARY)]
instants = st.datetimes(datetime(2005, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("kind", "name", "start", "end"),
    [
        ("hour", "2026-08-15 14:00+0200", utc(2026, 8, 15, 12), utc(2026, 8, 15, 13)),
        ("day", "2026-08-15", utc(2026, 8, 14, 22), utc(2026, 8, 15, 22)),
        ("week", "2026-W33", utc(2026, 8, 9, 22), utc(2026, 8, 16, 22)),
        ("month", "2026-08", utc(2026, 7, 31, 22), utc(2026, 8, 31, 22)),
        ("quarter", "2026-Q3", utc(2026, 6, 30, 22), utc(2026, 9, 30, 22)),
        ("year", "2026", utc(2025, 12, 31, 23), utc(2026, 12, 31, 23)),
    ],
)
def test_calendar_windows_in_berlin(kind: str, name: str, start: datetime, end: datetime) -> None:
    window = window_at(kind, "Europe/Berlin", utc(2026, 8, 15, 12, 30))
    assert (label(window), window.start, window.end) == (name, start, end)


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 6, 1), 24)])
def test_a_day_has_the_hours_it_has(day: tuple[int, int, int], hours: int) -> None:
    assert window_at("day", "Europe/Berlin", utc(*day, 12)).length == timedelta(hours=hours)


def test_the_doubled_hour_is_two_windows() -> None:
    names = [label(item) for item in windows_between("hour", "Europe/Berlin", utc(2026, 10, 25), utc(2026, 10, 25, 2))]
    assert names == ["2026-10-25 02:00+0200", "2026-10-25 02:00+0100"]


def test_a_skipped_day_is_no_window() -> None:
    windows = windows_between("day", "Pacific/Apia", utc(2011, 12, 29, 12), utc(2011, 12, 30, 12))
    assert [label(window) for window in windows] == ["2011-12-29", "2011-12-31"]


def test_the_last_instant_belongs_and_the_end_does_not() -> None:
    assert label(window_at("month", "UTC", utc(2026, 2, 28, 23, 59, 59, 999999))) == "2026-02"
    assert label(window_at("month", "UTC", utc(2026, 3, 1))) == "2026-03"


def test_a_contract_year_is_counted_from_its_anchor() -> None:
    window = window_at("anniversary", "UTC", utc(2026, 3, 1), anchor=date(2024, 2, 29))
    assert label(window) == "2026-02-28 – 2027-02-27"
    leap = window_at("anniversary", "UTC", utc(2028, 2, 29), anchor=date(2024, 2, 29))
    assert (leap.first, leap.last) == (date(2028, 2, 29), date(2029, 2, 27))


def test_rolling_windows_end_with_each_day() -> None:
    windows = list(windows_between("rolling", "UTC", utc(2026, 3, 1), utc(2026, 3, 3), days=30))
    assert [label(window) for window in windows] == ["2026-01-31 – 2026-03-01", "2026-02-01 – 2026-03-02"]
    assert {window.length for window in windows} == {timedelta(days=30)}


def test_windows_between_are_whole_and_clipping_cuts_them() -> None:
    first = next(windows_between("month", "UTC", utc(2026, 1, 15), utc(2026, 2, 1)))
    assert first.start == utc(2026, 1, 1)
    part = clipped(first, start=utc(2026, 1, 15))
    assert part is not None
    assert (part.start, part.end, part.first, part.last) == (
        utc(2026, 1, 15), utc(2026, 2, 1), date(2026, 1, 15), date(2026, 1, 31),
    )  # fmt: skip
    assert clipped(first, start=utc(2026, 2, 1)) is None


@pytest.mark.parametrize("kind", ["anniversary", "rolling"])
def test_missing_parameters_are_refused(kind: str) -> None:
    with pytest.raises(Invalid) as refusal:
        window_at(kind, "UTC", utc(2026, 1, 1))
    assert refusal.value.code == "window_invalid"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(Invalid) as refusal:
        window_at("day", zone, utc(2026, 1, 1))
    assert refusal.value.code == "zone_unknown"


@given(moment=instants, zone=st.sampled_from(ZONES), kind=st.sampled_from(CALENDAR))
def test_neighbours_touch_and_cover(moment: datetime, zone: str, kind: WindowKind) -> None:
    window = window_at(kind, zone, moment)
    assert window.start <= moment < window.end
    assert window_at(kind, zone, window.start) == window
    assert window_at(kind, zone, window.end - timedelta(microseconds=1)) == window
    assert window_at(kind, zone, window.end).start == window.end


@given(moment=instants, zone=st.sampled_from(ZONES), anchor=st.dates(date(2000, 1, 1), date(2029, 12, 31)))
def test_contract_years_touch_and_cover(moment: datetime, zone: str, anchor: date) -> None:
    window = window_at("anniversary", zone, moment, anchor)
    assert window.start <= moment < window.end
    assert window_at("anniversary", zone, window.end, anchor).start == window.end
