"""Stored telemetry as it is read to be judged or drawn: for any number of stretches at once, in a few statements."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection

from clm.lib.intervals import MICROSECOND, Interval, union
from slas.adapters.histograms import Stored
from slas.engine.quantities import Exclusion
from slas.engine.resolution import EPOCH, Piece, covered_by
from slas.models import Commitment, Indicator, StaleHour
from slas.models.telemetry import IndicatorKind

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SIZES = (DAY, HOUR)
MINUTE = timedelta(minutes=1)
# So many stretches are read sample by sample; of more the whole is.
MOST_PIECES = 60
# OFFSET 0 keeps each stretch a walk along the index, whatever the planner takes the number of stretches for.
_SAMPLES = """
SELECT number, s.*
FROM unnest(%s::int[], %s::uuid[], %s::int[], %s::timestamptz[], %s::timestamptz[], %s::int[])
    AS asked(number, indicator_id, size, low, high, every)
CROSS JOIN LATERAL (
    SELECT at, status, good, valid, value, histogram FROM slas_sample
    WHERE indicator_id = asked.indicator_id AND at >= low AND at < high OFFSET 0
) AS s WHERE size = 0
"""
_BUCKETS = """
SELECT number, r.*
FROM unnest(%s::int[], %s::uuid[], %s::int[], %s::timestamptz[], %s::timestamptz[], %s::int[])
    AS asked(number, indicator_id, size, low, high, every)
CROSS JOIN LATERAL (
    SELECT at, first_at, last_at, samples, covered, good, valid, total, lowest, highest, runs, histograms
    FROM slas_rollup
    WHERE indicator_id = asked.indicator_id AND slas_rollup.size = asked.size AND at >= low AND at < high OFFSET 0
) AS r WHERE size > 0
"""
_SUMS = """
WITH asked AS (
    SELECT * FROM unnest(%s::int[], %s::uuid[], %s::int[], %s::timestamptz[], %s::timestamptz[], %s::int[])
        AS a(number, indicator_id, size, low, high, every)
), parts AS (
    SELECT number, min(at) AS first_at, max(at) AS last_at, count(*) AS samples,
        CASE WHEN every > 0 THEN count(DISTINCT floor(extract(epoch FROM at) / (60 * nullif(every, 0)))) END AS covered,
        sum(good) AS good, sum(valid) AS valid, sum(value) AS total, min(value) AS lowest, max(value) AS highest
    FROM asked CROSS JOIN LATERAL (
        SELECT at, good, valid, value FROM slas_sample
        WHERE indicator_id = asked.indicator_id AND at >= low AND at < high OFFSET 0
    ) AS s WHERE size = 0 GROUP BY number, every
    UNION ALL
    SELECT number, min(first_at), max(last_at), sum(samples), sum(covered), sum(good), sum(valid), sum(total),
        min(lowest), max(highest)
    FROM asked CROSS JOIN LATERAL (
        SELECT first_at, last_at, samples, covered, good, valid, total, lowest, highest FROM slas_rollup
        WHERE indicator_id = asked.indicator_id AND slas_rollup.size = asked.size AND at >= low AND at < high OFFSET 0
    ) AS r WHERE size > 0 GROUP BY number
)
SELECT number, min(first_at), NULL, sum(good), sum(valid), NULL, max(last_at), sum(samples)::int, sum(total),
    min(lowest), max(highest), sum(covered)::int
FROM parts GROUP BY number
"""
_BEFORE = """
SELECT number, s.* FROM unnest(%s::int[], %s::uuid[], %s::timestamptz[]) AS a(number, indicator_id, low)
CROSS JOIN LATERAL (
    SELECT at, status, good, valid, value FROM slas_sample
    WHERE indicator_id = a.indicator_id AND at < low ORDER BY at DESC LIMIT 1
) AS s
"""


class Seen(NamedTuple):
    """One stored sample, or several summed up. A month may have tens of thousands: as tuples they are read in a
    fraction of rows' time.

    `at` and `until` are the first and the last sample's instants. A status is that of all of them; of time slices it
    says whether they held, from the slice of the first sample to that of the last. `total`, `lowest` and
    `highest` are those of their values, `covered` the number of intervals that had telemetry where it was expected
    (null: one, that of `at`). A `histogram` counts `valid` events, whose durations add up to `value`, or `total`.
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
    histogram: Stored | None = None

    @property
    def last(self) -> datetime:
        return self.until or self.at


ROW = ("at", "status", "good", "valid", "value")


@dataclass(frozen=True)
class Ask:
    """The telemetry of an interval, for one commitment's figures, and what is excused in it. `tells_coverage`: where
    telemetry is expected every so often, its intervals are counted."""

    commitment: Commitment
    interval: Interval
    exclusions: Sequence[Exclusion] = ()
    tells_coverage: bool = True

    @property
    def indicator(self) -> Indicator:
        return self.commitment.indicator

    @property
    def tells(self) -> bool:
        """Whether the rows say something of the time between them."""
        return self.indicator.kind in (IndicatorKind.UPTIME, IndicatorKind.TIME_SLICE)

    @property
    def cuts(self) -> list[datetime]:
        """Where what was measured before must be told from what was measured after. Statuses and slices tell their
        instants, so that exclusions cut nothing there."""
        return (
            [] if self.tells else [edge for row in self.exclusions for edge in (row.interval.start, row.interval.end)]
        )

    @property
    def fits(self) -> bool:
        """Whether buckets say what is asked for: slices, and intervals in which telemetry is expected, are counted from
        the window's start. Averages over intervals are not summed up."""
        indicator = self.indicator
        if indicator.kind == IndicatorKind.RATIO and self.commitment.interval_minutes is not None:
            return False
        minutes = indicator.slice_minutes if indicator.kind == IndicatorKind.TIME_SLICE else self.expected
        start = self.interval.start
        return minutes is None or (60 % minutes == 0 and (start - EPOCH) % timedelta(minutes=minutes) == timedelta())

    @property
    def expected(self) -> int | None:
        is_asked = self.tells_coverage and self.indicator.kind != IndicatorKind.UPTIME
        return self.indicator.expected_every_minutes if is_asked else None

    @property
    def is_one_sum(self) -> bool:
        """Whether one row says all: counts and values that nothing divides, but no distribution."""
        return not self.tells and self.indicator.kind != IndicatorKind.PERCENTILE and not self.cuts and self.fits


