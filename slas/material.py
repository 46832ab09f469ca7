"""What a judgement rests on: telemetry, outages and exclusions of a stretch of time.

Telemetry is read as days and hours that were summed up beforehand, and sample by sample only where a bucket would say
too little: at the edges, around exclusions, and in hours that have changed since they were summed up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q

from clm.lib.intervals import MICROSECOND, Interval, union
from slas.engine.quantities import Exclusion as Excused
from slas.engine.resolution import EPOCH, Piece, covered_by
from slas.models import (
    Commitment,
    EvaluationWindow,
    Exclusion,
    Indicator,
    Outage,
    Rollup,
    RollupSize,
    Sample,
    StaleHour,
)
from slas.models.telemetry import IndicatorKind
from slas.runs import counts_lengths, run_after, run_before
from slas.states import ExclusionState

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SIZES = (DAY, HOUR)
# So many stretches are read sample by sample; of more the whole is.
MOST_PIECES = 60


class Seen(NamedTuple):
    """One stored sample, or several summed up. A month may have tens of thousands: as tuples they are read in a
    fraction of rows' time.

    `at` and `until` are the first and the last sample's instants. A status is that of all of them; of time slices it
    says whether they held, from the slice of the first sample to that of the last. `total`, `lowest` and
    `highest` are those of their values, `covered` the number of intervals that had telemetry where it was expected
    (null: one, that of `at`).
    """

    at: datetime
    status: int | None
    good: Decimal | None
    valid: Decimal | None
    value: Decimal | None
    until: datetime | None = None
    samples: int = 1
    total: Decimal | None = None
    lowest: Decimal | None = None
    highest: Decimal | None = None
    covered: int | None = None

    @property
    def last(self) -> datetime:
        return self.until or self.at


ROW = ("at", "status", "good", "valid", "value")


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

    @property
    def excused(self) -> list[Excused]:
        return [
            Excused(Interval(row.starts_at, row.ends_at), is_maintenance=row.kind == Exclusion.Kind.MAINTENANCE)
            for row in self.exclusions
        ]

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
    )


def gather(
    window: EvaluationWindow,
    now: datetime,
    states: Sequence[str] = (ExclusionState.ACCEPTED,),
) -> Material:
    """Telemetry and exclusions that bear on [start, min(end, now)); the last status before it and outages whole."""
    commitment = window.commitment
    indicator = commitment.indicator
    interval = Interval(window.starts_at, max(window.starts_at, min(window.ends_at, now)))
    is_uptime = indicator.kind == IndicatorKind.UPTIME
    outages = Outage.objects.filter(indicator=indicator, starts_at__lt=interval.end).order_by("starts_at", "pk")
    found = Exclusion.objects.filter(commitment=commitment, state__in=states, starts_at__lt=interval.end)
    exclusions = list(found.filter(ends_at__gt=interval.start).order_by("starts_at", "pk"))
    return Material(
        indicator=indicator,
        interval=interval,
        samples=read_telemetry(commitment, interval, exclusions),
        before=_before(indicator, interval.start) if is_uptime else None,
        outages=list(outages.filter(Q(ends_at=None) | Q(ends_at__gt=interval.start))) if is_uptime else [],
        exclusions=exclusions,
        **(_straddling(commitment, interval, now) if is_uptime and counts_lengths(commitment) else {}),
    )


def _before(indicator: Indicator, instant: datetime) -> Seen | None:
    found = Sample.objects.filter(indicator=indicator, at__lt=instant).order_by("-at").values_list(*ROW).first()
    return Seen(*found) if found else None


def _straddling(commitment: Commitment, interval: Interval, now: datetime) -> dict[str, list[Seen]]:
    """The rows of failing runs beyond the edges of the interval. Without a silence that breaks it, a run is told by its
    first row and by its last."""
    indicator = commitment.indicator
    leading, trailing = run_before(indicator, interval.start), run_after(indicator, interval.end, now)
    if indicator.silence_minutes is None:
        leading, trailing = leading[:1], trailing.order_by("-at")[:1]
    runs = {"leading": leading, "trailing": trailing}
    return {name: [Seen(*row) for row in run.values_list(*ROW)] for name, run in runs.items()}


def read_telemetry(commitment: Commitment, interval: Interval, exclusions: Iterable[Exclusion]) -> list[Seen]:
    """The telemetry of the interval in order of time. What is summed up is exact for this commitment: no bucket lies
    across an exclusion that could divide its figures, or over an edge of the interval."""
    pieces = _plan(commitment, interval, exclusions)
    indicator = commitment.indicator
    rows = _samples(indicator, [piece for piece in pieces if piece.size is None])
    for size in SIZES:
        rows += _buckets(indicator, [piece for piece in pieces if piece.size == size], size)
    return sorted(rows, key=lambda row: row.at)


def _plan(commitment: Commitment, interval: Interval, exclusions: Iterable[Exclusion]) -> Sequence[Piece]:
    """In which sizes it is read. Statuses and slices tell their instants, so that exclusions cut nothing there."""
    indicator = commitment.indicator
    whole = (Piece(interval, None),)
    if not _fits(commitment, interval.start):
        return whole
    tells = indicator.kind in (IndicatorKind.UPTIME, IndicatorKind.TIME_SLICE)
    cuts = [] if tells else [edge for row in exclusions for edge in (row.starts_at, row.ends_at)]
    changed = StaleHour.objects.filter(indicator=indicator, at__gt=interval.start - HOUR, at__lt=interval.end)
    stale = union(Interval(at, at + HOUR) for at in changed.values_list("at", flat=True))
    pieces: list[Piece] = []
    start = interval.start
    for each in stale:
        pieces += covered_by(Interval(start, max(start, each.start)), SIZES, cuts)
        pieces.append(Piece(Interval(max(start, each.start), min(each.end, interval.end)), None))
        start = min(each.end, interval.end)
    pieces += covered_by(Interval(start, interval.end), SIZES, cuts)
    return pieces if sum(piece.size is None for piece in pieces) <= MOST_PIECES else whole


def _fits(commitment: Commitment, start: datetime) -> bool:
    """Whether buckets say what is asked for: slices, and intervals in which telemetry is expected, are counted from the
    window's start. Averages over intervals are not summed up."""
    indicator = commitment.indicator
    if indicator.kind == IndicatorKind.RATIO and commitment.interval_minutes is not None:
        return False
    minutes = indicator.slice_minutes if indicator.kind == IndicatorKind.TIME_SLICE else _expected(indicator)
    return minutes is None or (60 % minutes == 0 and (start - EPOCH) % timedelta(minutes=minutes) == timedelta())


