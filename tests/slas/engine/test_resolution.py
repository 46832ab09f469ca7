"""How a stretch is covered by buckets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from clm.lib.intervals import Interval
from slas.engine.resolution import EPOCH, covered_by

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SIZES = (DAY, HOUR)


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_a_month_is_days_and_its_edges_are_finer() -> None:
    found = covered_by(Interval(at(1, 22, 30), at(31, 1)), SIZES, [at(10, 12), at(11), at(20, 7, 15)])

    assert [(piece.interval.start, piece.size) for piece in found] == [
        (at(1, 22, 30), None), (at(1, 23), HOUR), (at(2), DAY), (at(10), HOUR), (at(11), DAY), (at(20), HOUR),
        (at(20, 7), None), (at(20, 8), HOUR), (at(21), DAY), (at(31), HOUR),
    ]  # fmt: skip
    assert covered_by(Interval(at(1), at(1)), SIZES) == ()


INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 2, 9), timezones=st.just(UTC))  # noqa: DTZ001


@given(INSTANTS, INSTANTS, st.lists(INSTANTS, max_size=4))
def test_pieces_cover_without_a_gap_and_no_cut_goes_through_a_bucket(
    one: datetime, other: datetime, cuts: list[datetime]
) -> None:
    whole = Interval(min(one, other), max(one, other))
    pieces = covered_by(whole, SIZES, cuts)

    edges = [edge for piece in pieces for edge in (piece.interval.start, piece.interval.end)]
    assert edges == sorted(edges)
    assert edges[1:-1:2] == edges[2::2]
    if pieces:
        assert (edges[0], edges[-1]) == (whole.start, whole.end)
    for piece in pieces:
        if piece.size is None:
            assert piece.interval.length < 2 * HOUR * (len(cuts) + 1)
            continue
        assert (piece.interval.start - EPOCH) % piece.size == timedelta()
        assert piece.interval.length % piece.size == timedelta()
        for cut in cuts:
            if piece.interval.start < cut < piece.interval.end:
                assert (cut - EPOCH) % piece.size == timedelta()
