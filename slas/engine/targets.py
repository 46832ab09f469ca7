"""Variations of a target: what must be reached, and what a miss is worth, on which stretch of a window.

The first rule in order that applies on a day gives the target; where none does, the commitment's own holds. Seasons,
probation and contract years have days as borders, in the commitment's zone: a window that lies over one is split there
and weighted as one that an amendment cut. A surge is known of a whole window only.
"""

from __future__ import annotations

import itertools
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from clm.lib.intervals import Interval
from clm.lib.months import add_months, whole_months_between
from clm.lib.rounding import round_to_places
from slas.engine.conditions import Comparison
from slas.engine.quantities import Quantities
from slas.engine.windows import place, start_of_day

PLACES = 6
DAY = timedelta(days=1)
HUNDRED = Decimal(100)


class RuleKind(StrEnum):
    SEASON = "season"
    SURGE = "surge"
    PROBATION = "probation"
    IMPROVEMENT = "improvement"


class Basis(StrEnum):
    """What shrinks or grows by so many percent each contract year: the distance to the ideal, or the target itself."""

    SHORTFALL = "shortfall"
    VALUE = "value"


@dataclass(frozen=True)
class Rule:
    """One variation. `target` None leaves the commitment's own; `remedy_percent` is how much of the remedy is due.

    Season: every year from the day `season_from` to the day `season_to` (MM-DD, both included, over the year's end
    where the first is the later; 29 February is the 28th in other years). Probation: until the day before `until_on`.
    Surge: where the window has more than `volume_above` events, of the indicator named `volume_key` or its own;
    `is_excused`: what lies above is not held against the provider. Improvement: `improvement_percent` a contract year.
    """

    kind: str
    name: str = ""
    target: Decimal | None = None
    remedy_percent: Decimal = HUNDRED
    season_from: str = ""
    season_to: str = ""
    until_on: date | None = None
    volume_above: Decimal | None = None
    volume_key: str = ""
    is_excused: bool = False
    improvement_percent: Decimal | None = None
    basis: str = Basis.SHORTFALL

    def __str__(self) -> str:
        return self.name or self.kind


@dataclass(frozen=True)
class Aims:
    """What a commitment aims at: its own target, whether that is a percentage, and how its years are counted."""

    target: Decimal
    zone: str
    anchor: date
    comparison: Comparison = Comparison.AT_LEAST
    is_percentage: bool = True
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Aim:
    """What holds on a stretch: the target, the share of the remedy that is due, and the rule (None: no rule)."""

    target: Decimal
    remedy_percent: Decimal = HUNDRED
    rule: Rule | None = None
    reason: str = ""


def cut(span: Interval, aims: Aims) -> tuple[Interval, ...]:
    """The span in stretches, in order and without a gap, on each of which one target holds, whatever its volume."""
    if not aims.rules or span.start >= span.end:
        return (span,)
    borders = sorted({border for border in _borders(span, aims) if span.start < border < span.end})
    edges = [span.start, *borders, span.end]
    found: list[Interval] = []
    for start, end in itertools.pairwise(edges):
        if found and _dated(found[-1].start, aims) == _dated(start, aims):
            found[-1] = Interval(found[-1].start, end)
        else:
            found.append(Interval(start, end))
    return tuple(found)


def _dated(instant: datetime, aims: Aims) -> tuple[object, ...]:
    """Which rules hold at an instant, and what they give: equal where nothing changes."""
    day = _day(instant, aims)
    return tuple(
        (rule, _target(rule, day, aims)) for rule in aims.rules if rule.kind != RuleKind.SURGE and _holds(rule, day)
    )


def _day(instant: datetime, aims: Aims) -> date:
    return instant.astimezone(place(aims.zone)).date()


def aim_at(instant: datetime, aims: Aims, surging: Iterable[Rule] = ()) -> Aim:
    """What holds at an instant, by the first rule that applies; of surges those that are `surging`."""
    day, surges = _day(instant, aims), list(surging)
    for rule in aims.rules:
        if rule in surges if rule.kind == RuleKind.SURGE else _holds(rule, day):
            return Aim(_target(rule, day, aims), rule.remedy_percent, rule, _reason(rule, day, aims))
    return Aim(aims.target)


