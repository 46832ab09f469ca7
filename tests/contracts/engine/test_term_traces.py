"""The trace of a notice deadline says how it was counted."""

from __future__ import annotations

from datetime import date

from contracts.engine.term_traces import trace_deadline
from contracts.engine.terms import NoticePeriod, Renewal, Roll, TermRules, term_status

NOTICE = NoticePeriod(days=30, roll=Roll.PRECEDING, clear_days=True)
YEARLY = TermRules(date(2024, 1, 1), 12, Renewal.AUTOMATIC, 12, notice=NOTICE)


def test_every_step_of_a_deadline_is_listed() -> None:
    trace = trace_deadline(YEARLY, term_status(YEARLY, date(2024, 6, 1)).term).as_json()
    assert trace["value"] == "2024-11-29"
    assert trace["formula"] == "term end − 30 days, − 1 day (clear days), moved to the preceding business day"
    assert [(step["label"], step["expression"], step["value"]) for step in trace["steps"]] == [
        ("Term end", "2024-01-01 + 12 months", "2025-01-01"),
        ("Notice counted back", "2025-01-01 − 30 days", "2024-12-02"),
        ("Clear days", "2024-12-02 − 1 day", "2024-12-01"),
        ("Business day", "2024-12-01 is not a business day", "2024-11-29"),
    ]


def test_a_month_counted_along_the_anchor_shows_it() -> None:
    rules = TermRules(date(2023, 8, 31), 6, Renewal.AUTOMATIC, 6, notice=NoticePeriod(months=1))
    trace = trace_deadline(rules, term_status(rules, date(2023, 9, 1)).term)
    assert trace.steps[1].expression == "2023-08-31 + (6 − 1) months"
    assert trace.value == date(2024, 1, 31)


def test_no_deadline_says_why() -> None:
    noticed = TermRules(date(2024, 1, 1), 12, Renewal.AUTOMATIC, 12, notice=NOTICE, notice_given_for_term=1)
    trace = trace_deadline(noticed, term_status(noticed, date(2024, 6, 1)).term)
    assert (trace.value, trace.formula) == (None, "none: term 1 is the last one (notice)")
