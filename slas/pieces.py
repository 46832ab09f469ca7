"""The stretches of a window that one target holds for: what was read for each, and what that comes to by its terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from clm.lib.canonical import plain_decimal
from clm.lib.intervals import Interval
from clm.lib.trace import Step
from slas.aims import cut_by_rules, in_force, surges_in
from slas.engine.attainment import Empty
from slas.engine.conditions import Comparison
from slas.engine.quantities import Division, MaintenancePolicy, Quantities, excuses
from slas.engine.ratio import EventCount, interval_quantities, ratio_quantities
from slas.engine.resolution import EPOCH
from slas.engine.targets import Aim, Aims, Rule, excuse
from slas.engine.time_slice import Reading, SliceRule, Slices, divide_slices
from slas.engine.uptime import Outage as Down
from slas.engine.uptime import StateChange, Status, Telemetry, UptimePolicy, divide_uptime
from slas.material import Material, gather_all
from slas.models import Commitment, EvaluationWindow, Indicator
from slas.models.telemetry import DISTRIBUTIONS, IndicatorKind, SampleStatus
from slas.seen import Seen

STATUS = {int(value): Status(value.label) for value in SampleStatus}


@dataclass(frozen=True)
class Piece:
    """A stretch of the window with what was read for it, and its quantities by its own terms."""

    commitment: Commitment
    material: Material
    quantities: Quantities
    bad: tuple[Interval, ...] = ()
    aim: Aim | None = None

    @property
    def label(self) -> str:
        start, end = self.material.interval.start, self.material.interval.end
        rule = f", {self.rule}" if self.rule else ""
        return f"{self.commitment.name} (version {self.commitment.version.number}), {start} – {end}{rule}"

    @property
    def rule(self) -> Rule | None:
        """The rule that gives its target, where one does."""
        return self.aim.rule if self.aim else None

    @property
    def ruled(self) -> dict[str, Any]:
        """What the evaluation keeps of the rule."""
        if self.aim is None or self.aim.rule is None:
            return {}
        told = {"name": str(self.aim.rule), "reason": self.aim.reason, "target": self.aim.target}
        return {"rule": told | {"remedy_percent": self.aim.remedy_percent}}


def pieces_of(windows: Sequence[EvaluationWindow], now: datetime, states: Sequence[str]) -> list[list[Piece]]:
    """The pieces of each window in order, each by the terms and the target that hold in it; what they rest on is read
    for all windows at once."""
    cut = [cut_by_rules(window) for window in windows]
    read = iter(gather_all([stretch for each in cut for stretch, _aims in each], now, states))
    return [
        _under_rules(window, [(piece_of(stretch.commitment, next(read)), aims) for stretch, aims in each], now)
        for window, each in zip(windows, cut, strict=True)
    ]


def piece_of(commitment: Commitment, material: Material) -> Piece:
    """What a stretch comes to by its own terms; a window that nothing cut is one stretch."""
    kind = commitment.indicator.kind
    if commitment.indicator.is_quantity:
        return Piece(commitment, material, _samples(commitment, material))
    if kind == IndicatorKind.RATIO:
        return Piece(commitment, material, _ratio(commitment, material))
    division = divided(commitment, material)
    return Piece(commitment, material, division.quantities, division.bad)


def _under_rules(window: EvaluationWindow, found: Sequence[tuple[Piece, Aims]], now: datetime) -> list[Piece]:
    """Each piece with the target that the rules of its commitment give it; of a surge that is excused, failing events
    beyond the volume have left the count."""
    if not any(aims.rules for _piece, aims in found):
        return [piece for piece, _aims in found]
    whole = Interval(window.starts_at, max(window.starts_at, min(window.ends_at, now)))
    own = sum((events_in(counting(piece.commitment, piece.material)) for piece, _aims in found), Decimal(0))
    pieces = []
    for piece, aims in found:
        surges = surges_in(piece.commitment, aims, whole, own)
        commitment, aim = in_force(piece.commitment, aims, piece.material.interval, surges)
        pieces.append(replace(piece, commitment=commitment, aim=aim))
    excused = [piece for piece in pieces if piece.rule and piece.rule.is_excused and counts_events(piece)]
    above = min((piece.rule.volume_above or own for piece in excused if piece.rule), default=own)
    kept = dict(zip(map(id, excused), excuse([piece.quantities for piece in excused], own - above), strict=True))
    return [replace(piece, quantities=kept.get(id(piece), piece.quantities)) for piece in pieces]


def counts_events(piece: Piece) -> bool:
    """Whether single events can leave the count: those that the surge is measured by."""
    is_ratio = piece.commitment.indicator.kind == IndicatorKind.RATIO and piece.commitment.interval_minutes is None
    return is_ratio and piece.rule is not None and not piece.rule.volume_key


def rule_steps(pieces: Sequence[Piece]) -> tuple[Step, ...]:
    return tuple(
        Step(
            f"Target from {piece.material.interval.start}",
            f"{piece.rule}: {piece.aim.reason}; {plain_decimal(piece.aim.remedy_percent)} % of the remedy",
            piece.aim.target,
        )
        for piece in pieces
        if piece.aim and piece.rule
    )


def divided(commitment: Commitment, material: Material) -> Division:
    """The instants of the window as good, bad, excluded and unmeasured, for uptime and time slices."""
    indicator = commitment.indicator
    maintenance = MaintenancePolicy(commitment.maintenance_policy)
    if indicator.kind == IndicatorKind.TIME_SLICE:
        readings = [Reading(row.at, row.value) for row in material.samples if row.value is not None]
        rule = slice_rule(indicator)
        told = [
            Slices(
                Interval(_slice_of(row.at, rule), _slice_of(row.last, rule) + rule.length),
                row.status == SampleStatus.UP,
            )
            for row in material.samples
            if row.status is not None
        ]
        return divide_slices(material.interval, readings, rule, material.excused, maintenance, told)
    policy = UptimePolicy(
        is_degraded_up=indicator.is_degraded_up,
        maintenance=maintenance,
        minimum_outage=timedelta(seconds=commitment.minimum_outage_seconds),
        whole_minutes=commitment.whole_minutes,
    )
    return divide_uptime(material.interval, telemetry_of(indicator, material), material.excused, policy)


def _slice_of(instant: datetime, rule: SliceRule) -> datetime:
    """Where the slice begins that an instant lies in."""
    return instant - (instant - EPOCH) % rule.length


def slice_rule(indicator: Indicator) -> SliceRule:
    return SliceRule(
        comparison=Comparison(indicator.condition_operator),
        threshold=indicator.condition_threshold or Decimal(0),
        length=timedelta(minutes=indicator.slice_minutes),
    )


def telemetry_of(indicator: Indicator, material: Material) -> Telemetry:
    """Status changes and outages; a status that nothing confirmed for `silence_minutes` becomes unknown."""
    before = material.leading or ([material.before] if material.before else [])
    rows = [*before, *material.samples, *material.trailing]
    changes = list(_changes(rows, indicator.silence_minutes))
    outages = [Down(row.starts_at, row.ends_at) for row in material.outages]
    return Telemetry(changes=changes, outages=outages, known_from=indicator.first_sample_at)


def _changes(rows: Sequence[Seen], silence: int | None) -> Iterable[StateChange]:
    """Each row that says another status than the one before, and where it became unknown."""
    known: Status | None = None
    patience = None if silence is None else timedelta(minutes=silence)
    for position, row in enumerate(rows):
        status = STATUS[row.status or 0]
        if status is not known:
            yield StateChange(row.at, status)
            known = status
        if patience is None:
            continue
        heard_until = row.last + patience
        if position + 1 == len(rows) or rows[position + 1].at > heard_until:
            yield StateChange(heard_until, Status.UNKNOWN)
            known = Status.UNKNOWN


def _ratio(commitment: Commitment, material: Material) -> Quantities:
    counts = [EventCount(row.last, row.good or Decimal(0), row.valid or Decimal(0)) for row in material.samples]
    maintenance = MaintenancePolicy(commitment.maintenance_policy)
    if commitment.interval_minutes is None:
        return ratio_quantities(material.interval, counts, material.excused, maintenance)
    length, empty = timedelta(minutes=commitment.interval_minutes), Empty(commitment.empty_policy)
    return interval_quantities(material.interval, counts, length, empty, material.excused, maintenance)


def counting(commitment: Commitment, material: Material) -> list[Seen]:
    """What was measured outside excused time."""
    left_out = excuses(material.excused, MaintenancePolicy(commitment.maintenance_policy)).left_out
    return [row for row in material.samples if not _covers(left_out, row.at)]


def events_in(rows: Iterable[Seen]) -> Decimal:
    return sum((row.valid or Decimal(0) for row in rows), Decimal(0))


def _samples(commitment: Commitment, material: Material) -> Quantities:
    """Samples that count, good until the figure they make is judged, and those that are left out; of a distribution
    its events."""
    kept = counting(commitment, material)
    if commitment.indicator.kind in DISTRIBUTIONS:
        good = events_in(kept)
        excluded = events_in(material.samples) - good
        return Quantities(good=good, bad=Decimal(0), excluded=excluded, unit="samples")
    count = Decimal(sum(row.samples for row in kept))
    return Quantities(good=count, bad=Decimal(0), excluded=Decimal(material.count) - count, unit="samples")


def _covers(intervals: Iterable[Interval], instant: datetime) -> bool:
    return any(interval.contains(instant) for interval in intervals)
