"""On which days people are told of a review: ahead of it, on its day, and again and again once it is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta


def next_telling(review_on: date, after: date, *, ahead: Sequence[int], again: int) -> date:
    """The first day later than `after` on which people are told. `ahead` are days before the review, `again` is how
    many days lie between two tellings once it is over. Raises ValueError for an `again` below 1."""
    if again < 1:
        raise ValueError("people are told again after at least a day")
    later = [day for day in _until(review_on, ahead) if day > after]
    return min(later) if later else review_on + timedelta(days=again * ((after - review_on).days // again + 1))


def last_telling(review_on: date, today: date, *, ahead: Sequence[int], again: int) -> date | None:
    """The last day up to and including `today` on which people are told; None before the first."""
    if today >= review_on:
        return today - timedelta(days=(today - review_on).days % again)
    return max((day for day in _until(review_on, ahead) if day <= today), default=None)


def _until(review_on: date, ahead: Sequence[int]) -> list[date]:
    return [review_on, *(review_on - timedelta(days=days) for days in ahead if days > 0)]
