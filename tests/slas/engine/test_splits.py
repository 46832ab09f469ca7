"""One verdict on a window that an amendment cut, with exact figures."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.lib.errors import Invalid
from slas.engine.attainment import Empty, Judgement, Light, MissingData, Outcome, judge
from slas.engine.quantities import Quantities
from slas.engine.splits import Part, judge_parts

DAY = 86400
AMOUNTS = st.integers(0, 10**7)


def four(good: int, bad: int, excluded: int = 0, unmeasured: int = 0) -> Quantities:
    return Quantities(Decimal(good), Decimal(bad), Decimal(excluded), Decimal(unmeasured))


def part(quantities: Quantities, target: str = "99.9", **stated: object) -> Part:
    return Part(quantities, Judgement(Decimal(target), **stated))  # type: ignore[arg-type]


def test_the_worked_example_of_the_decision_record() -> None:
    """January 2026, amended on the 16th: 15 days at 99.9 % with 30 minutes down, 16 days at 99.5 % with 60."""
    found = judge_parts(
        [part(four(15 * DAY - 1800, 1800)), part(four(16 * DAY - 3600, 3600), "99.5")],
    )
    assert found.shares == (Fraction(15, 31), Fraction(16, 31))
    assert found.attainment.percent == Decimal("99.798387097")
    assert found.exact_target == (15 * Fraction("99.9") + 16 * Fraction("99.5")) / 31
    assert found.attainment.outcome is Outcome.MET
    assert [verdict.outcome for verdict in found.alone] == [Outcome.MISSED, Outcome.MET]
    budget = found.attainment.budget
    assert budget is not None
    assert (budget.total, budget.consumed) == (1296 + 6912, 5400)


def test_more_lost_than_all_parts_together_allow_is_a_miss() -> None:
    spent = [part(four(15 * DAY - 1296, 1296)), part(four(16 * DAY - 6912, 6912), "99.5")]
    assert judge_parts(spent).attainment.outcome is Outcome.MET
    over = [part(four(15 * DAY - 1296, 1296)), part(four(16 * DAY - 6913, 6913), "99.5")]
    assert judge_parts(over).attainment.outcome is Outcome.MISSED


def test_excluded_time_weighs_nothing() -> None:
    """One of fifteen days is judged at 50 %, sixteen others are up: 16.5 of 17 days."""
    found = judge_parts([part(four(DAY // 2, DAY // 2, 14 * DAY)), part(four(16 * DAY, 0))])
    assert found.shares == (Fraction(1, 17), Fraction(16, 17))
    assert found.attainment.exact_percent == 100 * Fraction(33, 34)


def test_each_part_counts_missing_data_by_its_own_terms() -> None:
    bad = part(four(50, 0, 0, 50), missing=MissingData.BAD, coverage_threshold_percent=Decimal(0))
    good = part(four(50, 0, 0, 50), missing=MissingData.GOOD, coverage_threshold_percent=Decimal(0))
    assert judge_parts([bad, good]).attainment.exact_percent == 75


def test_coverage_is_that_of_the_whole_window() -> None:
    thin = part(four(90, 0, 0, 10), coverage_threshold_percent=Decimal(95))
    whole = part(four(900, 0), coverage_threshold_percent=Decimal(95))
    found = judge_parts([thin, whole]).attainment
    assert (found.exact_coverage, found.outcome) == (99, Outcome.MET)
    assert judge_parts([thin, thin]).attainment.reason == "coverage_below_threshold"


def test_of_nothing_to_judge_the_last_parts_terms_say_what_it_is() -> None:
    empty, met = part(four(0, 0, 10)), part(four(0, 0, 10), "99", empty=Empty.MET)
    found = judge_parts([empty, met])
    assert (found.attainment.exact_percent, found.exact_target, found.shares) == (100, 99, (0, 0))
    assert judge_parts([met, empty]).attainment.outcome is Outcome.INCONCLUSIVE


def test_what_is_still_to_come_falls_to_the_last_part() -> None:
    found = judge_parts([part(four(1000, 0), "99"), part(four(980, 20), "98")], still_to_come=2000)
    budget = found.attainment.budget
    assert budget is not None
    assert (budget.total, found.attainment.light) == (10 + 60, Light.GREEN)


def test_the_trace_names_each_part() -> None:
    trace = judge_parts([part(four(99, 1), "99"), part(four(200, 0), "98")]).attainment.trace.as_json()
    assert trace["title"] == "Attainment of a split window"
    assert [(step["label"], step["expression"], step["value"]) for step in trace["steps"][:3]] == [
        ("Part 1", "100 × 99 / 100 seconds, share 0.333333, target 99 %, by itself met", "99"),
        ("Part 2", "100 × 200 / 200 seconds, share 0.666667, target 98 %, by itself met", "100"),
        ("Target of the whole window", "Σ share × target of the part", "98.333333"),
    ]


def test_no_part_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        judge_parts([])
    assert refusal.value.code == "parts_empty"


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, st.sampled_from(MissingData))
def test_an_amendment_that_changes_no_term_changes_no_figure(
    good: int, bad: int, excluded: int, more_good: int, more_bad: int, unmeasured: int, missing: MissingData
) -> None:
    first, second = four(good, bad, excluded), four(more_good, more_bad, 0, unmeasured)
    cut = judge_parts([part(first, missing=missing), part(second, missing=missing)])
    whole = judge(first + second, Judgement(Decimal("99.9"), missing=missing))
    assert cut.attainment.exact_percent == whole.exact_percent
    assert (cut.attainment.outcome, cut.attainment.light) == (whole.outcome, whole.light)
    assert (cut.attainment.reason, cut.attainment.budget) == (whole.reason, whole.budget)
    assert sum(cut.shares) in (0, 1)
