"""What a commitment says, as one value: forms, the API and presets fill it in, and it is checked here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import TextChoices

from clm.lib.errors import DomainError, Invalid
from clm.lib.money import minor_digits
from clm.lib.zones import is_zone
from slas.aims import rules_of
from slas.engine.credit_tiers import Band, validate_bands
from slas.engine.targets import Rule
from slas.engine.windows import place
from slas.models import Commitment, CreditTier
from slas.models.commitment import (
    ClaimUnit,
    CreditBase,
    EmptyPolicy,
    LateNotice,
    MaintenancePolicy,
    MissingDataPolicy,
    PartSteps,
    RemedyKind,
    WindowKind,
)
from slas.models.telemetry import QUANTITIES, IndicatorKind
from slas.numbers import column_faults
from slas.rules import rule_faults, stated

# Drafting gaps that published texts have on purpose or by accident, and that leave every attainment readable.
TOLERATED = {"no_lowest_band", "target_above_first_band"}
HUNDRED = Decimal(100)
LONGEST_CLAIM = 3650
LONGEST_GRACE = 8760
EARLIEST, LATEST = date(1970, 1, 1), date(2200, 12, 31)


@dataclass(frozen=True)
class NewIndicator:
    """An indicator to make while binding. The service is made too where the contract has none of that name."""

    key: str
    service_name: str
    name: str = ""
    kind: str = IndicatorKind.UPTIME
    unit: str = ""
    is_degraded_up: bool = True
    silence_minutes: int | None = None
    expected_every_minutes: int | None = None
    slice_minutes: int = 5
    condition_operator: str = ""
    condition_threshold: Decimal | None = None
    aggregation: str = ""
    percentile: Decimal | None = None


@dataclass(frozen=True)
class CommitmentTerms:
    """Every term of a commitment with the default DOMAIN names; percentages are 0 to 100."""

    name: str
    target: Decimal
    starts_on: date
    ends_on: date | None = None
    anchor_on: date | None = None
    comparison: str = ">="
    window_kind: str = WindowKind.MONTH
    window_days: int | None = None
    time_zone: str = "UTC"
    maintenance_policy: str = MaintenancePolicy.LEAVES_DENOMINATOR
    maintenance_notice_hours: int | None = None
    late_notice: str = LateNotice.NOT_COUNTED
    maintenance_cap_hours: Decimal | None = None
    missing_data_policy: str = MissingDataPolicy.INCONCLUSIVE
    empty_policy: str = EmptyPolicy.INCONCLUSIVE
    interval_minutes: int | None = None
    coverage_threshold_percent: Decimal = Decimal(95)
    warning_band: Decimal = Decimal(0)
    minimum_outage_seconds: int = 0
    whole_minutes: bool = False
    grace_hours: int = 72
    remedy_kind: str = RemedyKind.NONE
    credit_base: str = CreditBase.MONTHLY_FEE
    fixed_base_amount: Decimal | None = None
    currency: str = ""
    step_percent: Decimal | None = None
    step_credit_percent: Decimal | None = None
    part_steps: str = PartSteps.COUNTED
    multiplier: Decimal = Decimal(1)
    cap_window_percent: Decimal | None = None
    cap_year_amount: Decimal | None = None
    cap_contract_amount: Decimal | None = None
    minimum_credit_amount: Decimal | None = None
    minimum_credit_is_exclusive: bool = False
    claim_length: int | None = None
    claim_unit: str = ClaimUnit.DAYS
    claim_cycle_day: int = 1
    preset: str = ""
    watchers: tuple[UUID, ...] = ()
    tiers: tuple[Band, ...] = ()
    rules: tuple[Rule, ...] = ()

    def as_fields(self) -> dict[str, Any]:
        """The columns of a Commitment; tiers and rules are rows of their own."""
        values = asdict(self)
        del values["tiers"], values["rules"]
        return values | {"watchers": list(self.watchers), "has_rules": bool(self.rules)}


def terms_of(commitment: Commitment) -> CommitmentTerms:
    """The terms a stored commitment has."""
    names = {field.name for field in fields(CommitmentTerms)} - {"tiers", "watchers", "rules"}
    values = {name: getattr(commitment, name) for name in names}
    tiers, rules = tuple(bands_of(commitment)), rules_of(commitment)
    return CommitmentTerms(**values, watchers=tuple(commitment.watchers), tiers=tiers, rules=rules)


def bands_of(commitment: Commitment) -> list[Band]:
    """The stored tiers as the engine takes them, best band first."""
    rows = sorted(commitment.tiers.all(), key=lambda tier: tier.below, reverse=True)
    return [Band(below=row.below, at_or_above=row.at_or_above, credit_percent=row.credit_percent) for row in rows]


def check_terms(terms: CommitmentTerms, kind: str) -> None:
    """Raise Invalid `terms_invalid` with every fault beside its field."""
    faults: defaultdict[str, list[str]] = defaultdict(list)
    for field, text in _column_faults(terms) or _meaning_faults(terms, kind):
        faults[field].append(text)
    if faults:
        raise Invalid("terms_invalid", "Some of the terms cannot be judged by.", fields=faults)


Faults = Iterable[tuple[str, str]]


def _column_faults(terms: CommitmentTerms) -> list[tuple[str, str]]:
    """Terms that could not be kept exactly as they are: too many digits, too long, or no day of a contract's life."""
    values = terms.as_fields()
    faults = [
        (name, text)
        for name, value in values.items()
        if name != "watchers" and value is not None
        for text in column_faults(Commitment._meta.get_field(name), value)  # type: ignore[arg-type]
    ]
    faults += [
        (name, f"A day between {EARLIEST.year} and {LATEST.year}.")
        for name in ("starts_on", "ends_on", "anchor_on")
        if values[name] is not None and not EARLIEST <= values[name] <= LATEST
    ]
    bands = [(name, value) for band in terms.tiers for name, value in asdict(band).items() if value is not None]
    faults += [
        ("tiers", f"{value}: {text}")
        for name, value in bands
        for text in column_faults(CreditTier._meta.get_field(name), value)  # type: ignore[arg-type]
    ]
    return faults


