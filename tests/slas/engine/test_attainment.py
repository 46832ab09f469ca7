"""Verdicts: exact comparison, coverage, missing data, budget and light."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.lib.errors import Invalid
from slas.engine.attainment import (
    Empty,
    Judgement,
    Light,
    MissingData,
    Outcome,
    judge,
    shown,
)
from slas.engine.conditions import Comparison
from slas.engine.quantities import Quantities

DAY = Decimal(86400)


def four(good: int | str, bad: int | str, excluded: int | str = 0, unmeasured: int | str = 0) -> Quantities:
    return Quantities(Decimal(good), Decimal(bad), Decimal(excluded), Decimal(unmeasured))


def terms(target: str = "99.9", **stated: object) -> Judgement:
    return Judgement(Decimal(target), **stated)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bad", "outcome"),
    [("2592", Outcome.MET), ("2592.000001", Outcome.MISSED), ("2591.999999", Outcome.MET)],
)
def test_the_target_itself_is_met_and_a_microsecond_below_is_not(bad: str, outcome: Outcome) -> None:
    month = 30 * DAY
    assert judge(four(str(month - Decimal(bad)), bad), terms("99.9")).outcome is outcome


def test_a_percentage_is_rounded_only_to_be_shown() -> None:
    verdict = judge(four(998999999999, 1000000001), terms("99.9"))
    assert shown(verdict.exact_percent) == Decimal("99.900000")
    assert (verdict.outcome, verdict.percent) == (Outcome.MISSED, Decimal("99.900000000"))


def test_excluded_time_is_in_neither_part() -> None:
    verdict = judge(four(90, 10, 900), terms("90"))
    assert (verdict.exact_percent, verdict.exact_coverage) == (90, 100)


@pytest.mark.parametrize(
    ("missing", "percent"),
    [
        (MissingData.GOOD, 92),
        (MissingData.BAD, 72),
        (MissingData.EXCLUDED, 90),
        (MissingData.INCONCLUSIVE, 90),
    ],
)
def test_missing_data_counts_as_agreed(missing: MissingData, percent: int) -> None:
    verdict = judge(four(72, 8, 0, 20), terms("91", missing=missing, coverage_threshold_percent=Decimal(80)))
    assert verdict.exact_percent == percent
    assert verdict.outcome is (Outcome.MET if percent > 91 else Outcome.MISSED)


def test_thin_coverage_is_inconclusive_and_grey() -> None:
    verdict = judge(four(9499, 0, 0, 501), terms())
    assert (verdict.coverage_percent, verdict.outcome) == (Decimal("94.99"), Outcome.INCONCLUSIVE)
    assert (verdict.light, verdict.reason) == (Light.GREY, "coverage_below_threshold")
    assert judge(four(95, 0, 0, 5), terms()).outcome is Outcome.MET


def test_an_empty_window_is_what_the_agreement_says() -> None:
    assert judge(four(0, 0, 60), terms()).reason == "nothing_to_judge"
    verdict = judge(four(0, 0, 60), terms(empty=Empty.MET))
    assert (verdict.exact_percent, verdict.outcome) == (100, Outcome.MET)


@pytest.mark.parametrize(
    ("empty", "comparison", "percent", "outcome", "light"),
    [
        (Empty.MET, Comparison.AT_LEAST, 100, Outcome.MET, Light.GREEN),
        (Empty.MET, Comparison.AT_MOST, 0, Outcome.MET, Light.GREEN),
        (Empty.NOTHING, Comparison.AT_LEAST, 0, Outcome.MISSED, Light.RED),
        (Empty.NOTHING, Comparison.AT_MOST, 100, Outcome.MISSED, Light.RED),
        (Empty.EXCLUDED, Comparison.AT_LEAST, None, Outcome.EXCLUDED, Light.GREY),
        (Empty.INCONCLUSIVE, Comparison.AT_LEAST, None, Outcome.INCONCLUSIVE, Light.GREY),
    ],
)
def test_each_policy_for_an_empty_window(
    empty: Empty, comparison: Comparison, percent: int | None, outcome: Outcome, light: Light
) -> None:
    verdict = judge(four(0, 0, 60), terms("99", comparison=comparison, empty=empty))
    assert (verdict.exact_percent, verdict.outcome, verdict.light) == (percent, outcome, light)


def test_an_open_window_is_not_empty_yet() -> None:
    verdict = judge(four(0, 0), terms(empty=Empty.NOTHING), still_to_come=Decimal(60))
    assert (verdict.exact_percent, verdict.outcome) == (None, Outcome.INCONCLUSIVE)


def test_nothing_measured_needs_a_policy_to_have_a_figure() -> None:
    nothing = four(0, 0, 0, 60)
    unbounded = {"coverage_threshold_percent": Decimal(0)}
    assert judge(nothing, terms(**unbounded, empty=Empty.MET)).exact_percent is None
    assert judge(nothing, terms(**unbounded, missing=MissingData.GOOD)).exact_percent == 100
    assert judge(nothing, terms(**unbounded, missing=MissingData.BAD)).exact_percent == 0
    assert judge(nothing, terms(**unbounded, missing=MissingData.EXCLUDED, empty=Empty.MET)).exact_percent == 100


def test_a_share_may_have_to_stay_under_its_target() -> None:
    verdict = judge(four(5, 95), terms("5", comparison=Comparison.AT_MOST))
    assert (verdict.outcome, verdict.budget) == (Outcome.MET, None)


def test_the_error_budget_is_one_less_target_of_what_was_valid() -> None:
    budget = judge(four(9985, 15, 500), terms("99.9")).budget
    assert budget is not None
    assert (budget.total, budget.consumed, budget.remaining, budget.burn_rate) == (10, 15, -5, Fraction(3, 2))


def test_no_error_allowed_has_no_burn_rate() -> None:
    budget = judge(four(99, 1), terms("100")).budget
    assert budget is not None
    assert (budget.total, budget.burn_rate) == (0, None)


@pytest.mark.parametrize(
    ("bad", "light"), [(0, Light.GREEN), (8, Light.GREEN), (9, Light.YELLOW), (10, Light.YELLOW), (11, Light.RED)]
)
def test_the_light_warns_inside_the_band(bad: int, light: Light) -> None:
    verdict = judge(four(1000 - bad, bad), terms("99", warning_band=Decimal("0.2")))
    assert verdict.light is light


def test_a_budget_spent_to_the_last_second_warns() -> None:
    assert judge(four(990, 10), terms("99")).light is Light.YELLOW
    assert judge(four(1000, 0), terms("100")).light is Light.GREEN


def test_an_open_window_is_red_only_when_it_cannot_be_met() -> None:
    early = judge(four(90, 10), terms("99"), still_to_come=Decimal(900))
    assert (early.outcome, early.light) == (Outcome.MISSED, Light.YELLOW)
    assert judge(four(90, 11), terms("99"), still_to_come=Decimal(900)).light is Light.RED


def test_the_trace_holds_inputs_parameters_and_steps() -> None:
    trace = judge(four(9985, 15, 500), terms("99.9")).trace.as_json()
    assert trace["value"] == "99.85"
    assert [(item["name"], item["value"]) for item in trace["inputs"]] == [
        ("Good", "9985"), ("Bad", "15"), ("Excluded", "500"), ("Unmeasured", "0"),
    ]  # fmt: skip
    assert trace["parameters"]["exact_attainment"] == "1997/20"
    assert trace["steps"][3]["expression"] == "100 × 9985.000000 / 10000.000000"
    assert trace["steps"][-1]["value"] == "missed"


@pytest.mark.parametrize("target", ["-1", "100.01"])
def test_a_target_lies_between_0_and_100(target: str) -> None:
    with pytest.raises(Invalid) as refusal:
        terms(target)
    assert refusal.value.code == "target_out_of_range"


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_every_figure_stays_within_0_and_100(good: int, bad: int, excluded: int, unmeasured: int) -> None:
    for missing in MissingData:
        verdict = judge(four(good, bad, excluded, unmeasured), terms(missing=missing))
        assert 0 <= verdict.exact_coverage <= 100
        assert verdict.exact_percent is None or 0 <= verdict.exact_percent <= 100
