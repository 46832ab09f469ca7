"""What a judged window is worth by its commitment's remedy: rows are read here, the engines compute."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.urls import reverse

from billing.engine.reconcile import FeePeriod, FeeTerms, Period, fee_share
from billing.models import Credit, Fee
from billing.states import CreditState
from clm.lib import clock
from clm.lib.business_days import BusinessDays
from clm.lib.canonical import plain_decimal
from clm.lib.errors import DomainError
from clm.lib.money import Money, total
from clm.lib.months import add_months
from clm.lib.rounding import round_to_places
from clm.lib.trace import Input, Step, Trace
from contracts.calendar import business_days_of
from contracts.models import Terms
from contracts.queries import clause_ref
from slas.crediting import Missed, credit_share
from slas.engine.attainment import STORED_PLACES, MissingData, counted
from slas.engine.credit_tiers import CreditShare
from slas.engine.quantities import Quantities
from slas.engine.remedy import Caps, ClaimUnit, ClaimWindow, CreditAmount, RemedyTerms, claim_due_on, credit_amount
from slas.models import Breach, Commitment, Evaluation
from slas.models.commitment import CreditBase, RemedyKind, WindowKind

COUNTED = (
    CreditState.PROPOSED,
    CreditState.APPROVED,
    CreditState.ISSUED,
    CreditState.SETTLED,
    CreditState.DISPUTED,
)
BASE_PLACES = 4  # a base is kept, and multiplied, with four decimals, half up: what the column holds can be recomputed
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Remedy:
    """The credit of one evaluation before anything credited for it earlier is taken off."""

    base: Money
    percent: Decimal
    amount: Money
    limited_by: str | None
    claim_due_on: date | None
    trace: Trace


@dataclass(frozen=True)
class _Base:
    money: Money
    inputs: tuple[Input, ...]
    steps: tuple[Step, ...]


def remedy_of(breach: Breach, evaluation: Evaluation) -> Remedy:
    """The credit a missed window asks for. Refusals: `no_remedy`, `not_measured`, `fee_missing`, `currency_mismatch`
    (fees, caps and what the caps count are not all in one), `attainment_out_of_range`."""
    commitment = breach.commitment
    share = _share(commitment, evaluation)
    base = _base(breach)
    credited = credited_before(breach, base.money.currency)
    amount = credit_amount(share.exact_percent, _terms(commitment, base.money, credited))
    return Remedy(
        base=base.money,
        percent=amount.percent,
        amount=amount.amount,
        limited_by=amount.limited_by,
        claim_due_on=_claim_due_on(breach),
        trace=_trace(breach, evaluation, share, base, amount),
    )


def base_of(breach: Breach) -> Money:
    """What the credit is a share of, as the fees stand now. Refusals: `fee_missing`, `currency_mismatch`."""
    return _base(breach).money


def exact_attainment(evaluation: Evaluation) -> Fraction:
    """The attainment that the verdict compared, which the stored one is rounded from; else the stored one itself."""
    stored = evaluation.attainment or Decimal(0)
    told = evaluation.trace.get("parameters", {}).get("exact_attainment")
    exact = Fraction(told) if told else Fraction(stored)
    return exact if round_to_places(exact, STORED_PLACES) == stored else Fraction(stored)


def last_day_of(breach: Breach) -> date:
    """The last local day of the breach's window, in the commitment's zone."""
    return window_days(breach).end - timedelta(days=1)


def window_days(breach: Breach) -> Period:
    """The window as dates of the commitment's zone; an hour's window is the day it lies in."""
    zone = ZoneInfo(breach.commitment.time_zone)
    start = breach.window.starts_at.astimezone(zone).date()
    end = breach.window.ends_at.astimezone(zone).date()
    return Period(start, max(end, start + timedelta(days=1)))


def fee_terms(fee: Fee) -> FeeTerms:
    """A fee as the engine takes it."""
    money = Money(_short(fee.amount), fee.currency)
    return FeeTerms(fee.name, money, FeePeriod(fee.period), fee.starts_on, fee.ends_on)


def fees_between(contract_id: UUID, start: date, end: date) -> QuerySet[Fee]:
    """Fees of a contract that are due on some day of [start, end), the earliest first."""
    rows = Fee.objects.filter(contract_id=contract_id, starts_on__lt=end).filter(Q(ends_on=None) | Q(ends_on__gt=start))
    return rows.select_related("passage__clause", "service").order_by("starts_on", "pk")


def _share(commitment: Commitment, evaluation: Evaluation) -> CreditShare:
    """The share of the base that the remedy gives, by all terms that were in force in the window."""
    parts = evaluation.inputs.get("parts", [])
    if not parts and commitment.remedy_kind == RemedyKind.NONE:
        raise DomainError("no_remedy", "The commitment grants no credit.")
    if evaluation.attainment is None:
        raise DomainError("not_measured", "Nothing was measured, so no credit can be computed.")
    rows = Commitment.objects.prefetch_related("tiers").in_bulk([part["commitment_id"] for part in parts])
    missed = Missed(
        attainment=exact_attainment(evaluation),
        target=evaluation.target,
        judged=_judged_of(commitment, evaluation),
        unit=evaluation.unit,
        parts=parts,
        rule=evaluation.inputs.get("rule"),
    )
    share = credit_share(commitment, missed, {UUID(str(pk)): row for pk, row in rows.items()})
    if share is None:
        raise DomainError("no_remedy", "The commitment grants no credit.")
    return share


def _judged_of(commitment: Commitment, evaluation: Evaluation) -> Fraction:
    """The seconds or events that the verdict was on; of a window that an amendment cut those of its parts."""
    parts = evaluation.inputs.get("parts", [])
    if parts:
        return sum((Fraction(part["weight"]) for part in parts), Fraction(0))
    seen = Quantities(evaluation.good, evaluation.bad, evaluation.excluded, evaluation.unmeasured, evaluation.unit)
    return counted(seen, MissingData(commitment.missing_data_policy))[1]


def _base(breach: Breach) -> _Base:
    commitment = breach.commitment
    if commitment.credit_base == CreditBase.FIXED:
        money = Money(_short(commitment.fixed_base_amount or Decimal(0)), commitment.currency)
        return _Base(money, (Input("Fixed base", money.amount, money.currency, "the commitment"),), ())
    period = window_days(breach)
    fees = _fees_of(breach, period)
    currency = _one_currency(fees)
    if commitment.credit_base == CreditBase.MONTHLY_FEE:
        parts = _monthly(fees, period)
    else:
        parts = _in_window(breach, fees, period)
    exact = sum((part for _step, part in parts), Fraction(0))
    money = Money(_short(round_to_places(exact, BASE_PLACES)), currency)
    inputs = tuple(fee_input(fee) for fee in fees)
    return _Base(money, inputs, tuple(step for step, _part in parts))


def _fees_of(breach: Breach, period: Period) -> list[Fee]:
    """The fees of the commitment's service, or where it has none those of the whole contract."""
    fees = list(fees_between(breach.contract_id, period.start, period.end))
    service_id = breach.commitment.indicator.service_id
    found = [fee for fee in fees if fee.service_id == service_id] or [fee for fee in fees if fee.service_id is None]
    if not found:
        raise DomainError("fee_missing", "No fee is set for this window, so the credit has no base.")
    return found


