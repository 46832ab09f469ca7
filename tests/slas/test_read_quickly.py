"""Telemetry is read as tuples, and rows that say the same again change nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from slas.engine.uptime import Status
from slas.pieces import _changes
from slas.seen import Seen

START = datetime(2026, 1, 1, tzinfo=UTC)
UP, DOWN = 1, 3


def seen(*rows: tuple[int, int]) -> list[Seen]:
    """(minute, status) as stored samples."""
    return [Seen(START + timedelta(minutes=minute), status, None, None, None) for minute, status in rows]


def changes(rows: list[Seen], silence: int | None) -> list[tuple[float, Status]]:
    return [((row.at - START) / timedelta(minutes=1), row.status) for row in _changes(rows, silence)]


def test_only_rows_that_say_something_else_are_changes() -> None:
    rows = seen((0, UP), (5, UP), (10, DOWN), (15, DOWN), (20, UP), (25, UP))

    assert changes(rows, None) == [(0, Status.UP), (10, Status.DOWN), (20, Status.UP)]


def test_after_silence_the_same_status_is_a_change() -> None:
    rows = seen((0, UP), (5, UP), (30, UP), (35, UP))

    assert changes(rows, 10) == [(0, Status.UP), (15, Status.UNKNOWN), (30, Status.UP), (45, Status.UNKNOWN)]


def test_a_row_without_a_status_is_unknown() -> None:
    assert changes([Seen(START, None, None, None, None)], None) == [(0, Status.UNKNOWN)]
