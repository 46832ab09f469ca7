"""An invoice against its contract: each reason, proration, and the trace."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.engine.reconcile import (
    Billed,
    CreditDue,
    FeePeriod,
    FeeTerms,
    InvoiceClaim,
    Period,
    Proration,
    Reason,
    compare,
    fee_share,
)
from clm.lib.errors import Invalid
from clm.lib.money import Money, total

MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def fee(amount: str = "1000", period: FeePeriod = FeePeriod.MONTH, starts_on: date = date(2026, 1, 1)) -> FeeTerms:
    return FeeTerms("Hosting", eur(amount), period, starts_on)


def invoice(amount: str, period: Period | None = MARCH) -> InvoiceClaim:
    return InvoiceClaim(eur(amount), period)


CREDITS = [CreditDue("CR-1", eur("100")), CreditDue("CR-2", eur("50")), CreditDue("CR-3", eur("20"))]


@pytest.mark.parametrize(
    ("amount", "reason", "difference", "missing"),
    [
        ("830", Reason.MATCHES, "0", ()),
        ("830.01", Reason.OVERCHARGED, "0.01", ()),
        ("829.99", Reason.UNDERCHARGED, "-0.01", ()),
        ("1000", Reason.CREDIT_MISSING, "170", ("CR-1", "CR-2", "CR-3")),
        ("930", Reason.CREDIT_MISSING, "100", ("CR-1",)),
        ("900", Reason.CREDIT_MISSING, "70", ("CR-2", "CR-3")),
    ],
)
def test_the_difference_has_a_reason(amount: str, reason: Reason, difference: str, missing: tuple[str, ...]) -> None:
    got = compare(invoice(amount), [fee()], CREDITS)
    assert (got.reason, got.difference, got.missing_credits) == (reason, eur(difference), missing)
    assert got.expected == eur("830")


def test_a_small_difference_matches_within_tolerance() -> None:
    got = compare(invoice("1000.02"), [fee()], tolerance=Decimal("0.02"))
    assert (got.reason, got.difference) == (Reason.MATCHES, eur("0.02"))


def test_another_currency_is_not_compared() -> None:
    got = compare(InvoiceClaim(Money(Decimal(1000), "USD"), MARCH), [fee()])
    assert (got.reason, got.expected, got.difference) == (Reason.CURRENCY_MISMATCH, None, None)


def test_a_fee_of_another_time_may_have_another_currency() -> None:
    old = FeeTerms("Hosting", Money(Decimal(900), "USD"), FeePeriod.MONTH, date(2024, 1, 1), date(2026, 3, 1))
    got = compare(invoice("1000"), [old, fee()])
    assert (got.reason, got.expected) == (Reason.MATCHES, eur("1000"))


@pytest.mark.parametrize(
    ("amount", "billed", "reason", "difference"),
    [
        ("900", "1000", Reason.BILLED_TWICE, "1000"),  # as if it were the first, less the credit
        ("1000", "1000", Reason.BILLED_TWICE, "1100"),  # the same amount again
        ("500", "500", Reason.BILLED_TWICE, "100"),
        ("400", "500", Reason.MATCHES, "0"),  # the rest of the fee, less the credit
        ("77", "1000", Reason.OVERCHARGED, "177"),  # something else altogether
        ("900", "-1000", Reason.MATCHES, "0"),  # credited by the other side, so nothing is billed
    ],
)
def test_what_was_billed_before_is_taken_off(amount: str, billed: str, reason: Reason, difference: str) -> None:
    got = compare(invoice(amount), [fee()], CREDITS[:1], billed=[Billed("R-1", eur(billed), eur(billed))])
    assert (got.reason, got.difference) == (reason, eur(difference))
    assert got.billed_by == (("R-1",) if reason is Reason.BILLED_TWICE else ())


def test_the_period_must_be_the_contracts() -> None:
    april = Period(date(2026, 4, 1), date(2026, 5, 1))
    assert compare(invoice("1000"), [fee()], billed_period=april).reason is Reason.PERIOD_MISMATCH
    assert compare(invoice("1000", None), [fee()], billed_period=april).reason is Reason.MATCHES
    assert compare(invoice("1000", None), [fee()]).reason is Reason.PERIOD_MISMATCH
    later = fee(starts_on=date(2027, 1, 1))
    assert compare(invoice("1000"), [later]).reason is Reason.PERIOD_MISMATCH


@pytest.mark.parametrize(
    ("terms", "period", "amount"),
    [
        (fee(), MARCH, "1000.00"),
        (fee("12000", FeePeriod.YEAR), MARCH, "1000.00"),
        (fee("3000", FeePeriod.QUARTER), Period(date(2026, 1, 1), date(2026, 4, 1)), "3000.00"),
        (fee(starts_on=date(2026, 3, 16)), MARCH, "516.13"),
        (fee(), Period(date(2026, 2, 15), date(2026, 3, 15)), "1000.00"),
        (fee(), Period(date(2026, 3, 1), date(2026, 3, 11)), "322.58"),
        (FeeTerms("Hosting", eur("1000"), FeePeriod.MONTH, date(2026, 1, 1), date(2026, 3, 2)), MARCH, "32.26"),
    ],
)
def test_fees_of_a_period(terms: FeeTerms, period: Period, amount: str) -> None:
    assert fee_share(terms, period).amount == eur(amount)


def test_without_proration_a_part_month_costs_a_month() -> None:
    part = fee(starts_on=date(2026, 3, 16))
    assert fee_share(part, MARCH, Proration.NONE).amount == eur("1000.00")
    assert fee_share(fee(starts_on=date(2026, 4, 1)), MARCH, Proration.NONE).amount == eur("0")


def test_an_empty_period_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        Period(date(2026, 3, 1), date(2026, 3, 1))
    assert refusal.value.code == "period_empty"


def test_the_trace_shows_fees_and_credits() -> None:
    trace = compare(invoice("1000"), [fee("12000", FeePeriod.YEAR)], CREDITS[:1]).trace.as_json()
    assert [(step["label"], step["expression"], step["value"]) for step in trace["steps"]] == [
        ("Hosting", "12000 a year × 1 months / 12", "1000"),
        ("Credit CR-1", "taken off", "-100"),
        ("Expected", "Σ fees − billed already − Σ credits", "900"),
        ("Difference", "1000 − 900.00", "100"),
    ]
    assert trace["parameters"]["reason"] == "credit_missing"


@given(st.lists(st.integers(1, 99999), max_size=12), st.data())
def test_leaving_credits_out_is_found(units: list[int], data: st.DataObject) -> None:
    credits = [CreditDue(f"CR-{n}", Money(Decimal(value).scaleb(-2), "EUR")) for n, value in enumerate(units)]
    left_out = data.draw(st.sampled_from(credits)) if credits else None
    taken = total((item.amount for item in credits if item is not left_out), "EUR")
    got = compare(InvoiceClaim(eur("100000") - taken, MARCH), [fee("100000")], credits)
    assert got.reason is (Reason.CREDIT_MISSING if left_out else Reason.MATCHES)
    assert len(got.missing_credits) == (1 if left_out else 0)