def _one_currency(fees: Sequence[Fee]) -> str:
    currencies = sorted({fee.currency for fee in fees})
    if len(currencies) > 1:
        raise DomainError("currency_mismatch", f"The fees of this window are in {' and '.join(currencies)}.")
    return currencies[0]


def _monthly(fees: Sequence[Fee], period: Period) -> list[tuple[Step, Fraction]]:
    """A month's fee as it stands on the window's first day, or on the first later day on which a fee is due."""
    day = max(period.start, min(fee.starts_on for fee in fees))
    due = [fee for fee in fees if fee.starts_on <= day and (fee.ends_on is None or fee.ends_on > day)]
    parts = []
    for fee in due:
        months = FeePeriod(fee.period).months
        exact = Fraction(fee.amount) / months
        label = f"{fee.name}, a month, on {day}"
        value = round_to_places(exact, BASE_PLACES)
        parts.append((Step(label, f"{_short(fee.amount)} / {months}", value, fee.currency), exact))
    return parts


def _in_window(breach: Breach, fees: Sequence[Fee], period: Period) -> list[tuple[Step, Fraction]]:
    """The fees for the window's own days; of an hour's window its share of a day."""
    part = Fraction(1)
    if breach.commitment.window_kind == WindowKind.HOUR:
        part = Fraction(int((breach.window.ends_at - breach.window.starts_at).total_seconds()), DAY_SECONDS)
    parts = []
    for fee in fees:
        share = fee_share(fee_terms(fee), period)
        exact = share.exact * part
        expression = f"{_short(fee.amount)} a {fee.period} × {share.months} months / {FeePeriod(fee.period).months}"
        value = round_to_places(exact, BASE_PLACES)
        parts.append((Step(f"{fee.name}, in the window", expression, value, fee.currency), exact))
    return parts


