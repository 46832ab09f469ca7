"""The only clock. Tests and simulations move it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_set_to: ContextVar[datetime | None] = ContextVar("covenant_clock", default=None)


def now() -> datetime:
    """The present instant in UTC, or the one the clock was set to."""
    return _set_to.get() or datetime.now(UTC)


def today(zone: str = "UTC") -> date:
    """The calendar date of `now()` in an IANA zone."""
    return now().astimezone(ZoneInfo(zone)).date()


@contextmanager
def set_to(instant: datetime) -> Iterator[None]:
    """Within the block `now()` answers `instant`, which must carry a zone."""
    if instant.tzinfo is None:
        raise ValueError("the clock is set with an aware instant")
    token = _set_to.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _set_to.reset(token)
