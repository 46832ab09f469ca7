"""Which dates are business days, and moving dates onto them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from clm.lib.errors import Invalid

DAY = timedelta(days=1)
SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True)
class BusinessDays:
    """Every date is a business day but the weekend's weekdays (Monday is 0) and the holidays."""

    holidays: frozenset[date] = frozenset()
    weekend: tuple[int, ...] = (SATURDAY, SUNDAY)

    def __post_init__(self) -> None:
        if set(self.weekend) >= set(range(7)):
            raise Invalid("no_business_days", "A week needs at least one business day.")

    def includes(self, day: date) -> bool:
        return day.weekday() not in self.weekend and day not in self.holidays

    def back(self, day: date, count: int) -> date:
        """The date `count` business days before `day`; `day` itself is not counted. Count 0 is `day`."""
        return self._walk(day, count, -DAY)

    def forward(self, day: date, count: int) -> date:
        """The date `count` business days after `day`; `day` itself is not counted. Count 0 is `day`."""
        return self._walk(day, count, DAY)

    def preceding(self, day: date) -> date:
        """`day` if it is a business day, else the nearest one before it."""
        return day if self.includes(day) else self.back(day, 1)

    def following(self, day: date) -> date:
        """`day` if it is a business day, else the nearest one after it."""
        return day if self.includes(day) else self.forward(day, 1)

    def _walk(self, day: date, count: int, step: timedelta) -> date:
        left = count
        try:
            while left > 0:
                day += step
                left -= self.includes(day)
        except OverflowError:
            raise Invalid("date_out_of_range", f"{count} business days leave the calendar.") from None
        return day
