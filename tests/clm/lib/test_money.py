"""Money and rounding: minor units, exactness, refusals."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.lib.errors import Invalid
from clm.lib.money import Money, from_exact, from_json, minor_digits, total, zero
from clm.lib.rounding import Rounding, round_to_places

DECIMALS_OWN = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_DOWN: ROUND_HALF_DOWN,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.UP: ROUND_UP,
    Rounding.DOWN: ROUND_DOWN,
    Rounding.CEILING: ROUND_CEILING,
    Rounding.FLOOR: ROUND_FLOOR,
}


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


@pytest.mark.parametrize(("currency", "digits"), [("EUR", 2), ("USD", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)])
def test_minor_units_come_from_the_currency(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


@pytest.mark.parametrize("currency", ["", "EURO", "eur", "ZZZ", "€", "E1R"])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    with pytest.raises(Invalid) as refusal:
        Money(Decimal(1), currency)
    assert refusal.value.code == "unknown_currency"


@pytest.mark.parametrize("amount", [1.5, 1, "1", Decimal("NaN"), Decimal("Infinity")])
def test_an_amount_is_a_finite_decimal(amount: object) -> None:
    with pytest.raises(Invalid) as refusal:
        Money(amount, "EUR")  # type: ignore[arg-type]
    assert refusal.value.code == "amount_invalid"


def test_sums_keep_every_digit() -> None:
    huge, tiny = eur("1" + "0" * 30), eur("0.0000000001")
    assert (huge + tiny - huge).amount == tiny.amount
    assert total([eur("1.10"), eur("2.20")], "EUR") == eur("3.30")
    assert total([], "EUR") == zero("EUR")
    assert -eur("0") == zero("EUR")


def test_two_currencies_do_not_mix() -> None:
    for mixed in (lambda: eur("1") + Money(Decimal(1), "USD"), lambda: eur("1") < Money(Decimal(1), "USD")):
        with pytest.raises(Invalid) as refusal:
            mixed()
        assert refusal.value.code == "currency_mismatch"


def test_amounts_compare_by_value() -> None:
    assert eur("1.0") == eur("1.00")
    assert eur("1") < eur("2") <= eur("2")
    assert eur("3") > eur("2") >= eur("2")
    assert not zero("EUR")


def test_rounding_is_half_up_to_the_minor_unit() -> None:
    assert eur("0.005").rounded() == eur("0.01")
    assert eur("-0.005").rounded() == eur("-0.01")
    assert eur("0.005").rounded(Rounding.HALF_EVEN) == eur("0.00")
    assert eur("10").times(Fraction(1, 3)) == eur("3.33")
    assert from_exact(Fraction(5, 2), "JPY") == Money(Decimal(3), "JPY")


def test_json_carries_strings() -> None:
    assert eur("12.5").as_json() == {"amount": "12.50", "currency": "EUR"}
    assert eur("0.0625").as_json() == {"amount": "0.0625", "currency": "EUR"}
    assert Money(Decimal("1E+3"), "JPY").as_json() == {"amount": "1000", "currency": "JPY"}
    assert from_json({"amount": "12.50", "currency": "EUR"}) == eur("12.5")


@pytest.mark.parametrize("value", [{"amount": 1.5, "currency": "EUR"}, {"amount": "1,5", "currency": "EUR"}, {}])
def test_json_that_is_no_money_is_refused(value: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refusal:
        from_json(value)
    assert refusal.value.code == "amount_invalid"


@given(st.decimals(-(10**9), 10**9, places=5), st.integers(0, 4), st.sampled_from(list(Rounding)))
def test_modes_agree_with_the_decimal_module(value: Decimal, places: int, mode: Rounding) -> None:
    expected = value.quantize(Decimal(1).scaleb(-places), rounding=DECIMALS_OWN[mode])
    got = round_to_places(value, places, mode)
    assert got == expected
    assert -got.as_tuple().exponent == places  # type: ignore[operator]


@given(st.fractions(), st.integers(0, 30))
def test_half_up_is_within_half_a_unit(value: Fraction, places: int) -> None:
    assert abs(Fraction(round_to_places(value, places)) - value) * 2 <= Fraction(1, 10**places)
