"""Named rounding modes over exact rationals: one rounding, at the end, never on an already rounded figure."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

Number = int | Decimal | Fraction


class Rounding(StrEnum):
    """Ties leave zero in HALF_UP and near it in HALF_DOWN; CEILING and FLOOR know the sign, UP and DOWN do not."""

    HALF_UP = "half_up"
    HALF_DOWN = "half_down"
    HALF_EVEN = "half_even"
    UP = "up"
    DOWN = "down"
    CEILING = "ceiling"
    FLOOR = "floor"


def round_to_places(value: Number, places: int, mode: Rounding = Rounding.HALF_UP) -> Decimal:
    """The value with exactly `places` decimals, from its exact rational value whatever its size."""
    scaled = Fraction(value) * 10**places
    whole = _round_to_integer(scaled, mode)
    sign = 1 if whole < 0 else 0
    return Decimal((sign, tuple(int(digit) for digit in str(abs(whole))), -places))


def _round_to_integer(value: Fraction, mode: Rounding) -> int:
    magnitude, rest = divmod(abs(value.numerator), value.denominator)
    if rest and _moves_away(magnitude, Fraction(rest, value.denominator), value < 0, mode):
        magnitude += 1
    return -magnitude if value < 0 else magnitude


def _moves_away(magnitude: int, rest: Fraction, is_negative: bool, mode: Rounding) -> bool:
    """Whether a value between two integers goes to the one farther from zero."""
    half = Fraction(1, 2)
    if mode in (Rounding.UP, Rounding.DOWN):
        return mode is Rounding.UP
    if mode in (Rounding.CEILING, Rounding.FLOOR):
        return is_negative is (mode is Rounding.FLOOR)
    if rest != half:
        return rest > half
    return mode is Rounding.HALF_UP or (mode is Rounding.HALF_EVEN and magnitude % 2 == 1)
