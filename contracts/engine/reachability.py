"""When somebody can be reached: weekly hours in a zone of their own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(1, 8))


@dataclass(frozen=True)
class Hours:
    """`days` are ISO weekdays (1 is Monday), all where none is named. From `opens_at` until before `closes_at`, local
    times: None is the day's beginning or end, and an end that is not after the beginning lies on the next day."""

    days: Collection[int]
    opens_at: time | None
    closes_at: time | None
    time_zone: str

    def hold_at(self, moment: datetime) -> bool:
        """Whether the instant lies within them. Hours over midnight belong to the day that they begin on."""
        local = moment.astimezone(ZoneInfo(self.time_zone))
        days, now = self.days or EVERY_DAY, local.time()
        opens_at, closes_at = self.opens_at or time.min, self.closes_at
        is_begun = local.isoweekday() in days and now >= opens_at
        if closes_at is None or closes_at == time.min:
            return is_begun
        if closes_at > opens_at:
            return is_begun and now < closes_at
        before = (local.date() - timedelta(days=1)).isoweekday()
        return is_begun or (before in days and now < closes_at)