def _meaning_faults(terms: CommitmentTerms, kind: str) -> Faults:
    yield from _window_faults(terms)
    yield from _maintenance_faults(terms)
    yield from _target_faults(terms, kind)
    yield from _remedy_faults(terms, kind)
    yield from rule_faults(terms.rules, terms, kind)


def _window_faults(terms: CommitmentTerms) -> Faults:
    if not terms.name.strip():
        yield "name", "Give it a name."
    try:
        place(terms.time_zone)
    except DomainError as refusal:
        yield "time_zone", refusal.message
    else:
        if not is_zone(terms.time_zone):
            yield "time_zone", "This is not an IANA time zone, such as Europe/Berlin."
    if terms.window_kind == WindowKind.ROLLING and not terms.window_days:
        yield "window_days", "A rolling window needs a number of days."
    if not 0 <= terms.grace_hours <= LONGEST_GRACE:
        yield "grace_hours", f"A window closes within {LONGEST_GRACE} hours."
    if terms.ends_on is not None and terms.ends_on <= terms.starts_on:
        yield "ends_on", "It ends after it starts."
    if terms.anchor_on is not None and terms.window_kind != WindowKind.ANNIVERSARY:
        yield "anchor_on", "Only contract years are counted from a day."
    yield from _unknown("empty_policy", terms.empty_policy, EmptyPolicy)
    yield from _unknown("window_kind", terms.window_kind, WindowKind)
    yield from _unknown("missing_data_policy", terms.missing_data_policy, MissingDataPolicy)
    yield from _unknown("remedy_kind", terms.remedy_kind, RemedyKind)
    yield from _unknown("credit_base", terms.credit_base, CreditBase)


def _maintenance_faults(terms: CommitmentTerms) -> Faults:
    yield from _unknown("maintenance_policy", terms.maintenance_policy, MaintenancePolicy)
    yield from _unknown("late_notice", terms.late_notice, LateNotice)
    if not 0 <= (terms.maintenance_notice_hours or 0) <= LONGEST_GRACE:
        yield "maintenance_notice_hours", f"Maintenance is announced up to {LONGEST_GRACE} hours before."
    if (terms.maintenance_cap_hours or 0) < 0:
        yield "maintenance_cap_hours", "The maintenance excused is not negative."


def _unknown(field: str, value: str, choices: type[TextChoices]) -> Faults:
    if value not in choices.values:
        yield field, "This is none of the choices."


