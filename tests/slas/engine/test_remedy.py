"""Credits in money: caps, minimum, rounding, and the last day to claim."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.lib.business_days import BusinessDays
from clm.lib.errors import Invalid
from clm.lib.money import Money
from slas.engine.remedy import Caps, ClaimUnit, ClaimWindow, RemedyTerms, claim_due_on, credit_amount


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def credit(percent: str, base: str = "1000", **stated: object) -> tuple[str, str | None]:
    """The amount as text and what limited it."""
    result = credit_amount(Decimal(percent), RemedyTerms(base=eur(base), **stated))  # type: ignore[arg-type]
    return str(result.amount), result.limited_by


def test_a_credit_is_a_share_of_its_base() -> None:
    assert credit("10") == ("100.00 EUR", None)
    assert credit("0") == ("0.00 EUR", None)
    assert credit("-5") == ("0.00 EUR", None)


@pytest.mark.parametrize(
    ("base", "currency", "amount"),
    [("0.10", "EUR", "0.01"), ("0.09", "EUR", "0.00"), ("10", "JPY", "1"), ("1", "KWD", "0.050")],
)
def test_half_a_minor_unit_rounds_up(base: str, currency: str, amount: str) -> None:
    result = credit_amount(Decimal(5), RemedyTerms(base=Money(Decimal(base), currency)))
    assert result.amount.as_json() == {"amount": amount, "currency": currency}


@pytest.mark.parametrize(
    ("caps", "expected"),
    [
        (Caps(window_percent=Decimal(30)), ("300.00 EUR", "window_cap")),
        (Caps(window_percent=Decimal(50)), ("500.00 EUR", None)),
        (Caps(year=eur("600"), credited_in_year=eur("250")), ("350.00 EUR", "year_cap")),
        (Caps(year=eur("600"), credited_in_year=eur("700")), ("0.00 EUR", "year_cap")),
        (Caps(window_percent=Decimal(30), year=eur("400"), contract=eur("200")), ("200.00 EUR", "contract_cap")),
        (Caps(contract=eur("900"), credited_in_contract=eur("100")), ("500.00 EUR", None)),
    ],
)
def test_caps_limit_what_is_left(caps: Caps, expected: tuple[str, str | None]) -> None:
    assert credit("50", caps=caps) == expected


def test_a_reached_cap_is_not_passed_by_rounding() -> None:
    assert credit("50", base="1.11", caps=Caps(window_percent=Decimal("1.5"))) == ("0.01 EUR", "window_cap")
    assert credit("50", base="1.27", caps=Caps(window_percent=Decimal("1.5"))) == ("0.01 EUR", "window_cap")


def test_a_minimum_is_reached_or_exceeded_as_agreed() -> None:
    assert credit("10", base="10", minimum=eur("1")) == ("1.00 EUR", None)
    assert credit("10", base="10", minimum=eur("1"), minimum_is_exclusive=True) == ("0.00 EUR", "minimum")
    assert credit("9", base="10", minimum=eur("1")) == ("0.00 EUR", "minimum")


def test_senseless_bases_are_refused() -> None:
    with pytest.raises(Invalid) as negative:
        credit("10", base="-1")
    assert negative.value.code == "base_negative"
    with pytest.raises(Invalid) as mixed:
        credit("10", caps=Caps(year=Money(Decimal(1), "USD")))
    assert mixed.value.code == "currency_mismatch"


def test_the_trace_carries_every_step() -> None:
    caps = Caps(window_percent=Decimal(30), year=eur("600"), credited_in_year=eur("400"))
    trace = credit_amount(Decimal(50), RemedyTerms(eur("1000"), caps, eur("1"))).trace.as_json()
    assert (trace["value"], trace["unit"]) == ("200", "EUR")
    assert [(step["label"], step["expression"], step["value"]) for step in trace["steps"]] == [
        ("Share of the base", "1000 × 50.000000 %", "500"),
        ("Window cap", "1000 × 30 %", "300"),
        ("Year cap", "600 − 400 credited", "200"),
        ("Minimum", "a credit must reach 1.00 EUR", "1"),
        ("Rounded", "half up, 2 decimals", "200"),
    ]


money = st.decimals(0, 10**9, places=2)


@given(money, st.decimals(0, 100, places=6), st.decimals(0, 100, places=4), money, money)
def test_a_credit_never_passes_a_cap(
    base: Decimal, percent: Decimal, window: Decimal, year: Decimal, credited: Decimal
) -> None:
    caps = Caps(window, Money(year, "EUR"), Money(credited, "EUR"))
    amount = credit_amount(percent, RemedyTerms(Money(base, "EUR"), caps)).amount.amount
    assert amount >= 0
    assert amount * 100 <= base * window
    assert amount <= max(year - credited, Decimal(0))


@pytest.mark.parametrize(
    ("claim", "due"),
    [
        (ClaimWindow(30), date(2026, 3, 2)),
        (ClaimWindow(7), date(2026, 2, 7)),
        (ClaimWindow(0), date(2026, 1, 31)),
        (ClaimWindow(5, ClaimUnit.BUSINESS_DAYS), date(2026, 2, 6)),
        (ClaimWindow(2, ClaimUnit.MONTHS), date(2026, 3, 31)),
        (ClaimWindow(2, ClaimUnit.BILLING_CYCLES), date(2026, 3, 31)),
        (ClaimWindow(0, ClaimUnit.BILLING_CYCLES), date(2026, 1, 31)),
        (ClaimWindow(1, ClaimUnit.BILLING_CYCLES, cycle_day=15), date(2026, 3, 14)),
        (ClaimWindow(1, ClaimUnit.BILLING_CYCLES, cycle_day=31), date(2026, 3, 30)),
    ],
)
def test_a_claim_counts_from_the_windows_last_day(claim: ClaimWindow, due: date) -> None:
    assert claim_due_on(datetime(2026, 1, 31, 23, tzinfo=UTC), "Europe/Berlin", claim) == due


def test_a_skipped_midnight_does_not_move_a_claim() -> None:
    end = datetime(2018, 11, 4, 3, tzinfo=UTC)  # the first instant of 4 November in São Paulo, 01:00 by the clock
    assert claim_due_on(end, "America/Sao_Paulo", ClaimWindow(0)) == date(2018, 11, 3)


def test_holidays_put_a_claim_off() -> None:
    closed = BusinessDays(frozenset({date(2026, 2, 2)}))
    end = datetime(2026, 2, 1, tzinfo=UTC)
    assert claim_due_on(end, "UTC", ClaimWindow(5, ClaimUnit.BUSINESS_DAYS), closed) == date(2026, 2, 9)


def test_a_claim_window_is_not_negative() -> None:
    with pytest.raises(Invalid):
        ClaimWindow(-1)


@pytest.mark.parametrize("day", [0, 32])
def test_a_billing_cycle_begins_on_a_day_of_the_month(day: int) -> None:
    with pytest.raises(Invalid) as refusal:
        ClaimWindow(2, ClaimUnit.BILLING_CYCLES, cycle_day=day)
    assert refusal.value.code == "cycle_day_invalid"


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 60), st.integers(1, 31))
def test_a_cycle_ends_the_day_before_the_next_begins(day: date, count: int, cycle_day: int) -> None:
    end = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    due = claim_due_on(end, "UTC", ClaimWindow(count, ClaimUnit.BILLING_CYCLES, cycle_day))
    following = due + timedelta(days=1)
    assert due >= day
    assert following.day == min(cycle_day, monthrange(following.year, following.month)[1])
    assert (following - day).days <= 31 * (count + 1)


@pytest.mark.parametrize(("exclusive", "just"), [(True, ("0.00 EUR", "minimum")), (False, ("1.00 EUR", None))])
def test_a_credit_must_reach_or_exceed_the_minimum(exclusive: bool, just: tuple[str, str | None]) -> None:
    assert credit("10", "10", minimum=eur("1"), minimum_is_exclusive=exclusive) == just
    assert credit("10.1", "10", minimum=eur("1"), minimum_is_exclusive=exclusive) == ("1.01 EUR", None)
    assert credit("9.9", "10", minimum=eur("1"), minimum_is_exclusive=exclusive) == ("0.00 EUR", "minimum")


@given(
    st.decimals(0, 100, places=3),
    st.decimals(0, 10**6, places=2),
    st.decimals(0, 10**4, places=2),
    st.booleans(),
)
def test_no_credit_lies_under_the_minimum(percent: Decimal, base: Decimal, minimum: Decimal, exclusive: bool) -> None:
    stated = RemedyTerms(Money(base, "EUR"), minimum=Money(minimum, "EUR"), minimum_is_exclusive=exclusive)
    amount = credit_amount(percent, stated).amount.amount
    free = credit_amount(percent, RemedyTerms(Money(base, "EUR"))).amount.amount
    enough = free > minimum if exclusive else free >= minimum
    assert amount == (free if enough else 0)
