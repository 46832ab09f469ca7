"""Telemetry made up for the first portfolio: the same key gives the same readings every time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

HOUR = timedelta(hours=1)
Row = dict[str, Any]
# How many error budgets a month's large outage takes: of twelve months two are missed and two come near.
BAD_MONTHS = (0, 0, 0.5, 0, 0, 0, 6, 0, 0, 0, 14, 0.5)


def status_rows(
    key: str, start: datetime, end: datetime, budget: float, gap: tuple[int, int] = (0, 0)
) -> Iterator[Row]:
    """A check each twelve hours, and in each stretch of 30 days outages of about so many times the error budget.

    `budget` is the share of time that may fail; `gap` is a stretch of days from the start without any reading.
    """
    dice = random.Random(key)  # noqa: S311
    silent = (start + timedelta(days=gap[0]), start + timedelta(days=gap[1]))
    rows = [(at, "up") for at in _steps(start, end, 12 * HOUR)]
    for number, month in enumerate(_steps(start, end, timedelta(days=30))):
        rows += _outages(dice, month, budget, BAD_MONTHS[(number + len(key)) % len(BAD_MONTHS)])
    for at, status in sorted(rows):
        if at < end and not silent[0] <= at < silent[1]:
            yield {"indicator": key, "at": at.isoformat(), "status": status}


def _outages(dice: random.Random, month: datetime, budget: float, size: float) -> list[tuple[datetime, str]]:
    """Two small outages, and one of `size` budgets; checks in between do not end them, for they start after one."""
    allowed = 30 * 86400 * budget
    rows = []
    for share in (0.15, 0.2, size * dice.uniform(0.8, 1.2)):
        begins = month + timedelta(days=dice.randrange(1, 29), seconds=dice.randrange(60, 7200))
        lasts = min(allowed * share, 35_000)
        if lasts >= 1:
            rows += [(begins, "down"), (begins + timedelta(seconds=round(lasts)), "up")]
    return rows


def count_rows(key: str, start: datetime, end: datetime, target: float) -> Iterator[Row]:
    """Requests of each hour, fewer at night; a bad hour now and then, and more of them each fifth month."""
    dice = random.Random(key)  # noqa: S311
    allowed = 1 - target / 100
    for at in _steps(start, end, HOUR):
        valid = dice.randrange(4000, 9000) if 6 <= at.hour < 22 else dice.randrange(300, 900)
        is_bad = dice.random() < (0.02 if at.month % 5 == 0 else 0.004)
        failing = allowed * (60 if is_bad else dice.uniform(0.1, 0.7))
        yield {"indicator": key, "at": at.isoformat(), "good": valid - min(valid, int(valid * failing)), "valid": valid}


def value_rows(key: str, start: datetime, end: datetime, threshold: Decimal) -> Iterator[Row]:
    """A reading each five minutes, below the threshold but for spikes."""
    dice = random.Random(key)  # noqa: S311
    for at in _steps(start, end, timedelta(minutes=5)):
        spike = dice.random() < (0.009 if at.month % 3 == 0 else 0.003)
        value = float(threshold) * (dice.uniform(1.05, 2) if spike else dice.uniform(0.2, 0.8))
        yield {"indicator": key, "at": at.isoformat(), "value": f"{value:.2f}"}


def _steps(start: datetime, end: datetime, step: timedelta) -> Iterator[datetime]:
    while start < end:
        yield start
        start += step
