"""Until when a contract is kept."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.engine.retention import END, YEAR_END, Rule, retention

ENDED = date(2026, 3, 31)


def test_months_are_counted_from_the_end() -> None:
    assert Rule("Short", 11, END).until(ENDED) == date(2027, 2, 28)


def test_or_from_the_end_of_the_calendar_year() -> None:
    """Six years of section 147 of the German fiscal code begin with the end of the calendar year."""
    assert Rule("AO", 72, YEAR_END).until(ENDED) == date(2033, 1, 1)


def test_a_contract_whose_last_day_is_in_december_ended_in_that_year() -> None:
    assert Rule("AO", 72, YEAR_END).until(date(2017, 1, 1)) == date(2023, 1, 1)


def test_the_longest_rule_that_fits_counts() -> None:
    rules = [Rule("Three", 36, END), Rule("Ten", 120, END, category="dpa"), Rule("Four", 48, END)]
    found = retention(ENDED, "nda", "DE", rules)

    assert found is not None
    assert (found.until, found.rule.name) == (date(2030, 3, 31), "Four")
    assert [step.label for step in found.trace.steps] == ["Four", "Three"]


@pytest.mark.parametrize(
    ("rule", "contract", "fits"),
    [("", "DE", True), ("DE", "DE", True), ("DE", "FR", False), ("US", "US-NY", True), ("US-NY", "US", True),
     ("US-NY", "US-CA", False), ("DE", "", True)],
)  # fmt: skip
def test_a_country_fits_its_parts_and_everything_fits_what_nobody_named(rule: str, contract: str, fits: bool) -> None:
    assert Rule("R", 1, END, jurisdiction=rule).fits("nda", contract) is fits


def test_an_end_that_was_recorded_later_is_kept_from_then() -> None:
    found = retention(ENDED, "nda", "DE", [Rule("Year", 12, END)], date(2027, 6, 1))

    assert found is not None
    assert found.until == date(2028, 6, 1)
    assert [item.name for item in found.trace.inputs][:2] == ["ended on", "end recorded on"]


def test_without_a_rule_nothing_says_that_it_may_go() -> None:
    assert retention(ENDED, "nda", "DE", [Rule("Only DPAs", 1, END, category="dpa")]) is None


def test_the_last_of_february_is_kept_from_a_leap_day() -> None:
    assert Rule("Year", 12, END).until(date(2024, 2, 29)) == date(2025, 2, 28)