def _expected(indicator: Indicator) -> int | None:
    return indicator.expected_every_minutes if indicator.kind != IndicatorKind.UPTIME else None


def _samples(indicator: Indicator, pieces: Sequence[Piece]) -> list[Seen]:
    rows = Sample.objects.filter(indicator=indicator).order_by("at").values_list(*ROW)
    found: list[Seen] = []
    for piece in pieces:
        found += [Seen(*row) for row in rows.filter(at__gte=piece.interval.start, at__lt=piece.interval.end)]
    return found


def _buckets(indicator: Indicator, pieces: Sequence[Piece], size: timedelta) -> list[Seen]:
    if not pieces:
        return []
    spans = Q()
    for piece in pieces:
        spans |= Q(at__gte=piece.interval.start, at__lt=piece.interval.end)
    names = (
        "at", "first_at", "last_at", "samples", "covered", "good", "valid", "total", "lowest", "highest", "runs",
    )  # fmt: skip
    rows = Rollup.objects.filter(spans, indicator=indicator, size=RollupSize(size // timedelta(minutes=1)))
    return [seen for row in rows.values_list(*names) for seen in _told(*row)]


def _told(
    at: datetime, first: datetime, last: datetime, samples: int, covered: int | None, good: Any, valid: Any,
    total: Any, lowest: Any, highest: Any, runs: Sequence[Sequence[int]] | None,
) -> Iterator[Seen]:  # fmt: skip
    """A bucket as one row, or as one for each of its runs."""
    if runs is None:
        yield Seen(first, None, good, valid, None, last, samples, total, lowest, highest, covered)
        return
    for status, begun, ended, number in runs:
        yield Seen(at + begun * MICROSECOND, status, None, None, None, at + ended * MICROSECOND, number)
