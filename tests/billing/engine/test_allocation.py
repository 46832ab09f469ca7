"""Splitting and rounding: parts add up to the whole, to the last minor unit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.engine.allocation import allocate, allocate_evenly
from billing.engine.rounding import RoundingLevel, round_lines
from clm.lib.errors import Invalid
from clm.lib.money import Money, total
from clm.lib.rounding import Rounding


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def amounts(parts: tuple[Money, ...]) -> list[str]:
    return [part.as_json()["amount"] for part in parts]


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        ("100.00", [1, 1, 1], ["33.34", "33.33", "33.33"]),
        ("-100.00", [1, 1, 1], ["-33.34", "-33.33", "-33.33"]),
        ("0.05", [3, 7], ["0.01", "0.04"]),
        ("0.05", [1, 1], ["0.03", "0.02"]),
        ("1.00", [0, 1, 0], ["0.00", "1.00", "0.00"]),
        ("0.01", [1, 2, 3], ["0.00", "0.00", "0.01"]),
        ("0.00", [1, 2], ["0.00", "0.00"]),
    ],
)
def test_left_over_units_go_to_the_largest_remainders(amount: str, weights: list[int], parts: list[str]) -> None:
    assert amounts(allocate(eur(amount), weights)) == parts


def test_minor_units_are_the_currencys() -> None:
    assert amounts(allocate_evenly(Money(Decimal(100), "JPY"), 3)) == ["34", "33", "33"]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1, 1]])
def test_senseless_weights_are_refused(weights: list[int]) -> None:
    with pytest.raises(Invalid) as refusal:
        allocate(eur("1"), weights)
    assert refusal.value.code == "weights_invalid"


def test_a_part_of_a_minor_unit_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        allocate(eur("0.001"), [1])
    assert refusal.value.code == "amount_not_in_minor_units"


cents = st.integers(-(10**12), 10**12).map(lambda units: Money(Decimal(units).scaleb(-2), "EUR"))
weights = st.lists(st.fractions(0, 1000), min_size=1, max_size=20).filter(any)


@given(cents, weights)
def test_parts_add_up_and_stay_within_a_unit_of_their_quota(amount: Money, shares: list[Fraction]) -> None:
    parts = allocate(amount, shares)
    assert total(parts, "EUR") == amount
    for part, share in zip(parts, shares, strict=True):
        quota = Fraction(amount.amount) * share / sum(shares)
        assert abs(Fraction(part.amount) - quota) < Fraction(1, 100)
        assert share or not part


LINES = [eur("0.335"), eur("0.335"), eur("0.335")]


def test_rounding_each_line_or_the_sum() -> None:
    by_line = round_lines(LINES, "EUR", RoundingLevel.LINE)
    assert (amounts(by_line.lines), by_line.total) == (["0.34", "0.34", "0.34"], eur("1.02"))
    by_sum = round_lines(LINES, "EUR", RoundingLevel.INVOICE)
    assert (amounts(by_sum.lines), by_sum.total) == (["0.34", "0.34", "0.33"], eur("1.01"))
    assert round_lines([], "EUR", RoundingLevel.INVOICE).total == eur("0")


fine = st.lists(st.decimals(-1000, 1000, places=4), max_size=12)


@given(fine, st.sampled_from(list(RoundingLevel)), st.sampled_from(list(Rounding)))
def test_lines_add_up_and_move_by_less_than_a_unit(values: list[Decimal], level: RoundingLevel, mode: Rounding) -> None:
    rounded = round_lines([Money(value, "EUR") for value in values], "EUR", level, mode)
    assert total(rounded.lines, "EUR") == rounded.total
    assert all(abs(line.amount - value) < Decimal("0.01") for line, value in zip(rounded.lines, values, strict=True))
