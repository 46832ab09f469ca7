"""Money: a Decimal and an ISO 4217 currency, minor units from Babel (CLDR), JSON as strings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, localcontext
from fractions import Fraction
from functools import cache
from typing import Any

from babel.numbers import get_currency_precision, is_currency

from clm.lib.errors import Invalid
from clm.lib.rounding import Number, Rounding, round_to_places

EXACT_DIGITS = 60  # enough for sums and differences of any amounts a database column of ours holds


def is_iso_4217(code: str) -> bool:
    """Whether the code is a currency's, present or past, in capital letters."""
    return len(code) == 3 and code.isascii() and code.isupper() and is_currency(code)


@cache
def minor_digits(currency: str) -> int:
    """Decimals of the currency's smallest unit: EUR 2, JPY 0, KWD 3. An unknown code is `unknown_currency`."""
    if not is_iso_4217(currency):
        raise Invalid("unknown_currency", f"{currency!r} is not an ISO 4217 currency code.")
    return get_currency_precision(currency)


@dataclass(frozen=True, order=False)
class Money:
    """An amount in one currency, not rounded by itself: `rounded()` does that once, at the end.

    Adding or comparing two currencies is `currency_mismatch`; a float or a non-finite amount `amount_invalid`.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        minor_digits(self.currency)
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise Invalid("amount_invalid", "An amount is a finite decimal number.")

    def __add__(self, other: Money) -> Money:
        self._same_currency(other)
        with localcontext(prec=EXACT_DIGITS):
            return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return self + -other

    def __neg__(self) -> Money:
        return Money(self.amount.copy_negate() if self.amount else Decimal(0), self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same_currency(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._same_currency(other)
        return self.amount <= other.amount

    def __gt__(self, other: Money) -> bool:
        return not self <= other

    def __ge__(self, other: Money) -> bool:
        return not self < other

    def __bool__(self) -> bool:
        return bool(self.amount)

    def times(self, factor: Number, mode: Rounding = Rounding.HALF_UP) -> Money:
        """The amount times an exact factor, rounded once to the minor unit."""
        return from_exact(Fraction(self.amount) * Fraction(factor), self.currency, mode)

    def rounded(self, mode: Rounding = Rounding.HALF_UP) -> Money:
        """The amount in whole minor units."""
        return from_exact(Fraction(self.amount), self.currency, mode)

    @property
    def is_in_minor_units(self) -> bool:
        return self.rounded().amount == self.amount

    def as_json(self) -> dict[str, str]:
        """Amount and currency as strings, with at least the minor unit's decimals: {"amount": "12.50", ...}."""
        shown = self.rounded().amount if self.is_in_minor_units else self.amount
        return {"amount": format(shown, "f"), "currency": self.currency}

    def __str__(self) -> str:
        return f"{self.as_json()['amount']} {self.currency}"

    def _same_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            raise Invalid("currency_mismatch", f"{self.currency} and {other.currency} do not add up.")


def zero(currency: str) -> Money:
    return Money(Decimal(0), currency)


def from_exact(value: Fraction, currency: str, mode: Rounding = Rounding.HALF_UP) -> Money:
    """An exact rational as money, rounded once to the currency's minor unit."""
    return Money(round_to_places(value, minor_digits(currency), mode), currency)


def from_json(value: Mapping[str, Any]) -> Money:
    """Reads {"amount": "12.50", "currency": "EUR"}; numbers that are not strings are `amount_invalid`."""
    amount, currency = value.get("amount"), value.get("currency")
    if not isinstance(amount, str) or not isinstance(currency, str):
        raise Invalid("amount_invalid", "Amount and currency are strings.")
    try:
        return Money(Decimal(amount), currency)
    except InvalidOperation:
        raise Invalid("amount_invalid", f"{amount!r} is not a decimal number.") from None


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum, zero of the currency for nothing; another currency among them is `currency_mismatch`."""
    result = zero(currency)
    for amount in amounts:
        result = result + amount
    return result
