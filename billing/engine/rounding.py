"""Where an invoice rounds: each line, or only its sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from billing.engine.allocation import allocate
from clm.lib.money import Money, from_exact, total
from clm.lib.rounding import Rounding


class RoundingLevel(StrEnum):
    LINE = "line"
    INVOICE = "invoice"


@dataclass(frozen=True)
class RoundedLines:
    """Lines in whole minor units that add up to the total exactly."""

    lines: tuple[Money, ...]
    total: Money


def round_lines(
    amounts: Sequence[Money],
    currency: str,
    level: RoundingLevel = RoundingLevel.LINE,
    mode: Rounding = Rounding.HALF_UP,
) -> RoundedLines:
    """Line: each is rounded and the total is their sum. Invoice: the exact sum is rounded, and the lines are rounded
    down or up by less than a minor unit so that they add up to it, the largest remainders up first."""
    exact = total(amounts, currency)
    if level is RoundingLevel.LINE:
        lines = tuple(amount.rounded(mode) for amount in amounts)
        return RoundedLines(lines, total(lines, currency))
    rounded = from_exact(Fraction(exact.amount), currency, mode)
    return RoundedLines(_fitted(amounts, rounded), rounded)


def _fitted(amounts: Sequence[Money], rounded: Money) -> tuple[Money, ...]:
    floors = [amount.rounded(Rounding.FLOOR) for amount in amounts]
    if not floors:
        return ()
    rest = rounded - total(floors, rounded.currency)
    remainders = [(amount - floor).amount for amount, floor in zip(amounts, floors, strict=True)]
    if not any(remainders):
        return tuple(floors)
    extra = allocate(rest, remainders)
    return tuple(floor + more for floor, more in zip(floors, extra, strict=True))
