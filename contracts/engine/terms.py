"""The current term of a contract, its end, the last day for notice and the next renewal, from what was agreed.

Terms are half-open [start, end): the end is the renewal date, the first day not covered. Months are counted from the
original anchor day and clamped to the month's last day. All dates are in the contract's own zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import takewhile

from clm.lib.business_days import BusinessDays
from clm.lib.errors import Invalid
from clm.lib.months import add_months
from contracts.engine.day_end import closes_at, refuse_odd_end

EVERY_WEEKDAY = BusinessDays()


class Renewal(StrEnum):
    NONE = "none"
    AUTOMATIC = "automatic"
    EXPRESS = "express"


class Roll(StrEnum):
    """Where a notice deadline goes that falls on no business day."""

    NONE = "none"
    PRECEDING = "preceding_business_day"
    FOLLOWING = "following_business_day"


class Status(StrEnum):
    NOT_STARTED = "not_started"
    ACTIVE = "active"
    EXPIRED = "expired"


class Ending(StrEnum):
    """Why a term is the last one. `COURSE` is the term's own end, with nothing left to renew it."""

    COURSE = "course"
    NOTICE = "notice"
    TERMINATION = "termination"


@dataclass(frozen=True)
class NoticePeriod:
    """How long before a term's end notice must be given: exactly one of days, months and business days.

    Months are counted back along the start's own day. Clear days: neither the day of the notice nor that of the
    renewal is counted, which puts the deadline one calendar day earlier, before it is moved to a business day.
    `ends_at` is the local time before which notice must arrive on the last day; None is 24:00.
    """

    days: int | None = None
    months: int | None = None
    business_days: int | None = None
    roll: Roll = Roll.NONE
    clear_days: bool = False
    ends_at: time | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "roll", Roll(self.roll))
        lengths = [length for length in (self.days, self.months, self.business_days) if length is not None]
        if len(lengths) != 1:
            raise Invalid("notice_invalid", "A notice period is in days, in months or in business days.")
        if lengths[0] < 0:
            raise Invalid("notice_invalid", "A notice period is not negative.")
        refuse_odd_end(self.ends_at)


@dataclass(frozen=True)
class TermRules:
    """What the contract says of its duration and what was decided so far.

    The initial term is months, then days, from `start`; or it ends on `initial_end` (the first day not covered).
    `max_renewals` None is without limit. `renewals_agreed` counts express renewals. `notice_given_for_term` is the
    term (1 is the initial one) in which valid notice was given: it does not renew. `terminated_on` is the first day
    that a termination no longer covers.
    """

    start: date
    initial_months: int = 0
    renewal: Renewal = Renewal.NONE
    renewal_months: int | None = None
    max_renewals: int | None = None
    notice: NoticePeriod | None = None
    renewals_agreed: int = 0
    notice_given_for_term: int | None = None
    initial_days: int = 0
    renewal_days: int = 0
    initial_end: date | None = None
    terminated_on: date | None = None

    def __post_init__(self) -> None:
        """Raises `zero_length_term` for a term without length, `termination_before_start` for one before it began."""
        object.__setattr__(self, "renewal", Renewal(self.renewal))
        _refuse_empty_initial_term(self)
        if self.renewal is not Renewal.NONE:
            _refuse_empty(self.renewal_months or 0, self.renewal_days, "A renewal term")
        if (self.max_renewals or 0) < 0 or self.renewals_agreed < 0:
            raise Invalid("renewals_invalid", "A number of renewals is not negative.")
        if self.terminated_on is not None and self.terminated_on <= self.start:
            raise Invalid("termination_before_start", "A termination takes effect after the contract's start.")


def _refuse_empty_initial_term(rules: TermRules) -> None:
    if rules.initial_end is None:
        _refuse_empty(rules.initial_months, rules.initial_days, "The initial term")
    elif rules.initial_months or rules.initial_days:
        raise Invalid("initial_term_twice", "The initial term has a length or an end date, not both.")
    elif rules.initial_end <= rules.start:
        raise Invalid("zero_length_term", "The initial term ends on or before its start.")


def _refuse_empty(months: int, days: int, what: str) -> None:
    if months < 0 or days < 0 or months + days == 0:
        raise Invalid("zero_length_term", f"{what} has no length.")


@dataclass(frozen=True)
class Term:
    """One term, [start, end). `end_anchor` and `end_months` say how its end is counted: months from an anchor day."""

    number: int
    start: date
    end: date
    end_anchor: date
    end_months: int
    ending: Ending | None = None

    @property
    def renews(self) -> bool:
        return self.ending is None


@dataclass(frozen=True)
class TermStatus:
    """The state on one day. `terms` are all terms begun so far, the current or last one included.

    `notice_deadline` belongs to the current term's end; there is none unless that term renews by itself.
    `next_renewal_on` is the current term's end where a renewal will follow it.
    """

    status: Status
    term_number: int
    term_start: date
    term_end: date
    notice_deadline: date | None
    next_renewal_on: date | None
    terms: tuple[Term, ...]

    @property
    def term(self) -> Term:
        return self.terms[-1]


