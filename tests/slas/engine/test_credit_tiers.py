"""Bands, proportion and steps: boundaries, gaps and refusals."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.lib.errors import Invalid
from slas.engine.credit_tiers import (
    Band,
    PartCredit,
    PartSteps,
    Proportion,
    Steps,
    credit_by_bands,
    credit_by_steps,
    credit_in_proportion,
    credit_of_parts,
    validate_bands,
)


def band(below: str, at_or_above: str | None, credit: str) -> Band:
    lower = None if at_or_above is None else Decimal(at_or_above)
    return Band(Decimal(below), lower, Decimal(credit))


THREE = (band("99.9", "99", "10"), band("99", "95", "25"), band("95", None, "100"))
# Bonterms Service Level Agreement 1.0 (CC BY 4.0), as printed: with gaps of a hundredth between its tiers.
PRINTED = (
    band("99.89", "99.00", "5"), band("98.99", "97.00", "20"), band("96.99", "95.00", "35"), band("95.00", None, "50"),
)  # fmt: skip
# The same, each tier reaching up to the next one's lower bound.
CLOSED = (band("99.9", "99", "5"), band("99", "97", "20"), band("97", "95", "35"), band("95", None, "50"))


@pytest.mark.parametrize(
    ("attainment", "credit"),
    [
        ("100", 0), ("99.9", 0), ("99.899999999", 10), ("99", 10), ("98.999", 25), ("95", 25), ("94.999", 100),
        ("0", 100),
    ],
)  # fmt: skip
def test_a_boundary_belongs_to_the_better_band(attainment: str, credit: int) -> None:
    assert credit_by_bands(Decimal(attainment), THREE).exact_percent == credit


def test_attainment_is_compared_unrounded() -> None:
    nearly = Fraction(999, 10) - Fraction(1, 10**30)
    assert credit_by_bands(nearly, THREE).exact_percent == 10


@pytest.mark.parametrize(
    ("days", "outage_minutes", "credit"),
    [
        (30, "0", 0), (30, "43", 0), (30, "43.2", 0), (30, "44", 5), (31, "44", 0), (31, "45", 5), (28, "40", 0),
        (28, "41", 5), (30, "432", 5), (30, "433", 20), (30, "1296", 20), (30, "1297", 35), (30, "2160", 35),
        (30, "2161", 50), (30, "43200", 50),
    ],
)  # fmt: skip
def test_outage_minutes_of_a_month_reach_their_tier(days: int, outage_minutes: str, credit: int) -> None:
    minutes = days * 1440
    attained = 100 * (minutes - Fraction(outage_minutes)) / minutes
    assert credit_by_bands(attained, CLOSED).exact_percent == credit


@pytest.mark.parametrize(("attainment", "credit"), [("98.995", 20), ("96.995", 35), ("99.895", 0)])
def test_attainment_in_a_gap_belongs_to_the_worse_band(attainment: str, credit: int) -> None:
    assert credit_by_bands(Decimal(attainment), PRINTED).exact_percent == credit


def test_bands_come_in_any_order() -> None:
    assert credit_by_bands(Decimal("98"), reversed(THREE)).band == THREE[1]
    assert credit_by_bands(Decimal("98"), ()).exact_percent == 0


@pytest.mark.parametrize("attainment", ["-0.000001", "100.000001"])
def test_attainment_outside_0_to_100_is_refused(attainment: str) -> None:
    with pytest.raises(Invalid) as refusal:
        credit_by_bands(Decimal(attainment), THREE)
    assert refusal.value.code == "attainment_out_of_range"
    with pytest.raises(Invalid):
        credit_by_steps(Decimal(attainment), Steps(99, 1, 5))


def test_the_trace_shows_every_band_and_the_one_chosen() -> None:
    trace = credit_by_bands(Decimal("98.5"), THREE).trace.as_json()
    assert (trace["value"], trace["formula"]) == ("25", "95 ≤ attainment < 99")
    assert [step["value"] for step in trace["steps"]] == ["10 %", "25 % (this one)", "100 %"]


@pytest.mark.parametrize(
    ("bands", "target", "codes"),
    [
        (THREE, "99.9", []),
        ((), "99.9", []),
        (CLOSED, "99.95", ["target_above_first_band"]),
        (CLOSED, "99.5", ["target_below_first_band"]),
        (PRINTED, None, ["band_gap", "band_gap"]),
        ((band("99", "95", "10"), band("96", None, "20")), None, ["band_overlap"]),
        ((band("99", "95", "10"), band("95", "90", "20")), None, ["no_lowest_band"]),
        ((band("99", "95", "20"), band("95", None, "10")), None, ["credit_decreases"]),
        ((band("95", "95", "10"), band("95", None, "20")), None, ["band_empty"]),
        ((band("101", None, "10"),), None, ["band_out_of_range"]),
        ((band("99", None, "-1"),), None, ["credit_out_of_range"]),
    ],
)
def test_drafting_faults_are_found(bands: tuple[Band, ...], target: str | None, codes: list[str]) -> None:
    found = validate_bands(bands, None if target is None else Decimal(target))
    assert [problem.code for problem in found] == codes


def test_a_gap_says_where_it_lies() -> None:
    gap = validate_bands(PRINTED)[0]
    assert (gap.low, gap.high) == (Decimal("98.99"), Decimal("99.00"))
    assert gap.message.startswith("No tier covers attainment from 98.99 up to 99 %. A tier begins where")


cuts = st.lists(st.decimals(1, 99, places=3), min_size=1, max_size=6, unique=True).map(sorted)


@given(cuts, st.fractions(0, 100))
def test_a_closed_table_gives_worse_attainment_no_less(edges: list[Decimal], attainment: Fraction) -> None:
    lower = [None, *edges[:-1]]
    bands = [
        Band(top, low, Decimal(len(edges) - rank)) for rank, (low, top) in enumerate(zip(lower, edges, strict=True))
    ]
    assert validate_bands(bands) == ()
    credit = credit_by_bands(attainment, bands).exact_percent
    assert credit == sum(attainment < edge for edge in edges)


def test_in_proportion_to_the_outage() -> None:
    share = credit_in_proportion(Proportion(100, 43200, Decimal("0.021")))
    assert share.exact_percent == Fraction(100 * 21, 1000) / 43200 * 100
    assert share.percent == Decimal("0.004861")
    assert credit_in_proportion(Proportion(100, 43200, Decimal("0.021"), 25)).exact_percent == 25 * share.exact_percent


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (Proportion(1, 0), "scheduled_not_positive"),
        (Proportion(11, 10), "outage_out_of_range"),
        (Proportion(-1, 10), "outage_out_of_range"),
        (Proportion(1, 10, 2), "ratio_out_of_range"),
    ],
)
def test_a_senseless_proportion_is_refused(terms: Proportion, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        credit_in_proportion(terms)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("attainment", "part_steps", "credit"),
    [
        ("99.9", PartSteps.COUNTED, "0"),
        ("100", PartSteps.COUNTED, "0"),
        ("99.8", PartSteps.COUNTED, "5"),
        ("98.9", PartSteps.COUNTED, "5"),
        ("98.89", PartSteps.COUNTED, "10"),
        ("98.89", PartSteps.DROPPED, "5"),
        ("99.8", PartSteps.DROPPED, "0"),
        ("98.4", PartSteps.PRO_RATA, "7.5"),
        ("50", PartSteps.COUNTED, "30"),
    ],
)
def test_steps_below_the_target(attainment: str, part_steps: PartSteps, credit: str) -> None:
    terms = Steps(Decimal("99.9"), Decimal(1), Decimal(5), part_steps, cap_percent=Decimal(30))
    assert credit_by_steps(Decimal(attainment), terms).exact_percent == Fraction(credit)


def test_a_step_has_a_size() -> None:
    with pytest.raises(Invalid) as refusal:
        credit_by_steps(Decimal(99), Steps(100, 0, 5))
    assert refusal.value.code == "step_not_positive"


@given(st.decimals(0, 100, places=4), st.decimals("0.01", 5, places=2), st.decimals("0.5", 20, places=1))
def test_parts_of_steps_lie_between_dropped_and_counted(attained: Decimal, step: Decimal, credit: Decimal) -> None:
    def by(part_steps: PartSteps) -> Fraction:
        return credit_by_steps(attained, Steps(Decimal("99.9"), step, credit, part_steps)).exact_percent

    dropped, exact, counted = by(PartSteps.DROPPED), by(PartSteps.PRO_RATA), by(PartSteps.COUNTED)
    assert dropped <= exact <= counted
    assert counted - dropped == (0 if dropped == exact else Fraction(credit))


def test_the_parts_of_a_split_window_credit_by_their_shares() -> None:
    band = Band(Decimal("99.9"), None, Decimal(10))
    found = credit_of_parts(
        [
            PartCredit("before", Decimal(15), credit_by_bands(Decimal("99.6"), [band])),
            PartCredit("after", Decimal(16), None),
        ]
    )
    assert found.exact_percent == Fraction(150, 31)
    assert found.percent == Decimal("4.838710")
    assert [step.expression for step in found.trace.steps[-2:]] == ["10.000000 % × 0.483871", "0.000000 % × 0.516129"]


def test_parts_without_any_weight_leave_the_credit_to_the_last() -> None:
    share = credit_by_bands(Decimal(0), [Band(Decimal(99), None, Decimal(25))])
    assert credit_of_parts([PartCredit("a", 0, None), PartCredit("b", 0, share)]).exact_percent == 25
