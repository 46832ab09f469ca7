from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obligations.engine.recurrence import due_dates, end_of, next_reminder


def test_months_are_clamped_from_the_first_date_and_never_drift() -> None:
    dates = list(due_dates(date(2026, 1, 31), recurrence="months", interval=1, until=date(2026, 5, 31)))

    assert dates == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]


def test_once_is_once() -> None:
    assert list(due_dates(date(2026, 1, 1), recurrence="once", interval=1, until=date(2030, 1, 1))) == [
        date(2026, 1, 1)
    ]


def test_days_up_to_the_end_inclusive() -> None:
    dates = due_dates(
        date(2026, 1, 1), recurrence="days", interval=7, until=date(2030, 1, 1), ends_on=date(2026, 1, 15)
    )

    assert list(dates) == [date(2026, 1, 1), date(2026, 1, 8), date(2026, 1, 15)]


def test_an_empty_interval_is_refused_not_looped() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        list(due_dates(date(2026, 1, 1), recurrence="days", interval=0, until=date(2030, 1, 1)))


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(1, 13))
def test_due_dates_rise_and_keep_the_anchors_day_where_the_month_has_it(first: date, interval: int) -> None:
    until = date(first.year + 5, 12, 31)
    dates = list(due_dates(first, recurrence="months", interval=interval, until=until))

    assert dates == sorted(set(dates))
    assert all(due.day == first.day or (due.day < first.day and _is_last_of_month(due)) for due in dates)


def _is_last_of_month(day: date) -> bool:
    return date.fromordinal(day.toordinal() + 1).day == 1


def test_reminders_go_out_at_eight_in_the_contracts_zone() -> None:
    after = datetime(2026, 3, 1, tzinfo=UTC)

    first = next_reminder(date(2026, 3, 31), [30, 7], zone="Europe/Berlin", after=after)
    second = next_reminder(date(2026, 3, 31), [30, 7], zone="Europe/Berlin", after=first)
    last = next_reminder(date(2026, 3, 31), [30, 7], zone="Europe/Berlin", after=second)

    assert first == datetime(2026, 3, 1, 7, tzinfo=UTC)
    assert second == datetime(2026, 3, 24, 7, tzinfo=UTC)
    assert last == datetime(2026, 3, 31, 22, tzinfo=UTC)


def test_a_day_is_over_at_midnight_of_its_zone() -> None:
    assert end_of(date(2026, 10, 25), "Europe/Berlin") == datetime(2026, 10, 25, 23, tzinfo=UTC)
    assert end_of(date(2026, 6, 1), "America/New_York") == datetime(2026, 6, 2, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "zone", "ends"),
    [
        # Days of 23 and of 25 hours.
        (date(2026, 3, 29), "Europe/Berlin", datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (date(2026, 3, 28), "Europe/Berlin", datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (date(2026, 10, 25), "Europe/Berlin", datetime(2026, 10, 25, 23, tzinfo=UTC)),
        # Midnight itself is skipped: the day ends at the change.
        (date(2018, 11, 3), "America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),
        # Midnight is passed, then the clock goes back to it: the day ended the first time.
        (date(2026, 10, 31), "America/Havana", datetime(2026, 11, 1, 4, tzinfo=UTC)),
        # The last hour of the day comes twice.
        (date(2018, 2, 17), "America/Sao_Paulo", datetime(2018, 2, 18, 3, tzinfo=UTC)),
        # The next day does not exist.
        (date(2011, 12, 29), "Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_a_day_is_over_when_its_zone_says_so(day: date, zone: str, ends: datetime) -> None:
    assert end_of(day, zone) == ends