def _holds(rule: Rule, day: date) -> bool:
    if rule.kind == RuleKind.SEASON:
        first, last = _in_year(rule.season_from, day.year), _in_year(rule.season_to, day.year)
        return first <= day <= last if first <= last else day >= first or day <= last
    if rule.kind == RuleKind.PROBATION:
        return rule.until_on is not None and day < rule.until_on
    return rule.kind == RuleKind.IMPROVEMENT


def _in_year(month_day: str, year: int) -> date:
    month, day = (int(part) for part in month_day.split("-"))
    return date(year, month, min(day, monthrange(year, month)[1]))


def _target(rule: Rule, day: date, aims: Aims) -> Decimal:
    if rule.kind == RuleKind.IMPROVEMENT:
        return improved(aims, rule, contract_year(aims.anchor, day))
    return aims.target if rule.target is None else rule.target


def contract_year(anchor: date, day: date) -> int:
    """How many contract years were over on a day; none before the first."""
    return max(whole_months_between(anchor, day) // 12, 0) if day >= anchor else 0


def improved(aims: Aims, rule: Rule, years: int) -> Decimal:
    """The target after so many contract years; half up to six places, which is what is judged by.

    Shortfall: the distance to 100 %, or to nothing where the figure must stay under its target, shrinks. Value: the
    target itself grows, to 100 % at most, or shrinks where the figure must stay under it.
    """
    target, share = Fraction(aims.target), Fraction(rule.improvement_percent or 0) / 100
    if aims.comparison in (Comparison.AT_MOST, Comparison.BELOW):
        return round_to_places(target * (1 - share) ** years, PLACES)
    if rule.basis == Basis.SHORTFALL:
        return round_to_places(100 - (100 - target) * (1 - share) ** years, PLACES)
    grown = target * (1 + share) ** years
    return round_to_places(min(grown, Fraction(100)) if aims.is_percentage else grown, PLACES)


def _reason(rule: Rule, day: date, aims: Aims) -> str:
    return {
        RuleKind.SEASON: f"season from {rule.season_from} to {rule.season_to}",
        RuleKind.SURGE: f"more than {rule.volume_above} events in the window",
        RuleKind.PROBATION: f"probation until {rule.until_on}",
        RuleKind.IMPROVEMENT: (
            f"{rule.improvement_percent} % better of the {rule.basis} a contract year, "
            f"{contract_year(aims.anchor, day)} of them over"
        ),
    }[RuleKind(rule.kind)]


def _borders(span: Interval, aims: Aims) -> Iterator[datetime]:
    first, last = _day(span.start, aims), _day(span.end, aims)
    for rule in aims.rules:
        for day in _border_days(rule, first, last, aims):
            yield start_of_day(day, aims.zone)


def _border_days(rule: Rule, first: date, last: date, aims: Aims) -> Iterator[date]:
    years = range(first.year - 1, last.year + 2)
    if rule.kind == RuleKind.SEASON:
        for year in years:
            yield _in_year(rule.season_from, year)
            yield _in_year(rule.season_to, year) + DAY
    elif rule.kind == RuleKind.PROBATION and rule.until_on is not None:
        yield rule.until_on
    elif rule.kind == RuleKind.IMPROVEMENT:
        start, end = contract_year(aims.anchor, first), contract_year(aims.anchor, last)
        yield from (add_months(aims.anchor, 12 * year) for year in range(start, end + 1))


def surging(rules: Sequence[Rule], volumes: Sequence[Decimal]) -> tuple[Rule, ...]:
    """The surge rules that apply; `volumes` has the window's volume for each rule in order."""
    return tuple(
        rule
        for rule, volume in zip(rules, volumes, strict=True)
        if rule.kind == RuleKind.SURGE and rule.volume_above is not None and volume > rule.volume_above
    )


def excuse(parts: Sequence[Quantities], excess: Decimal) -> tuple[Quantities, ...]:
    """Failing events leave the count, the earliest first, until as many have left as there were too many: nobody
    promised to serve those, and which ones they were cannot be told."""
    left, found = excess, []
    for part in parts:
        taken = min(part.bad, max(left, Decimal(0)))
        left -= taken
        found.append(replace(part, bad=part.bad - taken, excluded=part.excluded + taken))
    return tuple(found)
