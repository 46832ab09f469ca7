"""What a miss is worth in money: a share of a base, within caps and a minimum, and until when it may be claimed.

Order: share of the base, floor 0, cap per window, caps per rolling year and per contract less what was credited
already, half-up rounding to the currency's minor unit, then the minimum. A cap that is reached rounds down, so that no
cap is passed by a rounding.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from clm.lib.business_days import BusinessDays
from clm.lib.errors import Invalid
from clm.lib.intervals import MICROSECOND, in_utc
from clm.lib.money import Money, from_exact, minor_digits, zero
from clm.lib.months import add_months, whole_months_between
from clm.lib.rounding import Number, Rounding, round_to_places
from clm.lib.trace import Input, Step, Trace
from slas.engine.windows import place

SHOWN_PLACES = 6
DAY = timedelta(days=1)
ANCHOR_YEAR = 2000  # any year: cycles are counted in months from a January, which has every day of a month


@dataclass(frozen=True)
class Caps:
    """Upper limits; None is no cap. `window_percent` is of the base, the others are amounts less what was credited."""

    window_percent: Number | None = None
    year: Money | None = None
    credited_in_year: Money | None = None
    contract: Money | None = None
    credited_in_contract: Money | None = None


NO_CAPS = Caps()


@dataclass(frozen=True)
class RemedyTerms:
    """How a credit is computed from its base. `minimum` is the smallest credit given; with `minimum_is_exclusive`
    a credit must exceed it ("credit must exceed USD 1")."""

    base: Money
    caps: Caps = Caps()
    minimum: Money | None = None
    minimum_is_exclusive: bool = False
    rounding: Rounding = Rounding.HALF_UP


@dataclass(frozen=True)
class CreditAmount:
    """The credit in whole minor units. `limited_by`: window_cap, year_cap, contract_cap, minimum, or None."""

    amount: Money
    exact_percent: Fraction
    limited_by: str | None
    trace: Trace

    @property
    def percent(self) -> Decimal:
        """The share asked for, before caps; half up to six places."""
        return round_to_places(self.exact_percent, SHOWN_PLACES)


@dataclass(frozen=True)
class _Limit:
    """A cap as an exact amount still free under it, and how that came about."""

    code: str
    free: Fraction
    expression: str


def credit_amount(credit_percent: Number, terms: RemedyTerms) -> CreditAmount:
    """The credit for a share of the base in percent. A negative base is `base_negative`, mixed currencies
    `currency_mismatch`."""
    if terms.base.amount < 0:
        raise Invalid("base_negative", "A credit is a share of a base that is not negative.")
    share = Fraction(credit_percent)
    raw = max(Fraction(terms.base.amount) * share / 100, Fraction(0))
    limits = tuple(_limits(terms))
    amount, limited_by = _limited(raw, limits, terms)
    if _is_below_minimum(amount, terms):
        amount, limited_by = zero(terms.base.currency), "minimum"
    return CreditAmount(amount, share, limited_by, _trace(share, raw, limits, amount, terms))


def _limits(terms: RemedyTerms) -> Iterable[_Limit]:
    caps, base = terms.caps, terms.base
    if caps.window_percent is not None:
        free = Fraction(base.amount) * Fraction(caps.window_percent) / 100
        yield _Limit("window_cap", free, f"{base.amount} × {caps.window_percent} %")
    if caps.year is not None:
        yield _amount_limit("year_cap", caps.year, caps.credited_in_year, base.currency)
    if caps.contract is not None:
        yield _amount_limit("contract_cap", caps.contract, caps.credited_in_contract, base.currency)


def _amount_limit(code: str, cap: Money, credited: Money | None, currency: str) -> _Limit:
    free = zero(currency) + cap - (credited or zero(currency))
    return _Limit(code, max(Fraction(free.amount), Fraction(0)), f"{cap.amount} − {(cap - free).amount} credited")


def _limited(raw: Fraction, limits: Iterable[_Limit], terms: RemedyTerms) -> tuple[Money, str | None]:
    """The amount rounded once: as agreed, and down where a cap is what decides."""
    currency = terms.base.currency
    amount = from_exact(raw, currency, terms.rounding)
    limited_by = None
    for limit in limits:
        ceiling = from_exact(limit.free, currency, Rounding.DOWN)
        if amount > ceiling:
            amount, limited_by = ceiling, limit.code
    return amount, limited_by


def _is_below_minimum(amount: Money, terms: RemedyTerms) -> bool:
    if terms.minimum is None or not amount:
        return False
    return amount <= terms.minimum if terms.minimum_is_exclusive else amount < terms.minimum


def _trace(share: Fraction, raw: Fraction, limits: Iterable[_Limit], amount: Money, terms: RemedyTerms) -> Trace:
    percent, currency = round_to_places(share, SHOWN_PLACES), terms.base.currency
    places = minor_digits(currency) + 4
    steps = [Step("Share of the base", f"{terms.base.amount} × {percent} %", round_to_places(raw, places), currency)]
    for limit in limits:
        name = limit.code.replace("_", " ").capitalize()
        steps.append(Step(name, limit.expression, round_to_places(limit.free, places), currency))
    if terms.minimum is not None:
        relation = "must exceed" if terms.minimum_is_exclusive else "must reach"
        steps.append(Step("Minimum", f"a credit {relation} {terms.minimum}", terms.minimum.amount, currency))
    steps.append(
        Step(
            "Rounded", f"{terms.rounding.replace('_', ' ')}, {minor_digits(currency)} decimals", amount.amount, currency
        )
    )
    return Trace(
        title="Service credit",
        value=amount.amount,
        unit=currency,
        formula="base × credit percent / 100, at least 0, at most what each cap leaves, rounded to the minor unit",
        inputs=(Input("Base", terms.base.amount, currency), Input("Credit", percent, "% of the base")),
        parameters={"rounding": terms.rounding, "exact_credit_percent": str(share)},
        steps=tuple(steps),
    )


class ClaimUnit(StrEnum):
    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"
    BILLING_CYCLES = "billing_cycles"


@dataclass(frozen=True)
class ClaimWindow:
    """How long after a window's end its credit may be claimed.

    Billing cycles are months that begin on `cycle_day` (clamped to a shorter month's last day): the claim counts until
    the end of the `count`-th cycle after the one in which the window's last day lies.
    """

    count: int
    unit: ClaimUnit = ClaimUnit.DAYS
    cycle_day: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", ClaimUnit(self.unit))
        if self.count < 0:
            raise Invalid("claim_window_negative", "A claim window is not negative.")
        if not 1 <= self.cycle_day <= 31:
            raise Invalid("cycle_day_invalid", "A billing cycle begins on a day of the month, 1 to 31.")


def claim_due_on(
    window_end: datetime, zone: str, claim: ClaimWindow, business_days: BusinessDays | None = None
) -> date:
    """The last local date on which a claim counts, counted from the window's last local day.

    Within 30 days of a window that ends with 31 January is until 2 March (1 March in a leap year); two months are
    until 31 March, and so is the end of the second billing cycle after January's. `window_end` is the first instant
    not covered.
    """
    last = (in_utc(window_end) - MICROSECOND).astimezone(place(zone)).date()
    if claim.unit is ClaimUnit.BUSINESS_DAYS:
        return (business_days or BusinessDays()).forward(last, claim.count)
    if claim.unit is ClaimUnit.MONTHS:
        return add_months(last + DAY, claim.count) - DAY
    if claim.unit is ClaimUnit.BILLING_CYCLES:
        return _end_of_cycle(last, claim)
    return _later(last, claim.count)


def _end_of_cycle(day: date, claim: ClaimWindow) -> date:
    """The last day of the cycle that is `count` cycles after the day's own."""
    anchor = date(ANCHOR_YEAR, 1, claim.cycle_day)
    return add_months(anchor, whole_months_between(anchor, day) + claim.count + 1) - DAY


def _later(day: date, days: int) -> date:
    try:
        return day + days * DAY
    except OverflowError:
        raise Invalid("date_out_of_range", f"{days} days from {day} leave the calendar.") from None
