"""Which maintenance an agreement excuses: what was announced in time, up to so much in a window, the earliest first.

What it does not excuse counts as it was measured, as if nobody had asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from clm.lib.intervals import Interval, intersect, subtract, union
from slas.engine.quantities import Exclusion


@dataclass(frozen=True)
class Asked:
    """An exclusion that was accepted, and when it was announced (None: nobody says)."""

    interval: Interval
    is_maintenance: bool = False
    announced_at: datetime | None = None


@dataclass(frozen=True)
class Allowance:
    """How long before maintenance it is announced, and how much of it a window excuses; None: no such term."""

    notice: timedelta | None = None
    cap: timedelta | None = None


@dataclass(frozen=True)
class Allowed:
    """What counts; `late` is maintenance without its notice, `beyond` what exceeds the cap."""

    exclusions: tuple[Exclusion, ...] = ()
    late: tuple[Interval, ...] = ()
    beyond: tuple[Interval, ...] = ()


def allowed(window: Interval, asked: Iterable[Asked], allowance: Allowance) -> Allowed:
    """What the agreement excuses of what was accepted. Maintenance within time that is excused anyway uses up none of
    the cap."""
    given = tuple(asked)
    others = tuple(Exclusion(each.interval) for each in given if not each.is_maintenance)
    maintenance = [each for each in given if each.is_maintenance]
    late: list[Interval] = []
    timely: list[Interval] = []
    for each in maintenance:
        is_lacking = is_late(each.interval.start, each.announced_at, allowance.notice)
        (late if is_lacking else timely).append(each.interval)
    if allowance.cap is None:
        counted = tuple(Exclusion(each, is_maintenance=True) for each in timely)
        return Allowed((*others, *counted), union(late))
    using_it = intersect(subtract(timely, [each.interval for each in others]), (window,))
    within, beyond = _up_to(using_it, allowance.cap)
    counted = tuple(Exclusion(each, is_maintenance=True) for each in within)
    return Allowed((*others, *counted), union(late), beyond)


def is_late(starts_at: datetime, announced_at: datetime | None, notice: timedelta | None) -> bool:
    """Whether maintenance lacks the notice it needs; announced just so long before it does not."""
    return notice is not None and (announced_at is None or announced_at > starts_at - notice)


def _up_to(intervals: Iterable[Interval], cap: timedelta) -> tuple[tuple[Interval, ...], tuple[Interval, ...]]:
    within: list[Interval] = []
    beyond: list[Interval] = []
    left = cap
    for each in union(intervals):
        end = min(each.end, each.start + left)
        if each.start < end:
            within.append(Interval(each.start, end))
        if end < each.end:
            beyond.append(Interval(end, each.end))
        left -= end - each.start
    return tuple(within), tuple(beyond)