def fee_input(fee: Fee) -> Input:
    """A fee as a trace shows it, with the sentence it rests on."""
    source = f"clause {fee.passage.clause.number}: {fee.passage.quote}" if fee.passage else "entered without a clause"
    url = reverse("contract-tab", args=[fee.contract_id, "money"])
    return Input(f"Fee: {fee.name}", _short(fee.amount), f"{fee.currency} a {fee.period}", source, url)


@dataclass(frozen=True)
class Credited:
    """What counts towards a cap. `in_year` is the most that any rolling year with this window in it holds already."""

    in_year: Money
    in_contract: Money


@dataclass(frozen=True)
class _Earlier:
    """A live credit of another breach: the local end of its window, and its amount."""

    ends_at: datetime
    amount: Money


def credited_before(breach: Breach, currency: str) -> Credited:
    """Live credits of the contract's other breaches. Credits that were rejected, lapsed or withdrawn give their room
    back. Where a cap counts credits of another currency, that is `currency_mismatch`."""
    others, commitment = list(_live_credits(breach)), breach.commitment
    years = _years_with(_local_end(breach.window.ends_at, commitment.time_zone), others)
    if commitment.cap_contract_amount is not None:
        _check_currency(others, currency)
    if commitment.cap_year_amount is not None:
        _check_currency([other for year in years for other in year], currency)
    sums = [_sum(year, currency) for year in years]
    return Credited(max(sums, key=lambda money: money.amount), _sum(others, currency))


def _live_credits(breach: Breach) -> Iterator[_Earlier]:
    rows = Credit.objects.filter(contract_id=breach.contract_id, state__in=COUNTED).exclude(breach_id=breach.pk)
    names = ("breach__window__ends_at", "commitment__time_zone", "amount", "currency")
    for ends_at, zone, amount, currency in rows.values_list(*names):
        yield _Earlier(_local_end(ends_at, zone), Money(_short(amount), currency))


def _local_end(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone))


def _years_with(end: datetime, others: Sequence[_Earlier]) -> list[list[_Earlier]]:
    """The credits in each rolling year that has this window in it: the year up to its end, and those up to the end of
    each window that was credited for later days."""
    later = [other.ends_at for other in others if other.ends_at > end and _year_before(other.ends_at) < end]
    return [[other for other in others if _year_before(last) < other.ends_at <= last] for last in [end, *later]]


def _year_before(end: datetime) -> datetime:
    """The same local day and time twelve months earlier: a window that ended then is no longer in the year."""
    day = add_months(end.date(), -12)
    return end.replace(year=day.year, month=day.month, day=day.day)


def _check_currency(others: Sequence[_Earlier], currency: str) -> None:
    stated = sorted({other.amount.currency for other in others} - {currency})
    if stated:
        raise DomainError(
            "currency_mismatch",
            f"The cap counts credits in {' and '.join(stated)}, and this one would be in {currency}.",
        )


def _sum(others: Sequence[_Earlier], currency: str) -> Money:
    return total((other.amount for other in others if other.amount.currency == currency), currency)


