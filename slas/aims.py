"""Which target a stretch of a window has: the rules of its commitment, as rows, given to the engine."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from decimal import Decimal

from clm.lib.intervals import Interval
from slas.engine.conditions import Comparison
from slas.engine.targets import Aim, Aims, Rule, RuleKind, aim_at, cut, surging
from slas.models import Commitment, EvaluationWindow, Indicator, TargetRule
from slas.models.telemetry import IndicatorKind
from slas.seen import Ask, read_sums
from slas.splits import Stretch, anchor_of, stretches_of

# A measure without events of its own has a surge by the volume of another indicator only.
COUNTING = (IndicatorKind.RATIO, IndicatorKind.PERCENTILE, IndicatorKind.MEAN)


def rules_of(commitment: Commitment) -> tuple[Rule, ...]:
    """The stored rules as the engine takes them, in order."""
    if not commitment.has_rules:
        return ()
    rows = sorted(commitment.target_rules.all(), key=lambda row: row.position)
    return tuple(_rule(row) for row in rows)


def _rule(row: TargetRule) -> Rule:
    return Rule(
        kind=row.kind,
        name=row.name,
        target=row.target,
        remedy_percent=row.remedy_percent,
        season_from=row.season_from,
        season_to=row.season_to,
        until_on=row.until_on,
        volume_above=row.volume_above,
        volume_key=row.volume_of.key if row.volume_of else "",
        is_excused=row.is_excused,
        improvement_percent=row.improvement_percent,
        basis=row.basis,
    )


def aims_of(commitment: Commitment) -> Aims:
    """What the commitment aims at, its rules included."""
    return Aims(
        target=commitment.target,
        zone=commitment.time_zone,
        anchor=anchor_of(commitment),
        comparison=Comparison(commitment.comparison),
        is_percentage=not commitment.indicator.is_quantity,
        rules=rules_of(commitment),
    )


def cut_by_rules(window: EvaluationWindow) -> list[tuple[Stretch, Aims]]:
    """The stretches of a window, cut where a rule gives another target; each with what its commitment aims at."""
    found, whole = [], Interval(window.starts_at, window.ends_at)
    for stretch in stretches_of(window):
        aims = aims_of(stretch.commitment)
        for part in cut(Interval(stretch.start, stretch.end), aims):
            found.append((replace(stretch, start=part.start, end=part.end, whole=whole), aims))
    return found


def surges_in(commitment: Commitment, aims: Aims, whole: Interval, own: Decimal) -> tuple[Rule, ...]:
    """The surge rules that apply to a window; `own` is how many events of its own it had."""
    rules = [rule for rule in aims.rules if rule.kind == RuleKind.SURGE]
    volumes = [_volume(commitment, rule, whole) if rule.volume_key else own for rule in rules]
    return surging(rules, volumes)


def _volume(commitment: Commitment, rule: Rule, whole: Interval) -> Decimal:
    """What the named indicator counted in the window, or what its values add up to."""
    asking = copy(commitment)
    asking.indicator = Indicator.objects.get(key=rule.volume_key)
    asking.interval_minutes = None
    (rows,) = read_sums([Ask(asking, whole)])
    if asking.indicator.kind in COUNTING:
        return sum((row.valid or Decimal(0) for row in rows), Decimal(0))
    return sum((row.total if row.total is not None else row.value or Decimal(0) for row in rows), Decimal(0))


def in_force(commitment: Commitment, aims: Aims, part: Interval, surges: Sequence[Rule]) -> tuple[Commitment, Aim]:
    """The commitment as it holds on a stretch: the same, with the target that a rule gives it there."""
    aim = aim_at(part.start, aims, surges)
    if aim.rule is None:
        return commitment, aim
    ruled = copy(commitment)
    ruled.target = aim.target
    return ruled, aim
