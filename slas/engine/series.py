"""What values of series tell of an indicator: a status, a quantity, or one of the two counts of a ratio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

K = TypeVar("K")


class Figure(StrEnum):
    """Which figure of a reading a series tells."""

    GOOD = "good"
    VALID = "valid"
    VALUE = "value"
    UP = "up"


@dataclass(frozen=True)
class Counts:
    """The two counts of a ratio at one instant, which different series tell; None is not told yet."""

    good: Decimal | None = None
    valid: Decimal | None = None

    @property
    def is_whole(self) -> bool:
        return self.good is not None and self.valid is not None

    def with_told(self, later: Counts) -> Counts:
        """What is told later takes the place of what was told before."""
        return Counts(
            self.good if later.good is None else later.good, self.valid if later.valid is None else later.valid
        )


def status_of(value: Decimal | None, *, is_stale: bool = False) -> str | None:
    """`up` is 1 and `down` is 0, as Prometheus writes it; a series that ended is `unknown`, and a value that is no
    number tells nothing. ValueError of any other number."""
    if is_stale:
        return "unknown"
    if value is None:
        return None
    if value not in (0, 1):
        raise ValueError("up is 1 or 0")
    return "up" if value else "down"


def pair_counts(told: Mapping[K, Counts], held: Mapping[K, Counts]) -> tuple[dict[K, Counts], dict[K, Counts]]:
    """The whole readings among what is told now, with what was held from before; and what is to be held on.

    Prometheus sends each series by a queue of its own, so the two counts of one instant may come apart.
    """
    whole: dict[K, Counts] = {}
    waiting: dict[K, Counts] = {}
    for key, counts in told.items():
        joined = held.get(key, Counts()).with_told(counts)
        (whole if joined.is_whole else waiting)[key] = joined
    return whole, waiting
