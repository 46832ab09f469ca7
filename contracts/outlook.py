"""The terms of a contract up to a day that is yet to come, as things stand: as `advance_terms` will write them."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from clm.lib import clock
from clm.lib.days import LATEST
from clm.lib.errors import DomainError
from contracts.calendar import Stretch, stretch_of, stretches
from contracts.engine.terms import Status, TermStatus, term_status, terms_between
from contracts.models import Contract, Term, Terms, Version
from contracts.queries.amendments import amendment_of, announced_end


def outlook(contract: Contract, until: date) -> tuple[list[Term], date | None]:
    """The terms that have begun by then, those on record first and others unsaved, and the day on which the contract
    is over where it is by then. Nobody's announced end is counted: see `end_of_contract`."""
    rows = list(Term.objects.filter(contract=contract).select_related("version").defer("trace", "version__text"))
    for stretch in stretches(contract, until, rows):
        status = term_status(stretch.rules, stretch.until)
        _go_on(rows, stretch, status)
        if status.status is Status.EXPIRED:
            return rows, status.term_end
    return rows, None


def _go_on(rows: list[Term], stretch: Stretch, status: TermStatus) -> None:
    """As `_follow` of advance_terms, in memory alone."""
    newest, terms = (rows[-1] if rows else None), stretch.terms
    if newest is not None and newest.number == stretch.first and newest.ends_on > terms.starts_on:
        newest.ends_on = terms.starts_on
    if status.status is Status.NOT_STARTED:
        return
    for term in status.terms:
        number = term.number + stretch.first
        if newest is None or number > newest.number:
            rows.append(Term(number=number, starts_on=term.start, ends_on=term.end, version=terms.version))
        elif number == newest.number and (terms.version.effective_on or date.max) < newest.ends_on:
            newest.ends_on = term.end


def end_of_contract(contract: Contract, day: date) -> date | None:
    """The first day on which it is over, where it is by `day` as things stand: it ended, its last term will have, or
    that it does was announced. None where it goes on, or where nothing is known of its end."""
    if contract.ended_on is not None:
        return contract.ended_on
    ends = [announced_end(contract), outlook(contract, min(day, LATEST))[1]]
    return min((end for end in ends if end is not None), default=None)


def check_history(version: Version, effective_on: date) -> None:
    """Whether an amendment's terms fit those that will have begun when it takes effect, be they on record yet or not.

    Raises DomainError `terms_rewrite_history` unless they leave the terms that are over by then as they were,
    `terms_leave_gap` unless they begin while the contract still runs, `terms_backwards` where they would end a term, or
    begin one, before the day from which they count (and on which the parties were asked).
    """
    terms = Terms.objects.select_related("version").get(version=version)
    today = clock.today(version.contract.time_zone)
    eve = effective_on - timedelta(days=1) if effective_on >= today else today
    rows, over_on = outlook(version.contract, eve)
    if not rows:
        return
    newest = rows[-1]
    if over_on is not None and over_on < effective_on:
        message = _("The contract ends on %(end)s, before this takes effect on %(day)s.")
        raise _unfit("terms_leave_gap", message % {"end": over_on, "day": effective_on})
    if terms.starts_on > newest.ends_on:
        message = _("The term before ends on %(end)s: amended terms start on that day at the latest.")
        raise _unfit("terms_leave_gap", message % {"end": newest.ends_on})
    _check_rows(terms, rows, effective_on)


def _check_rows(terms: Terms, rows: list[Term], effective_on: date) -> None:
    newest, found = rows[-1], stretch_of(terms, rows, rows[-1].starts_on)
    amended = {term.number + found.first: term for term in terms_between(found.rules, newest.starts_on)}
    for row in rows[found.first :]:
        term, runs = amended.get(row.number), row is newest and row.ends_on > effective_on
        if term is None or term.start != row.starts_on or (not runs and term.end != row.ends_on):
            message = _("Term %(number)s begins on %(start)s: amended terms start with it or later.")
            raise _unfit("terms_rewrite_history", message % {"number": row.number, "start": row.starts_on})
        if runs and term.end < effective_on:
            message = _("Term %(number)s would end on %(end)s, before this takes effect on %(day)s.")
            said = {"number": row.number, "end": term.end, "day": effective_on}
            raise _unfit("terms_backwards", message % said)
    if effective_on < newest.starts_on < terms.starts_on:
        message = _("Term %(number)s is to begin on %(start)s: amended terms start with it.")
        raise _unfit("terms_rewrite_history", message % {"number": newest.number, "start": newest.starts_on})
    first = min(effective_on, _asked_on(terms.version) or effective_on)
    if newest.starts_on < terms.starts_on < first:
        message = _("Amended terms would start on %(start)s, before they take effect on %(day)s.")
        raise _unfit("terms_backwards", message % {"start": terms.starts_on, "day": effective_on})


def _asked_on(version: Version) -> date | None:
    """The day on which the parties were asked: a start that was still to come then is what they agreed to, though the
    last of them answered after it."""
    amendment = amendment_of(version)
    if amendment is None:
        return None
    return amendment.created_at.astimezone(ZoneInfo(amendment.contract.time_zone)).date()


def _unfit(code: str, message: str) -> DomainError:
    return DomainError(code, message, fields={"effective_on": [message]})
