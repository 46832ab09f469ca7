"""Where an invoice rounds: each line, or only its sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from clm.lib.money import Money, from_exact, minor_digits, total
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
    """Each line rounded down, then one minor unit more for as many of the largest remainders as the total needs."""
    lines = [amount.rounded(Rounding.FLOOR) for amount in amounts]
    remainders = [(amount - line).amount for amount, line in zip(amounts, lines, strict=True)]
    unit = from_exact(Fraction(1, 10 ** minor_digits(rounded.currency)), rounded.currency)
    left = (rounded - total(lines, rounded.currency)).amount // unit.amount
    order = sorted(range(len(lines)), key=lambda index: (-remainders[index], index))
    for index in order[: int(left)]:
        lines[index] = lines[index] + unit
    return tuple(lines)
