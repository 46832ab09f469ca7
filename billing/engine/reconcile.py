"""What an invoice should say by its contract, and why it says something else.

Expected = the fees of the period, less what other invoices billed of them (never below nothing), less the issued
credits; the difference is invoiced less expected.
Amounts are net of tax. Periods are half-open [start, end) dates in the contract's zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import combinations

from clm.lib.errors import Invalid
from clm.lib.money import Money, from_exact, total, zero
from clm.lib.months import add_months
from clm.lib.trace import Input, Step, Trace

MOST_CREDITS_COMBINED = 10  # sets of credits are tried up to here; 2^10 sums


class FeePeriod(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        return {"month": 1, "quarter": 3, "year": 12}[self.value]


class Proration(StrEnum):
    """What a part month costs: its share of the month's days, or the whole month."""

    DAYS = "days"
    NONE = "none"


class Reason(StrEnum):
    MATCHES = "matches"
    CREDIT_MISSING = "credit_missing"
    OVERCHARGED = "overcharged"
    UNDERCHARGED = "undercharged"
    CURRENCY_MISMATCH = "currency_mismatch"
    PERIOD_MISMATCH = "period_mismatch"
    BILLED_TWICE = "billed_twice"


@dataclass(frozen=True)
class Period:
    """[start, end); an empty one is `period_empty`. An invoice prints the last day: its end is the day after."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise Invalid("period_empty", "A period ends after it starts.")

    def __str__(self) -> str:
        return f"[{self.start}, {self.end})"


@dataclass(frozen=True)
class FeeTerms:
    """`amount` for each `period`, due from `starts_on` until `ends_on` (not covered; None: as long as the contract)."""

    name: str
    amount: Money
    period: FeePeriod
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True)
class CreditDue:
    """An approved or issued credit that this invoice should carry; `amount` is positive."""

    reference: str
    amount: Money


@dataclass(frozen=True)
class Billed:
    """What another invoice, agreed or accepted, billed of the same period's fees, and the net amount printed on it;
    both below zero for a credit note."""

    reference: str
    amount: Money
    invoiced: Money


@dataclass(frozen=True)
class FeeShare:
    """What a fee comes to in a period, and the exact number of months that was."""

    fee: FeeTerms
    months: Fraction
    exact: Fraction

    @property
    def amount(self) -> Money:
        return from_exact(self.exact, self.fee.amount.currency)


@dataclass(frozen=True)
class Comparison:
    """The outcome. `missing_credits` are those whose sum is the difference, `billed_by` the invoices that billed the
    fees before. `expected` and `difference` are None where the currencies differ."""

    reason: Reason
    invoiced: Money
    expected: Money | None
    difference: Money | None
    missing_credits: tuple[str, ...]
    trace: Trace
    billed_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class InvoiceClaim:
    """What the invoice says: net amount and the period it is for; None where it names no period."""

    amount: Money
    period: Period | None


def fee_share(fee: FeeTerms, period: Period, proration: Proration = Proration.DAYS) -> FeeShare:
    """The fee for a period, half up to the minor unit.

    The period is cut into months from its own first day. A month wholly covered costs amount / months of the fee's
    period (a yearly fee a twelfth); a month partly covered costs its share of the month's days, or a whole month
    where there is no proration.
    """
    months = sum((_covered(fee, cell, period, proration) for cell in _months_of(period)), Fraction(0))
    exact = Fraction(fee.amount.amount) * months / fee.period.months
    return FeeShare(fee, months, exact)


def _months_of(period: Period) -> Iterator[Period]:
    index = 0
    while add_months(period.start, index) < period.end:
        yield Period(add_months(period.start, index), add_months(period.start, index + 1))
        index += 1


def _covered(fee: FeeTerms, month: Period, period: Period, proration: Proration) -> Fraction:
    """The share of a month in which both the period runs and the fee is due."""
    start = max(month.start, fee.starts_on)
    end = min(month.end, period.end, fee.ends_on or month.end)
    if start >= end:
        return Fraction(0)
    if proration is Proration.NONE:
        return Fraction(1)
    return Fraction((end - start).days, (month.end - month.start).days)


def compare(
    invoice: InvoiceClaim,
    fees: Sequence[FeeTerms],
    credits: Sequence[CreditDue] = (),
    tolerance: Decimal = Decimal(0),
    proration: Proration = Proration.DAYS,
    billed_period: Period | None = None,
    billed: Sequence[Billed] = (),
) -> Comparison:
    """The invoice against its contract. `tolerance` is the largest difference that still matches.

    `billed_period` is the period the contract says this invoice is for; one that names another, or none where nothing
    says which, is `period_mismatch`, as is a period in which no fee is due. Only currencies of fees that are due in
    the period count. `billed` is what other invoices billed of the period's fees: an invoice that would be right if
    nothing had been billed, or that asks for the same amount again, is `billed_twice`.
    """
    period = invoice.period or billed_period
    due = fees if period is None else [fee for fee in fees if fee_share(fee, period, proration).months]
    if not _is_one_currency(invoice, due, credits):
        return _refused(Reason.CURRENCY_MISMATCH, invoice, period)
    if period is None:
        return _refused(Reason.PERIOD_MISMATCH, invoice, period)
    sums = _Sums(tuple(fee_share(fee, period, proration) for fee in due), tuple(credits), tuple(billed), invoice)
    reason, missing = _judged(sums, tolerance)
    if not due or (billed_period is not None and billed_period != period):
        reason = Reason.PERIOD_MISMATCH
    return Comparison(
        reason=reason,
        invoiced=invoice.amount,
        expected=sums.expected,
        difference=sums.difference,
        missing_credits=missing if reason is Reason.CREDIT_MISSING else (),
        trace=_trace(sums, period, {"tolerance": tolerance, "proration": proration, "reason": reason}),
        billed_by=tuple(item.reference for item in billed) if reason is Reason.BILLED_TWICE else (),
    )


@dataclass(frozen=True)
class _Sums:
    """What is set side by side, all in the invoice's currency."""

    shares: tuple[FeeShare, ...]
    credits: tuple[CreditDue, ...]
    billed: tuple[Billed, ...]
    invoice: InvoiceClaim

    @property
    def currency(self) -> str:
        return self.invoice.amount.currency

    @property
    def owed(self) -> Money:
        return total((share.amount for share in self.shares), self.currency)

    @property
    def taken_off(self) -> Money:
        """What is billed already, at most what is owed."""
        billed = total((item.amount for item in self.billed), self.currency)
        return min(max(billed, zero(self.currency)), self.owed)

    @property
    def credited(self) -> Money:
        return total((credit.amount for credit in self.credits), self.currency)

    @property
    def expected(self) -> Money:
        return self.owed - self.taken_off - self.credited

    @property
    def difference(self) -> Money:
        return self.invoice.amount - self.expected