def _terms(commitment: Commitment, base: Money, credited: Credited) -> RemedyTerms:
    currency = commitment.currency or base.currency

    def money(amount: Decimal | None) -> Money | None:
        return None if amount is None else Money(_short(amount), currency)

    window_percent = commitment.cap_window_percent
    caps = Caps(
        window_percent=None if window_percent is None else _short(window_percent),
        year=money(commitment.cap_year_amount),
        credited_in_year=credited.in_year,
        contract=money(commitment.cap_contract_amount),
        credited_in_contract=credited.in_contract,
    )
    return RemedyTerms(
        base=base,
        caps=caps,
        minimum=money(commitment.minimum_credit_amount),
        minimum_is_exclusive=commitment.minimum_credit_is_exclusive,
    )


def _claim_due_on(breach: Breach) -> date | None:
    commitment = breach.commitment
    if commitment.claim_length is None:
        return None
    claim = ClaimWindow(commitment.claim_length, ClaimUnit(commitment.claim_unit), commitment.claim_cycle_day)
    return claim_due_on(breach.window.ends_at, commitment.time_zone, claim, _business_days(commitment))


def _business_days(commitment: Commitment) -> BusinessDays:
    """Those of the country whose holidays the version names; every weekday where it names none."""
    terms = Terms.objects.filter(version_id=commitment.version_id).first()
    return business_days_of(terms) if terms else BusinessDays()


def _trace(breach: Breach, evaluation: Evaluation, share: CreditShare, base: _Base, amount: CreditAmount) -> Trace:
    commitment = breach.commitment
    return Trace(
        title=f"Service credit for {commitment.name}, {breach.window.label}",
        value=amount.amount.amount,
        unit=amount.amount.currency,
        formula=f"{share.trace.formula}; {amount.trace.formula}",
        inputs=(*_evaluation_inputs(breach, evaluation), *base.inputs),
        parameters=_parameters(commitment) | {"exact_attainment": str(exact_attainment(evaluation))},
        steps=(*share.trace.steps, *base.steps, *amount.trace.steps),
        clause=clause_ref(commitment.passage),
        computed_at=clock.now(),
    )


def _evaluation_inputs(breach: Breach, evaluation: Evaluation) -> tuple[Input, ...]:
    url = reverse("breach", args=[breach.pk])
    source = f"evaluation {evaluation.revision} of {breach.window.label}, {breach.reference}"
    figures = [
        ("Attainment", evaluation.attainment, "%"),
        ("Target", evaluation.target, "%"),
        ("Good", evaluation.good, evaluation.unit),
        ("Bad", evaluation.bad, evaluation.unit),
        ("Excluded", evaluation.excluded, evaluation.unit),
        ("Unmeasured", evaluation.unmeasured, evaluation.unit),
        ("Coverage", evaluation.coverage_percent, "%"),
    ]
    return tuple(
        Input(name, None if value is None else _short(value), unit, source, url) for name, value, unit in figures
    )


def _parameters(commitment: Commitment) -> dict[str, object]:
    """What the contract sets, without what it leaves open."""
    found: dict[str, object] = {
        "remedy": commitment.get_remedy_kind_display(),
        "credit_is_a_share_of": commitment.get_credit_base_display(),
        "cap_per_window_percent_of_the_base": commitment.cap_window_percent,
        "cap_per_rolling_year": commitment.cap_year_amount,
        "cap_per_contract": commitment.cap_contract_amount,
        "smallest_credit": commitment.minimum_credit_amount,
        "smallest_credit_must_be_exceeded": commitment.minimum_credit_is_exclusive or None,
        "part_of_a_step": commitment.part_steps if commitment.remedy_kind == RemedyKind.PER_STEP else None,
        "time_to_claim": commitment.claim_length,
        "time_to_claim_unit": commitment.claim_unit if commitment.claim_length is not None else None,
        "billing_cycles_begin_on_day": _cycle_day(commitment),
    }
    return {name: value for name, value in found.items() if value is not None}


def _cycle_day(commitment: Commitment) -> int | None:
    return commitment.claim_cycle_day if commitment.claim_unit == ClaimUnit.BILLING_CYCLES else None


def _short(value: Decimal) -> Decimal:
    """The same value without trailing zeros, as people write it."""
    return Decimal(plain_decimal(value))
