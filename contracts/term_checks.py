"""Terms that could not be counted, or kept, are refused before anybody relies on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import islice

from django.utils.translation import gettext as _

from clm.lib.business_days import BusinessDays
from clm.lib.days import EARLIEST, LATEST
from clm.lib.errors import Invalid
from contracts.calendar import business_days_of, rules_of
from contracts.engine.day_end import refuse_odd_end
from contracts.engine.terms import Term, TermRules, every_term, notice_deadline, terms_between
from contracts.models import Terms

FIELD_OF = {
    "zero_length_term": "initial_months",
    "notice_invalid": "notice_length",
    "renewals_invalid": "max_renewals",
    "day_end_invalid": "day_ends_at",
}
# The day after the last one is an instant as well, in every zone.
LAST_END = date(9998, 12, 31)
# A month to month contract with thirty days' notice is usual, though February is shorter, clear days take one more and
# a deadline moves over a long weekend. What lies further back is a mistake.
BEFORE_START = timedelta(days=10)


def check_terms(row: Terms) -> None:
    """Raise Invalid, with the message beside its field, for terms (saved or not) that the engine cannot count.

    Besides the engine's own refusals: `date_out_of_range` for a start outside of EARLIEST to LATEST, or a term that
    begins by LATEST and leaves the calendar; `notice_before_start` where in no term the last day for notice comes
    later than BEFORE_START before that term. A trial month that yearly terms with three months' notice follow is usual.
    """
    if not EARLIEST <= row.starts_on <= LATEST:
        between = {"first": EARLIEST.year, "last": LATEST.year}
        raise _beside("starts_on", "date_out_of_range", _("A day between %(first)s and %(last)s.") % between)
    rules, business_days = _read(row)
    first = _on_calendar("initial_months", lambda: next(every_term(rules)))
    _on_calendar("renewal_months", lambda: terms_between(rules, LATEST)[-1])
    _check_notice(rules, [first, *islice(every_term(rules), 1, 2)], business_days)


def _read(row: Terms) -> tuple[TermRules, BusinessDays]:
    """The engine's own rules and calendar; what it refuses is said beside the field."""
    try:
        refuse_odd_end(row.day_ends_at)
        return rules_of(row, []), business_days_of(row)
    except NotImplementedError as unknown:
        message = f"No public holidays are known for {row.holidays_country}."
        raise _beside("holidays_country", "country_unknown", message) from unknown
    except Invalid as refusal:
        where = FIELD_OF.get(refusal.code, "starts_on")
        if refusal.code == "zero_length_term" and row.initial_months:
            where = "renewal_months"
        raise _beside(where, refusal.code, refusal.message) from refusal


def _on_calendar(field: str, counted: Callable[[], Term]) -> Term:
    """The term that is counted, whose length stands in the field."""
    message = _("This leaves the calendar: a term would end after the year %(year)s.") % {"year": LAST_END.year}
    try:
        term = counted()
    except Invalid as refusal:
        raise _beside(field, refusal.code, message) from refusal
    if term.end > LAST_END:
        raise _beside(field, "date_out_of_range", message)
    return term


def _check_notice(rules: TermRules, terms: Sequence[Term], business_days: BusinessDays) -> None:
    """`terms`: the first one, and the first renewal, which all others are like."""
    try:
        deadlines = [notice_deadline(rules, term, business_days) for term in terms]
    except Invalid as refusal:
        raise _beside("notice_length", refusal.code, refusal.message) from refusal
    late = [
        deadline is not None and deadline < term.start - BEFORE_START
        for term, deadline in zip(terms, deadlines, strict=True)
    ]
    if all(late):
        message = _("The last day for notice would be %(deadline)s, before the term starts on %(start)s.")
        days = {"deadline": deadlines[0], "start": terms[0].start}
        raise _beside("notice_length", "notice_before_start", message % days)


def _beside(field: str, code: str, message: str) -> Invalid:
    return Invalid(code, message, fields={field: [message]})