def term_status(rules: TermRules, as_of: date, business_days: BusinessDays = EVERY_WEEKDAY) -> TermStatus:
    """The term that covers `as_of`, else the first before the start or the last after the end."""
    terms = terms_between(rules, as_of) or (next(every_term(rules)),)
    current = terms[-1]
    status = _status_on(as_of, rules.start, current)
    goes_on = current.renews and status is not Status.EXPIRED
    return TermStatus(
        status=status,
        term_number=current.number,
        term_start=current.start,
        term_end=current.end,
        notice_deadline=notice_deadline(rules, current, business_days) if goes_on else None,
        next_renewal_on=current.end if goes_on else None,
        terms=terms,
    )


def _status_on(as_of: date, start: date, current: Term) -> Status:
    if as_of < start:
        return Status.NOT_STARTED
    return Status.ACTIVE if as_of < current.end else Status.EXPIRED


def terms_between(rules: TermRules, until: date) -> tuple[Term, ...]:
    """Every term begun on or before `until`, in order, none skipped; empty before the start."""
    return tuple(takewhile(lambda term: term.start <= until, every_term(rules)))


def every_term(rules: TermRules) -> Iterator[Term]:
    """The terms in order, without end where renewals are unlimited. Reads no further than it is asked."""
    number, start = 1, rules.start
    anchor, months = _end_of_initial_term(rules)
    while True:
        end = add_months(anchor, months)
        ending = _ending(rules, number, end)
        if ending is Ending.TERMINATION and rules.terminated_on:
            end, anchor, months = rules.terminated_on, rules.terminated_on, 0
        yield Term(number, start, end, anchor, months, ending)
        if ending is not None:
            return
        number, start = number + 1, end
        anchor, months = _advance(anchor, months, rules.renewal_months or 0, rules.renewal_days)


def _end_of_initial_term(rules: TermRules) -> tuple[date, int]:
    if rules.initial_end is not None:
        return rules.initial_end, 0
    return _advance(rules.start, 0, rules.initial_months, rules.initial_days)


def _advance(anchor: date, months: int, more_months: int, more_days: int) -> tuple[date, int]:
    """Months keep the anchor's day; days make the day they reach the new anchor."""
    if not more_days:
        return anchor, months + more_months
    return _shifted(add_months(anchor, months + more_months), more_days), 0


def _ending(rules: TermRules, number: int, end: date) -> Ending | None:
    """Why the term numbered so and ending then is the last one; None when it renews."""
    if rules.terminated_on is not None and rules.terminated_on <= end:
        return Ending.TERMINATION
    if number > _renewals_allowed(rules, number):
        return Ending.COURSE
    return Ending.NOTICE if rules.notice_given_for_term == number else None


def _renewals_allowed(rules: TermRules, number: int) -> int:
    """How many renewals may happen in all; `number` stands for without limit."""
    limit = number if rules.max_renewals is None else rules.max_renewals
    if rules.renewal is Renewal.NONE:
        return 0
    return min(limit, rules.renewals_agreed) if rules.renewal is Renewal.EXPRESS else limit


def notice_deadline(rules: TermRules, term: Term, business_days: BusinessDays = EVERY_WEEKDAY) -> date | None:
    """The last day on which notice still counts; None where the term does not renew by itself.

    It may lie before the term's start, where the notice period is longer than the term.
    """
    if rules.notice is None or rules.renewal is not Renewal.AUTOMATIC or not term.renews:
        return None
    counted = counted_back(rules.notice, term, business_days)
    return rolled(rules.notice.roll, cleared(rules.notice, counted), term, business_days)


def notice_closes_at(rules: TermRules, deadline: date | None, zone: str) -> datetime | None:
    """The instant (UTC) from which on notice no longer counts, given its last day; None where there is none."""
    if rules.notice is None or deadline is None:
        return None
    return closes_at(deadline, rules.notice.ends_at, zone)


def counted_back(notice: NoticePeriod, term: Term, business_days: BusinessDays) -> date:
    """The term's end minus the notice period; months along the anchor's own day, not the end's clamped one."""
    if notice.months is not None:
        return add_months(term.end_anchor, term.end_months - notice.months)
    if notice.business_days is not None:
        return business_days.back(term.end, notice.business_days)
    return _shifted(term.end, -(notice.days or 0))


def cleared(notice: NoticePeriod, day: date) -> date:
    """One day earlier under clear days."""
    return _shifted(day, -1) if notice.clear_days else day


def rolled(roll: Roll, day: date, term: Term, business_days: BusinessDays) -> date:
    """The day moved to a business day as agreed. Following never reaches the renewal itself: it then precedes."""
    if roll is Roll.NONE:
        return day
    following = business_days.following(day)
    if roll is Roll.FOLLOWING and (following == day or following < term.end):
        return following
    return business_days.preceding(day)


def _shifted(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise Invalid("date_out_of_range", f"{days} days from {day} leave the calendar.") from None
