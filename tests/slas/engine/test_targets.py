"""Which target holds on which stretch of a window."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.lib.intervals import Interval
from slas.engine.conditions import Comparison
from slas.engine.quantities import Quantities
from slas.engine.targets import Aims, Rule, aim_at, cut, excuse, improved, surging

D = Decimal
BERLIN = "Europe/Berlin"
CHRISTMAS = Rule("season", "Christmas", D(99), season_from="12-24", season_to="01-02")
LEAP = Rule("season", "February", D(98), season_from="02-01", season_to="02-29")
PROBATION = Rule("probation", target=D(95), remedy_percent=D(50), until_on=date(2026, 3, 1))
BETTER = Rule("improvement", improvement_percent=D(10))
SURGE = Rule("surge", target=D(97), volume_above=D(1000))


def aims(*rules: Rule, **changes: object) -> Aims:
    given = {"target": D("99.9"), "zone": BERLIN, "anchor": date(2024, 2, 29), "rules": rules} | changes
    return Aims(**given)  # type: ignore[arg-type]


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_season_over_the_years_end_cuts_a_window_at_midnight_of_its_zone() -> None:
    """Christmas in Berlin begins at 23:00 UTC of the 23rd; the last day is included."""
    whole = Interval(day("2025-12-01"), day("2026-02-01"))
    parts = cut(whole, aims(CHRISTMAS))
    assert [(part.start, part.end) for part in parts] == [
        (day("2025-12-01"), day("2025-12-23T23:00")),
        (day("2025-12-23T23:00"), day("2026-01-02T23:00")),
        (day("2026-01-02T23:00"), day("2026-02-01")),
    ]
    assert [aim_at(part.start, aims(CHRISTMAS)).target for part in parts] == [D("99.9"), 99, D("99.9")]
    assert aim_at(parts[1].start, aims(CHRISTMAS)).reason == "season from 12-24 to 01-02"


@pytest.mark.parametrize(("at", "target"), [("2026-02-28T12:00", 98), ("2026-03-01", D("99.9")), ("2028-02-29", 98)])
def test_the_29th_of_february_is_the_28th_in_other_years(at: str, target: Decimal) -> None:
    assert aim_at(day(at), aims(LEAP)).target == target


def test_the_first_rule_that_applies_holds_and_borders_that_change_nothing_cut_nothing() -> None:
    both = aims(PROBATION, CHRISTMAS)
    found = aim_at(day("2026-01-01"), both)
    assert (found.target, found.remedy_percent, found.rule) == (95, 50, PROBATION)
    assert aim_at(day("2026-12-30"), both).rule == CHRISTMAS
    assert aim_at(day("2026-05-01"), both).rule is None
    assert len(cut(Interval(day("2026-01-01"), day("2027-01-01")), aims())) == 1
    # A surge has no border: the whole window has its volume.
    assert len(cut(Interval(day("2026-01-01"), day("2027-01-01")), aims(SURGE))) == 1
    surges = surging([SURGE], [D(1001)])
    assert (surges, surging([SURGE], [D(1000)])) == ((SURGE,), ())
    assert aim_at(day("2026-05-01"), aims(SURGE), surges).target == 97
    assert aim_at(day("2026-05-01"), aims(SURGE)).rule is None


@pytest.mark.parametrize(
    ("changes", "basis", "years", "target"),
    [
        # 0.1 points lack; 10 % less each year: 0.09, 0.081.
        ({}, "shortfall", 1, "99.91"),
        ({}, "shortfall", 2, "99.919"),
        ({"target": D(80)}, "value", 2, "96.8"),
        ({}, "value", 5, "100"),
        ({"target": D(400), "is_percentage": False}, "value", 1, "440"),
        ({"target": D(2), "comparison": Comparison.AT_MOST}, "shortfall", 2, "1.62"),
        ({"target": D(2), "comparison": Comparison.AT_MOST}, "value", 2, "1.62"),
        ({"target": D("99.95")}, "shortfall", 7, "99.976085"),
    ],
)
def test_a_target_improves_each_contract_year(changes: dict[str, object], basis: str, years: int, target: str) -> None:
    rule = Rule("improvement", improvement_percent=D(10), basis=basis)
    assert improved(aims(**changes), rule, years) == D(target)


def test_contract_years_begin_on_their_anniversary() -> None:
    """Counted from 29 February 2024: the years begin on 28 February but in leap years."""
    parts = cut(Interval(day("2025-02-01"), day("2026-04-01")), aims(BETTER))
    assert [part.start for part in parts[1:]] == [day("2025-02-27T23:00"), day("2026-02-27T23:00")]
    assert [aim_at(part.start, aims(BETTER)).target for part in parts] == [D("99.9"), D("99.91"), D("99.919")]


RULES = st.lists(st.sampled_from([CHRISTMAS, LEAP, PROBATION, BETTER, SURGE]), unique=True, max_size=4)
INSTANTS = st.integers(0, 5 * 365 * 24 * 60).map(lambda minutes: day("2024-01-01") + timedelta(minutes=minutes))


@given(RULES, INSTANTS, st.integers(1, 900), st.integers(0, 999))
def test_stretches_cover_the_window_and_one_target_holds_on_each(
    rules: list[Rule], start: datetime, days: int, part: int
) -> None:
    whole, found = Interval(start, start + timedelta(days=days)), aims(*rules)
    parts = cut(whole, found)
    assert (parts[0].start, parts[-1].end) == (whole.start, whole.end)
    assert all(one.end == other.start for one, other in itertools.pairwise(parts))
    instant = whole.start + whole.length * part / 1000
    inside = next(each for each in parts if each.contains(instant))
    assert aim_at(instant, found) == aim_at(inside.start, found)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=4), st.integers(-5, 120))
def test_failing_events_leave_first_and_no_more_than_there_were_too_many(
    counts: list[tuple[int, int]], excess: int
) -> None:
    parts = [Quantities(D(good), D(bad), unit="events") for good, bad in counts]
    left = excuse(parts, D(excess))
    gone = sum(before.bad - after.bad for before, after in zip(parts, left, strict=True))
    assert gone == min(sum(part.bad for part in parts), max(excess, 0))
    assert [part.total for part in left] == [part.total for part in parts]
    assert [part.good for part in left] == [part.good for part in parts]
