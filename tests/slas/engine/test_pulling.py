"""Which stretch a source is asked for, how long it is left alone after a failure, and what its series mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.lib.errors import Invalid
from slas.engine.label_matching import read_selector
from slas.engine.pulling import check_step, due_next, last_whole, stretches, told_at, wait_after
from slas.engine.series import Counts, pair_counts, status_of

MINUTE = timedelta(minutes=1)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def at(*parts: int) -> datetime:
    return datetime(2026, 3, 1, *parts, tzinfo=UTC)


def test_what_was_missed_is_caught_up_in_portions_oldest_first() -> None:
    found = list(stretches(since=at(9, 58, 30), now=at(10, 5, 29), step=MINUTE, lag=MINUTE / 2, most_points=3, most=2))
    assert [(each.first, each.last, each.points) for each in found] == [
        (at(9, 59), at(10, 1), 3),
        (at(10, 2), at(10, 4), 3),
    ]
    assert due_next(asked_until=at(10, 4), now=at(10, 5, 29), step=MINUTE, lag=MINUTE / 2) == at(10, 5, 30)
    assert due_next(asked_until=at(10, 4), now=at(10, 9), step=MINUTE, lag=MINUTE / 2) == at(10, 9)


@given(
    since=instants,
    past=st.timedeltas(timedelta(0), timedelta(days=3)),
    step=st.integers(10, 7200).map(lambda seconds: timedelta(seconds=seconds)),
    lag=st.timedeltas(timedelta(0), timedelta(hours=1)),
    most_points=st.integers(1, 500),
    most=st.integers(1, 5),
)
def test_each_instant_is_asked_for_once(
    since: datetime, past: timedelta, step: timedelta, lag: timedelta, most_points: int, most: int
) -> None:
    now, asked, seen = since + past, since, []
    for _round in range(3):
        for each in stretches(since=asked, now=now, step=step, lag=lag, most_points=most_points, most=most):
            assert 1 <= each.points <= most_points
            seen += [each.first + number * step for number in range(each.points)]
            asked = each.last
    assert all(last_whole(instant, step) == instant and since < instant <= now - lag for instant in seen)
    assert all(later - former == step for former, later in pairwise(seen))
    whole = list(stretches(since=since, now=now, step=step, lag=lag, most_points=10**6, most=1))
    assert len(seen) == min(sum(each.points for each in whole), 3 * most * most_points)


@pytest.mark.parametrize(
    "step", [timedelta(0), timedelta(seconds=9), timedelta(days=2), timedelta(seconds=60.5), -MINUTE]
)
def test_a_step_is_whole_seconds(step: timedelta) -> None:
    with pytest.raises(Invalid, match="step"):
        check_step(step)


def test_a_source_that_fails_is_left_alone_for_longer_each_time() -> None:
    waits = [wait_after(failures).total_seconds() for failures in (-1, 0, 1, 2, 3, 7, 8, 10**6)]
    assert waits == [0, 0, 30, 60, 120, 1920, 3600, 3600]


def test_what_is_counted_over_a_step_belongs_to_its_start() -> None:
    assert told_at(at(10), MINUTE, is_of_step_before=True) == at(9, 59)
    assert told_at(at(10), MINUTE, is_of_step_before=False) == at(10)


@pytest.mark.parametrize(
    ("text", "taken", "left"),
    [
        ("up", {"__name__": "up", "job": "x"}, {"__name__": "up2"}),
        (' up{job="a",} ', {"__name__": "up", "job": "a"}, {"__name__": "up"}),
        ('{job = "a" , code!="500"}', {"job": "a"}, {"job": "a", "code": "500"}),
        ('job:x{p="a\\"b\\\\c\\n,}"}', {"__name__": "job:x", "p": 'a"b\\c\n,}'}, {"__name__": "job:x", "p": "a"}),
        ('a{b!=""}', {"__name__": "a", "b": "x"}, {"__name__": "a"}),
    ],
)
def test_a_selector_takes_the_series_it_names(text: str, taken: dict[str, str], left: dict[str, str]) -> None:
    matchers = read_selector(text)
    assert all(each.holds(taken) for each in matchers)
    assert not all(each.holds(left) for each in matchers)


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "{job=\"\"}", '{job!="a"}', 'up{job=~"a"}', 'up{job="a"', 'up{job="a" code="b"}', "up[5m]", "1up",
        'up{"job"="a"}', 'up{job="\\x"}', "x" * 501, "up offset 5m", 'up{,}',
    ],
)  # fmt: skip
def test_another_selector_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_selector(text)


def test_statuses_are_what_prometheus_writes() -> None:
    told = [status_of(Decimal(1)), status_of(Decimal(0)), status_of(None), status_of(None, is_stale=True)]
    assert told == ["up", "down", None, "unknown"]
    with pytest.raises(ValueError, match="1 or 0"):
        status_of(Decimal("0.5"))


counts = st.builds(Counts, st.none() | st.just(Decimal(1)), st.none() | st.just(Decimal(2)))


@given(st.lists(st.dictionaries(st.integers(0, 3), counts, max_size=4), max_size=5))
def test_the_counts_of_an_instant_find_each_other_in_whatever_order_they_come(parts: list[dict[int, Counts]]) -> None:
    held: dict[int, Counts] = {}
    whole: set[int] = set()
    for told in parts:
        ready, waiting = pair_counts(told, held)
        assert all(each.is_whole for each in ready.values())
        whole |= ready.keys()
        held = {key: each for key, each in (held | ready | waiting).items()}
    good = {key for told in parts for key, each in told.items() if each.good is not None}
    valid = {key for told in parts for key, each in told.items() if each.valid is not None}
    assert whole == good & valid