def _judged(sums: _Sums, tolerance: Decimal) -> tuple[Reason, tuple[str, ...]]:
    """The reason, and the credits whose sum is the difference."""
    missing = _missing_credits(sums.difference, sums.credits, tolerance)
    reason = _reason(sums.difference, missing, tolerance)
    if reason is not Reason.MATCHES and sums.taken_off and _is_billed_again(sums, tolerance):
        return Reason.BILLED_TWICE, missing
    return reason, missing


def _is_billed_again(sums: _Sums, tolerance: Decimal) -> bool:
    as_if_first = sums.difference - sums.taken_off
    reason = _reason(as_if_first, _missing_credits(as_if_first, sums.credits, tolerance), tolerance)
    return reason in (Reason.MATCHES, Reason.CREDIT_MISSING) or any(
        item.invoiced == sums.invoice.amount for item in sums.billed
    )


def _is_one_currency(invoice: InvoiceClaim, fees: Sequence[FeeTerms], credits: Sequence[CreditDue]) -> bool:
    stated = {fee.amount.currency for fee in fees} | {credit.amount.currency for credit in credits}
    return stated <= {invoice.amount.currency}


def _reason(difference: Money, missing: tuple[str, ...], tolerance: Decimal) -> Reason:
    if abs(difference.amount) <= tolerance:
        return Reason.MATCHES
    if missing:
        return Reason.CREDIT_MISSING
    return Reason.OVERCHARGED if difference.amount > 0 else Reason.UNDERCHARGED


def _missing_credits(difference: Money, credits: Sequence[CreditDue], tolerance: Decimal) -> tuple[str, ...]:
    """The references of the smallest set of credits whose sum is the difference; empty where there is none."""
    if abs(difference.amount) <= tolerance or difference.amount < 0:
        return ()
    sizes = range(1, len(credits) + 1) if len(credits) <= MOST_CREDITS_COMBINED else (1, len(credits))
    for size in sizes:
        for some in combinations(credits, size):
            left_out = total((credit.amount for credit in some), difference.currency)
            if abs((difference - left_out).amount) <= tolerance:
                return tuple(credit.reference for credit in some)
    return ()


def _refused(reason: Reason, invoice: InvoiceClaim, period: Period | None) -> Comparison:
    """No figures can be set side by side; the trace says why."""
    trace = Trace(
        title="Invoice compared with its contract",
        value=None,
        unit=invoice.amount.currency,
        formula="none: " + reason.replace("_", " "),
        inputs=_inputs(invoice, period),
        parameters={"reason": reason},
    )
    return Comparison(reason, invoice.amount, None, None, (), trace)


def _inputs(invoice: InvoiceClaim, period: Period | None) -> tuple[Input, ...]:
    return (
        Input("Invoiced, net of tax", invoice.amount.amount, invoice.amount.currency),
        Input("Period", str(period) if period else "not stated"),
    )


def _trace(sums: _Sums, period: Period, parameters: dict[str, object]) -> Trace:
    currency, invoiced, expected = sums.currency, sums.invoice.amount, sums.expected
    steps = [Step(share.fee.name, _fee_expression(share), share.amount.amount, currency) for share in sums.shares]
    steps += [
        Step(f"Billed by {item.reference}", "of the same fees", item.amount.amount, currency) for item in sums.billed
    ]
    if sums.billed:
        steps.append(Step("Billed already", "taken off, at most the fees", (-sums.taken_off).amount, currency))
    steps += [Step(f"Credit {item.reference}", "taken off", (-item.amount).amount, currency) for item in sums.credits]
    steps.append(Step("Expected", "Σ fees − billed already − Σ credits", expected.amount, currency))
    steps.append(Step("Difference", f"{invoiced.amount} − {expected.amount}", sums.difference.amount, currency))
    return Trace(
        title="Invoice compared with its contract",
        value=sums.difference.amount,
        unit=currency,
        formula="invoiced − (fees of the period − billed already − credits due)",
        inputs=_inputs(sums.invoice, period),
        parameters=parameters,
        steps=tuple(steps),
    )


def _fee_expression(share: FeeShare) -> str:
    per = share.fee.period
    return f"{share.fee.amount.amount} a {per} × {share.months} months / {per.months}"
