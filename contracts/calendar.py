"""From what a version says and what was decided to the engine's rules, and to rows of terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from clm.lib import clock
from clm.lib.business_days import BusinessDays
from clm.lib.errors import Invalid
from clm.lib.trace import ClauseRef, Input, Trace
from contracts.engine.day_end import closes_at, is_skipped
from contracts.engine.term_traces import trace_deadline
from contracts.engine.terms import NoticePeriod, Renewal, Roll, TermRules, notice_closes_at, term_status
from contracts.engine.terms import Term as EngineTerm
from contracts.models import Contract, RenewalDecision, Term, Terms
from contracts.queries import clause_ref, passage_rows
from contracts.states import VersionState


def rules_of(terms: Terms, decisions: list[RenewalDecision], first: int = 0) -> TermRules:
    """The engine's rules from a version's terms and the decisions in terms after the `first` ones."""
    decided = [(each.kind, each.term_number - first) for each in decisions if each.term_number > first]
    notice_given = next((number for kind, number in decided if kind == RenewalDecision.Kind.NOTICE_GIVEN), None)
    return TermRules(
        start=terms.starts_on,
        initial_months=terms.initial_months,
        renewal=Renewal(terms.renewal),
        renewal_months=terms.renewal_months,
        max_renewals=terms.max_renewals,
        notice=_notice(terms),
        renewals_agreed=sum(kind == RenewalDecision.Kind.RENEWAL_AGREED for kind, _number in decided),
        notice_given_for_term=notice_given,
    )


def _notice(terms: Terms) -> NoticePeriod | None:
    if terms.notice_length is None:
        return None
    return NoticePeriod(
        **{terms.notice_unit: terms.notice_length},
        roll=Roll(terms.notice_roll),
        clear_days=terms.clear_days,
        ends_at=terms.day_ends_at,
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


@dataclass(frozen=True)
class Stretch:
    """A time in which one version's terms are in force: up to `until` inclusive, the day before the next version's
    effect or today. `first` terms of the contract began before these terms do: the engine counts on from them."""

    terms: Terms
    rules: TermRules
    until: date
    first: int = 0


def stretches(contract: Contract, today: date, rows: list[Term] | None = None) -> Iterator[Stretch]:
    """The versions' terms in force up to today, oldest first, from that of the newest recorded term on.

    Each is read when it is asked for, so that it counts on from terms written meanwhile, or put in `rows`, which then
    stand for those on record. Earlier versions are history. Of two versions that take effect on one day the later
    counts.
    """
    written = Term.objects.filter(contract=contract).order_by("number").defer("trace")
    begun = list(written.select_related("version").defer("trace", "version__text")) if rows is None else rows
    known = begun[-1].version.number if begun else 0
    finals = contract.versions.filter(state=VersionState.FINAL, effective_on__lte=today, terms__isnull=False)
    terms = Terms.objects.filter(version__in=finals).order_by("version__effective_on", "version__number")
    by_day = {each.version.effective_on: each for each in terms.select_related("version").defer("version__text")}
    for day, following in zip_longest(by_day, list(by_day)[1:]):
        if by_day[day].version.number < known:
            continue
        until = today if following is None else following - timedelta(days=1)
        yield stretch_of(by_day[day], list(written.all()) if rows is None else rows, until)


def stretch_of(terms: Terms, rows: list[Term], until: date) -> Stretch:
    """The stretch of a version's terms beside the recorded terms of the contract."""
    first = sum(row.starts_on < terms.starts_on for row in rows)
    decisions = list(RenewalDecision.objects.filter(contract_id=terms.version.contract_id))
    return Stretch(terms, rules_of(terms, decisions, first), until, first)


def current_stretch(contract: Contract) -> Stretch | None:
    """The terms in force today; None where no version with terms is in effect."""
    found = list(stretches(contract, clock.today(contract.time_zone)))
    return found[-1] if found else None


def goes_on(contract: Contract, term: Term) -> bool:
    """Whether another term follows this recorded one as things stand: an amendment's own first term begins at its end,
    or the rules of its version, counted from that version's own first term, renew it."""
    terms = Terms.objects.select_related("version").filter(version_id=term.version_id).first()
    if terms is None:
        return False
    finals = contract.versions.filter(state=VersionState.FINAL, effective_on__lte=clock.today(contract.time_zone))
    if finals.filter(number__gt=terms.version.number, terms__starts_on=term.ends_on).exists():
        return True
    rows = Term.objects.filter(contract=contract, number__lte=term.number).defer("trace")
    return term_status(stretch_of(terms, list(rows), term.starts_on).rules, term.starts_on).term.renews


def term_rows(contract: Contract, stretch: Stretch, begun: Sequence[EngineTerm]) -> list[Term]:
    """The unsaved rows of terms, each with its notice deadline and how that came about."""
    passage_id = stretch.terms.notice_passage_id if begun else None
    clause = clause_ref(passage_rows().get(pk=passage_id)) if passage_id else None
    return [_term_row(contract, stretch, term, clause) for term in begun]


def _term_row(contract: Contract, stretch: Stretch, term: EngineTerm, clause: ClauseRef | None) -> Term:
    terms, rules = stretch.terms, stretch.rules
    trace = trace_deadline(rules, term, business_days_of(terms), contract.time_zone)
    return Term(
        organization_id=contract.organization_id,
        contract=contract,
        version_id=terms.version_id,
        number=term.number + stretch.first,
        starts_on=term.start,
        ends_on=term.end,
        notice_deadline=trace.value,
        notice_closes_at=notice_closes_at(rules, trace.value, contract.time_zone),
        basis=_basis(rules, term, stretch.first),
        trace=replace(trace, clause=clause or trace.clause, computed_at=clock.now()).as_json(),
    )


def _basis(rules: TermRules, term: EngineTerm, first: int) -> str:
    if term.number == 1:
        return "amended" if first else "initial"
    return "agreed" if rules.renewal is Renewal.EXPRESS else "automatic"


def cut_short(row: Term, stretch: Stretch) -> dict[str, Any]:
    """What changes in a term that an amendment's own first term follows: it ends there, without a notice."""
    starts_on = stretch.terms.starts_on
    trace = Trace(
        title="Notice deadline",
        value=None,
        unit="date",
        formula="none: the term is followed by the amended terms",
        inputs=(
            Input("Term number", row.number),
            Input("Term start", row.starts_on, "date"),
            Input("Amended terms start", starts_on, "date"),
        ),
        computed_at=clock.now(),
    )
    return {"ends_on": starts_on, "notice_deadline": None, "notice_closes_at": None, "trace": trace.as_json()}


def start_of(day: date, zone: str) -> datetime:
    """The instant at which a day begins in a zone."""
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone))


def end_of(day: date, zone: str) -> datetime:
    """The instant (UTC) at which a day is over in a zone, where nothing says otherwise: 24:00."""
    return closes_at(day, None, zone)


def instant_of(day: date, at: time, zone: str) -> datetime:
    """The instant of a local time; of one that is shown twice the first. Raises Invalid `time_skipped`."""
    if is_skipped(datetime.combine(day, at), zone):
        message = f"The clocks of {zone} skip {at:%H:%M} on {day}."
        raise Invalid("time_skipped", message, fields={"decided_at": [message]})
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone))
