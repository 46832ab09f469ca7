"""Every combination of what a published case may state, through the conformance runner, against day-by-day counting."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conformance.term import answer_to

DAY = timedelta(days=1)
HOLIDAYS = ["2024-01-01", "2024-12-25", "2024-12-26", "2025-01-01", "2026-01-01", "2027-02-26", "2028-02-29"]
notices = st.one_of(
    st.none(),
    st.builds(
        lambda unit, count, roll, clear: {unit: count, "roll": roll, "clear_days": clear},
        st.sampled_from(["days", "months", "business_days"]),
        st.integers(0, 40),
        st.sampled_from([None, "none", "preceding_business_day", "following_business_day"]),
        st.booleans(),
    ),
)
rows = st.fixed_dictionaries(
    {
        "id": st.just("any"),
        "start": st.dates(date(2019, 1, 1), date(2025, 12, 31)).map(str),
        "initial_months": st.sampled_from([1, 3, 6, 12, 13, 24, 36, 60]),
        "renewal": st.sampled_from(["none", "automatic", "express"]),
        "renewal_months": st.sampled_from([1, 3, 6, 11, 12, 24]),
        "as_of": st.dates(date(2018, 1, 1), date(2035, 12, 31)).map(str),
    },
    optional={
        "max_renewals": st.one_of(st.none(), st.integers(0, 6)),
        "renewals_agreed": st.integers(0, 6),
        "notice_given_for_term": st.one_of(st.none(), st.integers(1, 6)),
        "notice": notices,
        "holidays": st.just(HOLIDAYS),
    },
)


def months_after(start: date, months: int) -> date:
    """Month by month, one at a time, then the start's own day or the last one there is."""
    year, month = start.year, start.month
    for _step in range(abs(months)):
        month += 1 if months > 0 else -1
        year, month = (year + 1, 1) if month == 13 else (year - 1, 12) if month == 0 else (year, month)
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def counted(row: dict[str, Any]) -> dict[str, Any]:
    """What the case expects, found by walking from term to term and from day to day."""
    start, as_of = date.fromisoformat(row["start"]), date.fromisoformat(row["as_of"])
    number, months, begin = 1, row["initial_months"], start
    end = months_after(start, months)
    while end <= as_of and _renews(row, number):
        number, months, begin = number + 1, months + row["renewal_months"], end
        end = months_after(start, months)
    status = "not_started" if as_of < start else "active" if as_of < end else "expired"
    renews = status != "expired" and row["renewal"] == "automatic" and _renews(row, number)
    deadline = _deadline(row, start, months, end) if renews and row.get("notice") else None
    return {
        "status": status, "term_number": number, "term_start": begin.isoformat(), "term_end": end.isoformat(),
        "notice_deadline": deadline.isoformat() if deadline else None,
    }  # fmt: skip


def _renews(row: dict[str, Any], number: int) -> bool:
    if row["renewal"] == "none" or row.get("notice_given_for_term") == number:
        return False
    if row.get("max_renewals") is not None and number > row["max_renewals"]:
        return False
    return row["renewal"] == "automatic" or number <= row.get("renewals_agreed", 0)


def _deadline(row: dict[str, Any], start: date, months: int, end: date) -> date:
    notice, holidays = row["notice"], row.get("holidays", [])

    def is_open(day: date) -> bool:
        return day.weekday() < 5 and day.isoformat() not in holidays

    day = end
    if "months" in notice:
        day = months_after(start, months - notice["months"])
    elif "days" in notice:
        day -= notice["days"] * DAY
    for _each in range(notice.get("business_days", 0)):
        day -= DAY
        while not is_open(day):
            day -= DAY
    day -= DAY if notice["clear_days"] else timedelta()
    if notice["roll"] in (None, "none"):
        return day
    before, after = day, day
    while not is_open(before):
        before -= DAY
    while not is_open(after):
        after += DAY
    late = notice["roll"] == "following_business_day" and (after == day or after < end)
    return after if late else before


@given(rows)
def test_any_combination_is_answered_as_counted_by_days(row: dict[str, Any]) -> None:
    answer = answer_to(row)
    expected = counted(row)
    assert {name: answer.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    "changes",
    [{"initial_months": number} for number in (0, None, -1)] + [{"renewal_months": number} for number in (0, None)],
)  # fmt: skip
def test_a_term_without_length_is_refused_in_the_words_of_the_cases(changes: dict[str, int | None]) -> None:
    row = {
        "start": "2024-01-01",
        "initial_months": 12,
        "renewal": "automatic",
        "renewal_months": 12,
        "as_of": "2024-06-01",
    }
    assert answer_to(row | changes) == {"error": "zero_length_term"}


def test_a_renewal_without_length_matters_only_where_there_is_one() -> None:
    row = {"start": "2024-01-01", "initial_months": 12, "renewal": "none", "renewal_months": 0, "as_of": "2024-06-01"}
    assert answer_to(row)["status"] == "active"
