"""Splitting an amount by weights so that the parts add up to it exactly."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from clm.lib.errors import Invalid
from clm.lib.money import Money, from_exact, minor_digits
from clm.lib.rounding import Number


def allocate(amount: Money, weights: Sequence[Number]) -> tuple[Money, ...]:
    """The amount in whole minor units by weight: each part rounded down, then the units left over one by one to the
    largest remainders first (equal ones: the larger weight, then the earlier). A negative amount mirrors its positive.

    No positive weight, or a negative one, is `weights_invalid`; a part of a minor unit `amount_not_in_minor_units`.
    """
    units = _minor_units(amount)
    shares = _shares(weights)
    parts = _largest_remainders(abs(units), shares)
    sign = -1 if units < 0 else 1
    quantum = Fraction(1, 10 ** minor_digits(amount.currency))
    return tuple(from_exact(sign * part * quantum, amount.currency) for part in parts)


def allocate_evenly(amount: Money, parts: int) -> tuple[Money, ...]:
    """The amount in equal parts; the first ones carry the units left over."""
    return allocate(amount, [Decimal(1)] * parts)


def _minor_units(amount: Money) -> int:
    units = Fraction(amount.amount) * int(10 ** minor_digits(amount.currency))
    if units.denominator != 1:
        raise Invalid("amount_not_in_minor_units", f"{amount} is not in whole minor units.")
    return units.numerator


def _shares(weights: Sequence[Number]) -> list[Fraction]:
    exact = [Fraction(weight) for weight in weights]
    whole = sum(exact)
    if not whole or min(exact) < 0:
        raise Invalid("weights_invalid", "Weights are not negative, and one of them is positive.")
    return [weight / whole for weight in exact]


def _largest_remainders(units: int, shares: Sequence[Fraction]) -> list[int]:
    """Hamilton's method."""
    quotas = [units * share for share in shares]
    parts = [quota.numerator // quota.denominator for quota in quotas]
    order = sorted(range(len(parts)), key=lambda index: (parts[index] - quotas[index], -shares[index], index))
    for index in order[: units - sum(parts)]:
        parts[index] += 1
    return parts