def _target_faults(terms: CommitmentTerms, kind: str) -> Faults:
    if kind not in QUANTITIES and not 0 <= terms.target <= HUNDRED:
        yield "target", "A target is between 0 and 100 percent."
    if terms.comparison not in (">=", "<="):
        yield "comparison", "A target is reached from above or from below."
    if not 0 <= terms.coverage_threshold_percent <= HUNDRED:
        yield "coverage_threshold_percent", "Coverage is between 0 and 100 percent."
    if terms.warning_band < 0:
        yield "warning_band", "The warning band is not negative."
    if kind not in QUANTITIES and terms.warning_band > HUNDRED:
        yield "warning_band", "The warning band has at most 100 points."
    if terms.interval_minutes is not None and terms.interval_minutes < 1:
        yield "interval_minutes", "An interval has a length."
    elif terms.interval_minutes is not None and kind != IndicatorKind.RATIO:
        yield "interval_minutes", "Only shares of events are averaged over intervals."


def _remedy_faults(terms: CommitmentTerms, kind: str) -> Faults:
    if terms.remedy_kind != RemedyKind.NONE and kind in QUANTITIES:
        yield "remedy_kind", "A credit is computed from a percentage, which this indicator does not measure."
    if terms.remedy_kind == RemedyKind.PER_STEP:
        for name in ("step_percent", "step_credit_percent"):
            if not (getattr(terms, name) or 0) > 0:
                yield name, "A step has a size and a credit."
    if terms.credit_base == CreditBase.FIXED and not (terms.fixed_base_amount or 0) > 0:
        yield "fixed_base_amount", "A fixed base is an amount above nothing."
    if terms.remedy_kind != RemedyKind.NONE and terms.comparison == "<=":
        yield (
            "comparison",
            (
                "A credit is computed from how far attainment is below the target. "
                "State the share that is good, such as at least 99 %, not the share that is bad, such as at most 1 %."
            ),
        )
    if terms.multiplier <= 0:
        yield "multiplier", "A credit is multiplied by a number above nothing."
    for name in ("cap_window_percent", "cap_year_amount", "cap_contract_amount"):
        if (getattr(terms, name) or 0) < 0:
            yield name, "A cap is not negative."
    yield from _currency_faults(terms)
    yield from _unknown("part_steps", terms.part_steps, PartSteps)
    yield from _claim_faults(terms)
    yield from _tier_faults(terms)


def _currency_faults(terms: CommitmentTerms) -> Faults:
    if terms.credit_base == CreditBase.FIXED and not terms.currency:
        yield "currency", "A fixed base has a currency."
    if terms.currency:
        try:
            minor_digits(terms.currency)
        except DomainError as refusal:
            yield "currency", refusal.message


def _claim_faults(terms: CommitmentTerms) -> Faults:
    yield from _unknown("claim_unit", terms.claim_unit, ClaimUnit)
    if terms.claim_length is not None and not 0 <= terms.claim_length <= LONGEST_CLAIM:
        yield "claim_length", f"The time to claim is between 0 and {LONGEST_CLAIM}."
    if not 1 <= terms.claim_cycle_day <= 31:
        yield "claim_cycle_day", "A billing cycle begins on a day of the month, 1 to 31."
    if (terms.minimum_credit_amount or 0) < 0:
        yield "minimum_credit_amount", "The smallest credit is not negative."


def _tier_faults(terms: CommitmentTerms) -> Faults:
    if terms.remedy_kind != RemedyKind.TIERS:
        if terms.tiers:
            yield "tiers", "Tiers belong to a credit by tiers of attainment."
        return
    if not terms.tiers:
        yield "tiers", "Name at least one tier."
    for problem in validate_bands(terms.tiers, terms.target):
        if problem.code not in TOLERATED:
            yield "tiers", problem.message


def facts_of(terms: CommitmentTerms) -> Mapping[str, Any]:
    """What the ledger keeps of the terms: columns and tiers."""
    tiers = [
        {"below": band.below, "at_or_above": band.at_or_above, "credit_percent": band.credit_percent}
        for band in terms.tiers
    ]
    return terms.as_fields() | {"tiers": tiers, "rules": [stated(rule) for rule in terms.rules]}
