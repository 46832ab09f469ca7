"""Which sizes of buckets cover a stretch of time: the largest that no cut goes through, so that a month is read as some
thirty days, and an edge of it as hours and what is finer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from clm.lib.intervals import Interval, in_utc

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, order=True)
class Piece:
    """A part of a stretch to be read in buckets of `size`, which it is a whole number of; the finest rows there are
    where `size` is None. Buckets begin at whole multiples of their size since 1970 in UTC."""

    interval: Interval
    size: timedelta | None


def covered_by(whole: Interval, sizes: Sequence[timedelta], cuts: Iterable[datetime] = ()) -> tuple[Piece, ...]:
    """The stretch in pieces, in order and without a gap. `sizes` from the largest on, each a multiple of the next. A
    cut is an instant at which what was measured before must be told from what was measured after."""
    inner = sorted({in_utc(cut) for cut in cuts if whole.start < in_utc(cut) < whole.end})
    edges = [whole.start, *inner, whole.end]
    pieces = [piece for start, end in pairwise(edges) for piece in _cover(start, end, sizes)]
    return tuple(_joined(pieces))


def _cover(start: datetime, end: datetime, sizes: Sequence[timedelta]) -> Iterator[Piece]:
    if start >= end:
        return
    if not sizes:
        yield Piece(Interval(start, end), None)
        return
    size, *finer = sizes
    first, last = start + (EPOCH - start) % size, end - (end - EPOCH) % size
    if first >= last:
        yield from _cover(start, end, finer)
        return
    yield from _cover(start, first, finer)
    yield Piece(Interval(first, last), size)
    yield from _cover(last, end, finer)


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbours of one size as one: a cut at the edge of a bucket cuts nothing."""
    former: Piece | None = None
    for piece in pieces:
        if former is not None and former.size == piece.size and former.interval.end == piece.interval.start:
            former = Piece(Interval(former.interval.start, piece.interval.end), piece.size)
            continue
        if former is not None:
            yield former
        former = piece
    if former is not None:
        yield former
