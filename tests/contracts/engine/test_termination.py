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


def named(sentence: str, *numbers: str) -> list[str]:
    """Which of these clauses a text names as surviving, besides the one that says it."""
    parts = [Part(number, number, "Words.") for number in numbers]
    return surviving([*parts, Part("says", "99", sentence)])


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Sections 4.2, 5 and 12 survive termination. Section 1 does not.", ["4.2", "5", "12", "says"]),
        ("Sections 4 through 6 shall survive.", ["4", "4.2", "5", "6", "says"]),
        ("Sections 4.2(a), 5, and 7 survive.", ["4.2", "5", "7", "says"]),
        ("The following survive: Section 5; Section 7", ["5", "7", "says"]),
        ("The following shall survive: 5, 7.", ["5", "7", "says"]),
        ("Sec. 7 survives. The rest ends.", ["7", "says"]),
        ("All terms survive, excluding Sections 5 and 7.", ["says"]),
        ("Section 365 of the Code and Section 5 survive.", ["5", "says"]),
        ("Article 20 survives.", ["20.1", "20.2", "says"]),
        ("Section 5 remains in full force after termination.", ["5", "says"]),
        ("Die Ziffern 5 und 7 gelten nach Beendigung fort.", ["5", "7", "says"]),
        ("§ 7 bleibt nach Vertragsende bestehen.", ["7", "says"]),
        ("No obligation in Section 5 shall survive termination.", []),
        ("Section 5 shall not survive.", []),
        ("The surviving corporation of the merger is the Customer.", []),
    ],
)
def test_what_a_sentence_names(sentence: str, found: list[str]) -> None:
    assert named(sentence, "1", "4", "4.2", "5", "6", "7", "12", "20.1", "20.2") == found


def test_numbers_are_known_however_they_are_written() -> None:
    parts = [Part("a", "Section 7.", "W"), Part("b", "§ 8", "W"), Part("c", "", "Sections 7 and 8 survive.")]
    assert surviving(parts) == ["a", "b", "c"]
