"""What a judgement rests on: telemetry, outages and exclusions of a stretch of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from clm.lib.intervals import Interval, union
from slas.engine.allowances import Allowance, Allowed, Asked, allowed
from slas.engine.quantities import Exclusion as Excused
from slas.models import Commitment, EvaluationWindow, Exclusion, Indicator, Outage
from slas.models.telemetry import IndicatorKind
from slas.runs import counts_lengths, run_after, run_before
from slas.seen import ROW, Ask, Seen, read_before, read_series, read_sums
from slas.splits import Stretch
from slas.states import ExclusionState


@dataclass(frozen=True)
class Material:
    """Everything a judgement rests on. `leading` and `trailing` are the rows outside the window of outages that
    straddle its edges, where their whole length matters."""

    indicator: Indicator
    interval: Interval
    samples: Sequence[Seen]
    before: Seen | None
    outages: Sequence[Outage]
    exclusions: Sequence[Exclusion]
    leading: Sequence[Seen] = ()
    trailing: Sequence[Seen] = ()
    allowed: Allowed = field(default_factory=Allowed)

    @property
    def excused(self) -> tuple[Excused, ...]:
        """The time that the agreement excuses of what was accepted."""
        return self.allowed.exclusions

    @property
    def count(self) -> int:
        """How many samples there were."""
        return sum(row.samples for row in self.samples)


def merged(materials: Sequence[Material]) -> Material:
    """What was read for the stretches of a window, as one; an outage that lasted over the cut once."""
    first, last = materials[0], materials[-1]
    if len(materials) == 1:
        return first
    outages = {row.pk: row for material in materials for row in material.outages}
    return Material(
        indicator=first.indicator,
        interval=Interval(first.interval.start, last.interval.end),
        samples=[row for material in materials for row in material.samples],
        before=first.before,
        outages=list(outages.values()),
        exclusions=[row for material in materials for row in material.exclusions],
        leading=first.leading,
        trailing=last.trailing,
        allowed=Allowed(
            exclusions=tuple(each for material in materials for each in material.allowed.exclusions),
            late=union(each for material in materials for each in material.allowed.late),
            beyond=union(each for material in materials for each in material.allowed.beyond),
        ),
    )


def gather(window: EvaluationWindow, now: datetime) -> Material:
    """What bears on a window up to `now`, in order of time: to be drawn."""
    stretch = Stretch(window.commitment, window.starts_at, window.ends_at)
    return gather_all([stretch], now, is_series=True)[0]


def gather_all(
    stretches: Sequence[Stretch],
    now: datetime,
    states: Sequence[str] = (ExclusionState.ACCEPTED,),
    *,
    is_series: bool = False,
    tells_coverage: bool = True,
) -> list[Material]:
    """Telemetry, outages and exclusions that bear on [start, min(end, now)) of each stretch; of uptime the last status
    before it, and outages whole. The number of statements does not grow with that of the stretches. Counts and values
    come as one sum where nothing divides them, unless they are asked for as a series. Who does not ask for the coverage
    of counts and values may ask for stretches that begin anywhere."""
    if not stretches:
        return []
    intervals = [_passed(stretch, now) for stretch in stretches]
    wholes = [stretch.whole or Interval(stretch.start, stretch.end) for stretch in stretches]
    asked = _exclusions(stretches, wholes, states)
    counted = [
        allowed(whole, map(_asked, rows), allowance_of(stretch.commitment))
        for stretch, whole, rows in zip(stretches, wholes, asked, strict=True)
    ]
    asks = [
        Ask(stretch.commitment, interval, found.exclusions, tells_coverage)
        for stretch, interval, found in zip(stretches, intervals, counted, strict=True)
    ]
    samples = read_series(asks) if is_series else read_sums(asks)
    of_uptime = [number for number, ask in enumerate(asks) if ask.indicator.kind == IndicatorKind.UPTIME]
    chosen = [asks[number] for number in of_uptime]
    before = dict(zip(of_uptime, read_before([(ask.indicator, ask.interval.start) for ask in chosen]), strict=True))
    outages = dict(zip(of_uptime, _outages(chosen), strict=True))
    return [
        Material(
            indicator=ask.indicator,
            interval=ask.interval,
            samples=samples[number],
            before=before.get(number),
            outages=outages.get(number, ()),
            exclusions=[
                row for row in asked[number] if row.starts_at < ask.interval.end and row.ends_at > ask.interval.start
            ],
            allowed=counted[number],
            **(_straddling(ask, now) if number in before and counts_lengths(ask.commitment) else {}),
        )
        for number, ask in enumerate(asks)
    ]


def _asked(row: Exclusion) -> Asked:
    is_maintenance = row.kind == Exclusion.Kind.MAINTENANCE
    return Asked(Interval(row.starts_at, row.ends_at), is_maintenance, row.announced_at)


def allowance_of(commitment: Commitment) -> Allowance:
    """How much maintenance the commitment excuses, and how early it is announced."""
    notice, cap = commitment.maintenance_notice_hours, commitment.maintenance_cap_hours
    return Allowance(
        notice=None if notice is None else timedelta(hours=notice),
        cap=None if cap is None else timedelta(seconds=int(cap * 3600)),
    )


def _passed(stretch: Stretch, now: datetime) -> Interval:
    return Interval(stretch.start, max(stretch.start, min(stretch.end, now)))


def _exclusions(
    stretches: Sequence[Stretch], intervals: Sequence[Interval], states: Sequence[str]
) -> list[list[Exclusion]]:
    rows = Exclusion.objects.filter(commitment_id__in={stretch.commitment.pk for stretch in stretches})
    found: defaultdict[UUID, list[Exclusion]] = defaultdict(list)
    for row in rows.filter(_near(intervals), state__in=states).order_by("starts_at", "pk"):
        found[row.commitment_id].append(row)
    return [
        [row for row in found[stretch.commitment.pk] if row.starts_at < each.end and row.ends_at > each.start]
        for stretch, each in zip(stretches, intervals, strict=True)
    ]


def _outages(asks: Sequence[Ask]) -> list[list[Outage]]:
    """What was reported as down; an outage without an end lasts still."""
    rows = Outage.objects.filter(indicator_id__in={ask.indicator.pk for ask in asks})
    found: defaultdict[UUID, list[Outage]] = defaultdict(list)
    for row in rows.filter(_near([ask.interval for ask in asks])).order_by("starts_at", "pk") if asks else ():
        found[row.indicator_id].append(row)
    return [[row for row in found[ask.indicator.pk] if _bears_on(row, ask.interval)] for ask in asks]


def _bears_on(row: Outage, interval: Interval) -> bool:
    return row.starts_at < interval.end and (row.ends_at is None or row.ends_at > interval.start)


def _near(intervals: Sequence[Interval]) -> Q:
    """What lies between the earliest start and the latest end."""
    low, high = min(each.start for each in intervals), max(each.end for each in intervals)
    return Q(starts_at__lt=high) & (Q(ends_at=None) | Q(ends_at__gt=low))


def _straddling(ask: Ask, now: datetime) -> dict[str, list[Seen]]:
    """The rows of failing runs beyond the edges of the interval. Without a silence that breaks it, a run is told by its
    first row and by its last."""
    indicator, interval = ask.indicator, ask.interval
    leading, trailing = run_before(indicator, interval.start), run_after(indicator, interval.end, now)
    if indicator.silence_minutes is None:
        leading, trailing = leading[:1], trailing.order_by("-at")[:1]
    runs = {"leading": leading, "trailing": trailing}
    return {name: [Seen(*row) for row in run.values_list(*ROW)] for name, run in runs.items()}
