"""The term engine: exact dates, refusals, and agreement with a naive iteration."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.lib.errors import Invalid
from clm.lib.months import add_months
from contracts.engine.terms import (
    BusinessDays,
    Ending,
    NoticePeriod,
    Renewal,
    Roll,
    Status,
    TermRules,
    notice_deadline,
    term_status,
    terms_between,
)

JANUARY_31 = date(2024, 1, 31)
NEW_YEAR = date(2025, 1, 1)
days = st.dates(date(1990, 1, 1), date(2060, 12, 31))


def rules(**stated: object) -> TermRules:
    """A year from 1 January 2024 that renews by itself for a year, unless said otherwise."""
    settings: dict[str, object] = {
        "start": date(2024, 1, 1),
        "initial_months": 12,
        "renewal": Renewal.AUTOMATIC,
        "renewal_months": 12,
    }
    return TermRules(**(settings | stated))  # type: ignore[arg-type]


def test_months_are_counted_from_the_anchor_day() -> None:
    monthly = rules(start=JANUARY_31, initial_months=1, renewal_months=1)
    ends = [term.end for term in terms_between(monthly, date(2024, 4, 30))]
    assert ends == [date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30), date(2024, 5, 31)]


def test_a_leap_day_comes_back_in_leap_years() -> None:
    yearly = rules(start=date(2024, 2, 29))
    ends = [term.end for term in terms_between(yearly, date(2027, 6, 1))]
    assert ends == [date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)]


@pytest.mark.parametrize(
    ("as_of", "status", "number"),
    [
        (date(2023, 12, 31), Status.NOT_STARTED, 1),
        (date(2024, 1, 1), Status.ACTIVE, 1),
        (date(2024, 12, 31), Status.ACTIVE, 1),
        (date(2025, 1, 1), Status.ACTIVE, 2),
    ],
)
def test_the_end_is_the_first_day_of_the_next_term(as_of: date, status: Status, number: int) -> None:
    answer = term_status(rules(), as_of)
    assert (answer.status, answer.term_number) == (status, number)


def test_a_contract_that_does_not_renew_expires_on_its_end() -> None:
    once = rules(renewal=Renewal.NONE, renewal_months=None)
    assert term_status(once, date(2024, 12, 31)).status is Status.ACTIVE
    answer = term_status(once, NEW_YEAR)
    assert (answer.status, answer.term_end, answer.next_renewal_on) == (Status.EXPIRED, NEW_YEAR, None)
    assert answer.term.ending is Ending.COURSE


def test_no_renewals_left_is_no_deadline() -> None:
    capped = rules(max_renewals=1, notice=NoticePeriod(days=30))
    assert term_status(capped, date(2024, 6, 1)).notice_deadline == date(2024, 12, 2)
    assert term_status(capped, date(2025, 6, 1)).notice_deadline is None
    assert term_status(rules(max_renewals=0), NEW_YEAR).status is Status.EXPIRED


def test_express_renewal_goes_as_far_as_agreed() -> None:
    agreed = rules(renewal=Renewal.EXPRESS, renewals_agreed=2, notice=NoticePeriod(days=30))
    assert term_status(agreed, date(2024, 6, 1)).next_renewal_on == NEW_YEAR
    assert term_status(agreed, date(2024, 6, 1)).notice_deadline is None
    last = term_status(agreed, date(2026, 6, 1))
    assert (last.term_number, last.next_renewal_on, last.status) == (3, None, Status.ACTIVE)
    assert term_status(agreed, date(2027, 1, 1)).status is Status.EXPIRED


def test_express_renewal_respects_the_maximum() -> None:
    agreed = rules(renewal=Renewal.EXPRESS, renewals_agreed=5, max_renewals=1)
    assert term_status(agreed, date(2030, 1, 1)).term_number == 2


def test_notice_given_ends_the_contract_with_that_term() -> None:
    noticed = rules(notice=NoticePeriod(days=30), notice_given_for_term=2)
    assert term_status(noticed, date(2024, 6, 1)).notice_deadline == date(2024, 12, 2)
    second = term_status(noticed, date(2025, 6, 1))
    assert (second.notice_deadline, second.next_renewal_on, second.term.ending) == (None, None, Ending.NOTICE)
    assert term_status(noticed, date(2026, 1, 1)).status is Status.EXPIRED


def test_termination_cuts_the_term_short() -> None:
    ended = rules(notice=NoticePeriod(days=30), terminated_on=date(2025, 3, 10))
    answer = term_status(ended, date(2025, 3, 9))
    assert (answer.status, answer.term_end, answer.notice_deadline) == (Status.ACTIVE, date(2025, 3, 10), None)
    assert answer.term.ending is Ending.TERMINATION
    assert term_status(ended, date(2025, 3, 10)).status is Status.EXPIRED
    assert term_status(ended, date(2024, 6, 1)).notice_deadline == date(2024, 12, 2)


def test_a_termination_after_the_end_changes_nothing() -> None:
    once = rules(renewal=Renewal.NONE, terminated_on=date(2030, 1, 1))
    assert term_status(once, date(2031, 1, 1)).term_end == NEW_YEAR


def test_terms_in_days_and_with_a_stated_end() -> None:
    in_days = rules(initial_months=0, initial_days=90, renewal_months=None, renewal_days=30)
    assert [term.end for term in terms_between(in_days, date(2024, 4, 1))] == [date(2024, 3, 31), date(2024, 4, 30)]
    to_a_date = rules(initial_months=0, initial_end=date(2024, 8, 31), renewal_months=6)
    assert term_status(to_a_date, date(2025, 3, 1)).term_end == date(2025, 8, 31)
    assert term_status(to_a_date, date(2024, 9, 1)).term_end == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({"initial_months": 0}, "zero_length_term"),
        ({"initial_months": -1}, "zero_length_term"),
        ({"renewal_months": 0}, "zero_length_term"),
        ({"renewal_months": None}, "zero_length_term"),
        ({"renewal": Renewal.EXPRESS, "renewal_months": 0}, "zero_length_term"),
        ({"initial_months": 0, "initial_end": date(2024, 1, 1)}, "zero_length_term"),
        ({"initial_end": date(2025, 1, 1)}, "initial_term_twice"),
        ({"terminated_on": date(2024, 1, 1)}, "termination_before_start"),
        ({"max_renewals": -1}, "renewals_invalid"),
    ],
)
def test_senseless_rules_are_refused(stated: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rules(**stated)
    assert refusal.value.code == code


@pytest.mark.parametrize("lengths", [{}, {"days": 1, "months": 1}, {"days": -1}])
def test_a_notice_period_has_one_length(lengths: dict[str, int]) -> None:
    with pytest.raises(Invalid, match="notice period"):
        NoticePeriod(**lengths)


@pytest.mark.parametrize(
    ("notice", "deadline"),
    [
        (NoticePeriod(days=30), date(2024, 12, 2)),
        (NoticePeriod(days=30, clear_days=True), date(2024, 12, 1)),
        (NoticePeriod(days=31), date(2024, 12, 1)),
        (NoticePeriod(days=31, roll=Roll.PRECEDING), date(2024, 11, 29)),
        (NoticePeriod(days=31, roll=Roll.FOLLOWING), date(2024, 12, 2)),
        (NoticePeriod(days=30, clear_days=True, roll=Roll.PRECEDING), date(2024, 11, 29)),
        (NoticePeriod(months=1), date(2024, 12, 1)),
        (NoticePeriod(months=18), date(2023, 7, 1)),
        (NoticePeriod(business_days=10), date(2024, 12, 18)),
        (NoticePeriod(business_days=0), date(2025, 1, 1)),
    ],
)
def test_the_deadline_is_counted_back_from_the_end(notice: NoticePeriod, deadline: date) -> None:
    assert term_status(rules(notice=notice), date(2024, 6, 1)).notice_deadline == deadline


def test_notice_months_follow_the_starts_own_day() -> None:
    monthly = rules(start=date(2023, 8, 31), initial_months=6, renewal_months=6, notice=NoticePeriod(months=1))
    assert term_status(monthly, date(2023, 9, 1)).term_end == date(2024, 2, 29)
    assert term_status(monthly, date(2023, 9, 1)).notice_deadline == date(2024, 1, 31)


def test_holidays_are_no_business_days() -> None:
    closed = BusinessDays(frozenset({date(2024, 12, 25), date(2024, 12, 26)}))
    notice = rules(notice=NoticePeriod(business_days=10))
    assert term_status(notice, date(2024, 6, 1), closed).notice_deadline == date(2024, 12, 16)


def test_following_does_not_reach_the_renewal() -> None:
    over_weekend = rules(start=date(2023, 4, 3), initial_months=12, notice=NoticePeriod(days=1, roll=Roll.FOLLOWING))
    monday = BusinessDays(frozenset({date(2024, 4, 2)}))
    assert term_status(over_weekend, date(2023, 5, 1)).term_end == date(2024, 4, 3)
    assert term_status(over_weekend, date(2023, 5, 1), monday).notice_deadline == date(2024, 4, 1)


def test_a_week_without_business_days_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        BusinessDays(weekend=tuple(range(7)))
    assert refusal.value.code == "no_business_days"


def test_a_century_of_months_keeps_every_term() -> None:
    monthly = rules(start=JANUARY_31, initial_months=1, renewal_months=1, notice=NoticePeriod(days=30))
    answer = term_status(monthly, date(2124, 1, 30))
    assert (answer.term_number, len(answer.terms), answer.term_start) == (1200, 1200, date(2123, 12, 31))


def test_leaving_the_calendar_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        term_status(rules(), date.max)
    assert refusal.value.code == "date_out_of_range"


@given(start=days, initial=st.integers(1, 60), renewal=st.integers(1, 36), as_of=days)
def test_terms_agree_with_a_naive_iteration(start: date, initial: int, renewal: int, as_of: date) -> None:
    answer = term_status(rules(start=start, initial_months=initial, renewal_months=renewal), as_of)
    number, begin, end = 1, start, add_months(start, initial)
    while end <= as_of:
        number, begin, end = number + 1, end, add_months(start, initial + number * renewal)
    assert (answer.term_number, answer.term_start, answer.term_end) == (number, begin, end)


@given(start=days, length=st.integers(1, 24), as_of=days)
def test_terms_touch_and_never_overlap(start: date, length: int, as_of: date) -> None:
    terms = term_status(rules(start=start, initial_months=length, renewal_months=length), as_of).terms
    assert [term.number for term in terms] == list(range(1, len(terms) + 1))
    assert all(before.end == after.start for before, after in itertools.pairwise(terms))
    assert all(term.start < term.end for term in terms)


@given(start=days, notice_days=st.integers(0, 400), holidays=st.frozensets(days, max_size=30))
def test_preceding_is_the_last_business_day_not_after_the_count(
    start: date, notice_days: int, holidays: frozenset[date]
) -> None:
    calendar = BusinessDays(holidays)
    stated = rules(start=start, notice=NoticePeriod(days=notice_days, roll=Roll.PRECEDING))
    term = term_status(stated, start).term
    deadline = notice_deadline(stated, term, calendar)
    counted = term.end - timedelta(days=notice_days)
    assert deadline is not None
    assert deadline <= counted
    assert calendar.includes(deadline)
    between = (deadline + timedelta(days=n) for n in range(1, (counted - deadline).days + 1))
    assert not any(calendar.includes(day) for day in between)


@given(start=days, count=st.integers(1, 60), holidays=st.frozensets(days, max_size=30))
def test_business_days_back_leave_that_many_before_the_end(start: date, count: int, holidays: frozenset[date]) -> None:
    calendar = BusinessDays(holidays)
    deadline = calendar.back(start, count)
    covered = (deadline + timedelta(days=n) for n in range((start - deadline).days))
    assert calendar.includes(deadline)
    assert sum(calendar.includes(day) for day in covered) == count


@given(anchor=days, months=st.integers(-600, 600))
def test_added_months_keep_the_day_or_clamp_it(anchor: date, months: int) -> None:
    moved = add_months(anchor, months)
    assert (moved.year * 12 + moved.month) - (anchor.year * 12 + anchor.month) == months
    assert moved.day == anchor.day or (moved.day < anchor.day and (moved + timedelta(days=1)).day == 1)