def read_series(asks: Sequence[Ask]) -> list[list[Seen]]:
    """Of each stretch what was measured, in order of time: days and hours that were summed up beforehand, and samples
    where a bucket would say too little, at the edges, around exclusions, and in hours that have changed since they
    were summed up. No bucket lies across an exclusion that could divide its figures, or over an edge."""
    pieces = _plans(asks)
    found: list[list[Seen]] = [[] for _ask in asks]
    given = _columns(asks, pieces)
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLES, given)
        for number, *row, histogram in cursor.fetchall():
            seen = Seen(*row)
            found[number].append(seen._replace(histogram=json.loads(histogram)) if histogram else seen)
        cursor.execute(_BUCKETS, given)
        for number, *row in cursor.fetchall():
            found[number] += _told(*row)
    for rows in found:
        rows.sort(key=attrgetter("at"))
    return found


def read_sums(asks: Sequence[Ask]) -> list[list[Seen]]:
    """As `read_series`, for whoever asks for sums alone: counts and values that nothing divides are one row."""
    whole = [number for number, ask in enumerate(asks) if ask.is_one_sum]
    others = [number for number, ask in enumerate(asks) if not ask.is_one_sum]
    found: list[list[Seen]] = [[] for _ask in asks]
    if whole:
        chosen = [asks[number] for number in whole]
        with connection.cursor() as cursor:
            cursor.execute(_SUMS, _columns(chosen, _plans(chosen)))
            for number, *row in cursor.fetchall():
                found[whole[number]].append(Seen(*row))
    if others:
        for number, rows in zip(others, read_series([asks[number] for number in others]), strict=True):
            found[number] = rows
    return found


def read_before(asks: Sequence[tuple[Indicator, datetime]]) -> list[Seen | None]:
    """The last sample of each indicator before the instant beside it."""
    found: list[Seen | None] = [None] * len(asks)
    if asks:
        given: list[Any] = [
            list(range(len(asks))),
            [indicator.pk for indicator, _at in asks],
            [at for _indicator, at in asks],
        ]
        with connection.cursor() as cursor:
            cursor.execute(_BEFORE, given)
            for number, *row in cursor.fetchall():
                found[number] = Seen(*row)
    return found


def _columns(asks: Sequence[Ask], plans: Sequence[Sequence[Piece]]) -> list[list[Any]]:
    rows = [
        (
            number, ask.indicator.pk, 0 if piece.size is None else piece.size // MINUTE,
            piece.interval.start, piece.interval.end, ask.expected or 0,
        )
        for number, (ask, plan) in enumerate(zip(asks, plans, strict=True)) for piece in plan
    ]  # fmt: skip
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _column in range(6)]


def _plans(asks: Sequence[Ask]) -> list[Sequence[Piece]]:
    """In which sizes each is read."""
    stale = _changed(asks)
    return [_plan(ask, stale.get(ask.indicator.pk, ())) for ask in asks]


def _changed(asks: Sequence[Ask]) -> dict[Any, list[datetime]]:
    """The hours of each indicator that were not summed up since they changed."""
    if not asks:
        return {}
    low, high = min(ask.interval.start for ask in asks), max(ask.interval.end for ask in asks)
    rows = StaleHour.objects.filter(indicator_id__in={ask.indicator.pk for ask in asks}, at__gt=low - HOUR, at__lt=high)
    found: dict[Any, list[datetime]] = {}
    for indicator_id, at in rows.values_list("indicator_id", "at"):
        found.setdefault(indicator_id, []).append(at)
    return found


def _plan(ask: Ask, stale: Iterable[datetime]) -> Sequence[Piece]:
    interval, cuts = ask.interval, ask.cuts
    whole = (Piece(interval, None),)
    if not ask.fits:
        return whole
    pieces: list[Piece] = []
    start = interval.start
    for each in union(Interval(at, at + HOUR) for at in stale if interval.start - HOUR < at < interval.end):
        pieces += covered_by(Interval(start, max(start, each.start)), SIZES, cuts)
        pieces.append(Piece(Interval(max(start, each.start), min(each.end, interval.end)), None))
        start = min(each.end, interval.end)
    pieces += covered_by(Interval(start, interval.end), SIZES, cuts)
    return pieces if sum(piece.size is None for piece in pieces) <= MOST_PIECES else whole


def _told(
    at: datetime, first: datetime, last: datetime, samples: int, covered: int | None, good: Any, valid: Any,
    total: Any, lowest: Any, highest: Any, runs: str | None, histograms: str | None,
) -> Iterator[Seen]:  # fmt: skip
    """A bucket as one row, or as one for each of its runs."""
    if runs is None:
        histogram = histograms and json.loads(histograms)
        yield Seen(first, None, good, valid, None, last, samples, total, lowest, highest, covered, histogram or None)
        return
    for status, begun, ended, number in json.loads(runs):
        yield Seen(at + begun * MICROSECOND, status, None, None, None, at + ended * MICROSECOND, number)
