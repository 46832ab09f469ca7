"""The earliest day of an end, and the clauses that say that they survive it."""

from __future__ import annotations

from datetime import date

import pytest

from clm.lib.business_days import BusinessDays
from clm.lib.errors import Invalid
from contracts.engine.termination import Part, earliest_end, surviving

WEEK = BusinessDays()


@pytest.mark.parametrize(
    ("notice_on", "length", "unit", "first"),
    [
        (date(2026, 3, 1), 30, "days", date(2026, 4, 1)),
        (date(2026, 1, 31), 1, "months", date(2026, 3, 1)),
        (date(2026, 6, 5), 5, "business_days", date(2026, 6, 13)),
        (date(2026, 6, 5), 0, "days", date(2026, 6, 5)),
    ],
)
def test_the_day_of_the_notice_is_not_counted(notice_on: date, length: int, unit: str, first: date) -> None:
    assert earliest_end(notice_on, length, unit, WEEK).value == first


def test_a_period_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(Invalid):
        earliest_end(date(9999, 12, 1), 31, "days", WEEK)


def test_clauses_that_say_so_and_those_they_name_survive() -> None:
    parts = [
        Part("a", "1", "Services. We serve."),
        Part("b", "4.2", "Confidentiality. Keep it."),
        Part("c", "5", "Fees are due."),
        Part("d", "9.", "Sections 4.2, 5 and 12 survive termination. Section 1 does not."),
        Part("e", "10", "The warranty in section 3 holds. These duties fortgelten nicht; sie überdauern das Ende."),
    ]
    assert surviving(parts) == ["b", "c", "d", "e"]


def test_a_survivor_is_no_clause_that_survives() -> None:
    assert surviving([Part("a", "1", "The survivor of the merger is the Customer.")]) == []
