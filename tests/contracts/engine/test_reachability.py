"""Hours in which somebody can be reached, in their own zone."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from contracts.engine.reachability import Hours

OFFICE = Hours((1, 2, 3, 4, 5), time(9), time(17), "Europe/Berlin")
NIGHT = Hours((5,), time(22), time(6), "Europe/Berlin")
ALWAYS = Hours((), None, None, "UTC")
WEEKEND = Hours((6, 7), None, None, "Europe/Berlin")
UNTIL_MIDNIGHT = Hours((1,), time(20), time(0), "UTC")


@pytest.mark.parametrize(
    ("hours", "moment", "is_reached"),
    [
        (OFFICE, datetime(2026, 6, 1, 7, 0, tzinfo=UTC), True),  # Monday 09:00 in Berlin
        (OFFICE, datetime(2026, 6, 1, 6, 59, tzinfo=UTC), False),
        (OFFICE, datetime(2026, 6, 1, 15, 0, tzinfo=UTC), False),  # 17:00: the end does not count
        (OFFICE, datetime(2026, 1, 5, 8, 0, tzinfo=UTC), True),  # winter: 09:00
        (OFFICE, datetime(2026, 6, 6, 10, 0, tzinfo=UTC), False),  # Saturday
        (NIGHT, datetime(2026, 6, 5, 21, 0, tzinfo=UTC), True),  # Friday 23:00
        (NIGHT, datetime(2026, 6, 6, 3, 59, tzinfo=UTC), True),  # Saturday 05:59 belongs to Friday
        (NIGHT, datetime(2026, 6, 6, 4, 0, tzinfo=UTC), False),
        (NIGHT, datetime(2026, 6, 4, 21, 0, tzinfo=UTC), False),
        (ALWAYS, datetime(2026, 6, 6, 3, 0, tzinfo=UTC), True),
        (WEEKEND, datetime(2026, 6, 5, 22, 0, tzinfo=UTC), True),  # Saturday 00:00
        (WEEKEND, datetime(2026, 6, 5, 21, 59, tzinfo=UTC), False),
        (UNTIL_MIDNIGHT, datetime(2026, 6, 1, 23, 59, tzinfo=UTC), True),
        (UNTIL_MIDNIGHT, datetime(2026, 6, 2, 0, 0, tzinfo=UTC), False),
    ],
)
def test_hours(hours: Hours, moment: datetime, is_reached: bool) -> None:
    assert hours.hold_at(moment) is is_reached
