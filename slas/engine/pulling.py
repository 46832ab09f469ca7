"""When to ask a source, for which stretch, and how long to wait after it failed: whole steps, caught up in portions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from clm.lib.errors import Invalid

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SHORTEST_STEP, LONGEST_STEP = timedelta(seconds=10), timedelta(days=1)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)


@dataclass(frozen=True)
class Stretch:
    """Instants to ask for: `first`, every step, `last`; both of them whole multiples of the step since 1970 in UTC."""

    first: datetime
    last: datetime
    step: timedelta

    @property
    def points(self) -> int:
        return (self.last - self.first) // self.step + 1


def check_step(step: timedelta) -> None:
    """Raise Invalid `step_invalid` unless it is whole seconds, from ten of them to a day."""
    if step % timedelta(seconds=1) or not SHORTEST_STEP <= step <= LONGEST_STEP:
        raise Invalid("step_invalid", "The step cannot be used.", fields={"step": ["From 10 seconds to a day."]})


def last_whole(at: datetime, step: timedelta) -> datetime:
    """The last multiple of the step since 1970 at or before the instant."""
    return at - (at - EPOCH) % step


def stretches(
    *, since: datetime, now: datetime, step: timedelta, lag: timedelta, most_points: int, most: int
) -> Iterator[Stretch]:
    """What came due after `since`, which is asked for already, up to `lag` ago: at most `most` portions of at most
    `most_points`, the oldest first. None where the next instant has not come."""
    check_step(step)
    until = last_whole(now - lag, step)
    first = last_whole(since, step) + step
    for _portion in range(most):
        if first > until:
            return
        last = min(first + (most_points - 1) * step, until)
        yield Stretch(first, last, step)
        first = last + step


def due_next(*, asked_until: datetime, now: datetime, step: timedelta, lag: timedelta) -> datetime:
    """When the instant after the last one that was asked for has come, and lies `lag` back; at once where it has."""
    return max(now, last_whole(asked_until, step) + step + lag)


def wait_after(failures: int) -> timedelta:
    """Twice as long after each failure in a row, from half a minute to an hour; none after a success."""
    if failures <= 0:
        return timedelta(0)
    doublings: int = 2 ** min(failures - 1, 16)
    return min(FIRST_WAIT * doublings, LONGEST_WAIT)


def told_at(instant: datetime, step: timedelta, *, is_of_step_before: bool) -> datetime:
    """The instant that a reading is kept under. What an expression counts over a range, it answers at the range's end:
    of [10:00, 10:01) at 10:01. Kept under the range's start, the last minute of a window counts to that window."""
    return instant - step if is_of_step_before else instant
