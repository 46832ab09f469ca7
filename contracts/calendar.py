"""From what a version says and what was decided to the engine's rules, and to rows of terms."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from clm.lib import clock
from clm.lib.business_days import BusinessDays
from contracts.engine.term_traces import trace_deadline
from contracts.engine.terms import NoticePeriod, Renewal, Roll, TermRules
from contracts.engine.terms import Term as EngineTerm
from contracts.models import Contract, RenewalDecision, Term, Terms
from contracts.queries import version_in_force


def rules_of(terms: Terms, decisions: list[RenewalDecision], terminated_on: date | None = None) -> TermRules:
    """The engine's rules from a version's terms and the contract's decisions."""
    notice_given = next((d.term_number for d in decisions if d.kind == RenewalDecision.Kind.NOTICE_GIVEN), None)
    return TermRules(
        start=terms.starts_on,
        initial_months=terms.initial_months,
        renewal=Renewal(terms.renewal),
        renewal_months=terms.renewal_months,
        max_renewals=terms.max_renewals,
        notice=_notice(terms),
        renewals_agreed=sum(d.kind == RenewalDecision.Kind.RENEWAL_AGREED for d in decisions),
        notice_given_for_term=notice_given,
        terminated_on=terminated_on,
    )


def _notice(terms: Terms) -> NoticePeriod | None:
    if terms.notice_length is None:
        return None
    return NoticePeriod(
        **{terms.notice_unit: terms.notice_length}, roll=Roll(terms.notice_roll), clear_days=terms.clear_days
    )


def business_days_of(terms: Terms) -> BusinessDays:
    """The business days of the country the terms name; every weekday where they name none."""
    if not terms.holidays_country:
        return BusinessDays()
    return _business_days(terms.holidays_country, terms.starts_on.year)


@lru_cache(maxsize=64)
def _business_days(country: str, from_year: int) -> BusinessDays:
    years = range(from_year, max(from_year, clock.now().year) + 30)
    return BusinessDays(frozenset(holidays.country_holidays(country, years=years)))


def contract_rules(contract: Contract) -> tuple[Terms, TermRules] | None:
    """Terms and rules of the version in force today (else of the newest final one); None where no terms are set."""
    version = version_in_force(contract, clock.today(contract.time_zone)) or (
        contract.versions.filter(state="final").order_by("effective_on", "number").last()
    )
    terms = Terms.objects.filter(version=version).first() if version else None
    if terms is None:
        return None
    decisions = list(RenewalDecision.objects.filter(contract=contract))
    return terms, rules_of(terms, decisions)


def term_row(contract: Contract, terms: Terms, rules: TermRules, term: EngineTerm) -> Term:
    """The unsaved row of a term, with its notice deadline and how that came about."""
    trace = trace_deadline(rules, term, business_days_of(terms))
    basis = "initial" if term.number == 1 else "agreed" if rules.renewal is Renewal.EXPRESS else "automatic"
    return Term(
        organization_id=contract.organization_id,
        contract=contract,
        version_id=terms.version_id,
        number=term.number,
        starts_on=term.start,
        ends_on=term.end,
        notice_deadline=trace.value,
        basis=basis,
        trace=trace.as_json() | {"computed_at": clock.now().isoformat()},
    )


def start_of(day: date, zone: str) -> datetime:
    """The instant at which a day begins in a zone."""
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone))
