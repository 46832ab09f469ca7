"""What the clock of an incident shows: by example, by what must always hold, and beside a plain count of quarters."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.lib.business_time import Boundary, BusinessCalendar, Counting, DayLength, Hours, MinuteRounding, PauseTime
from clm.lib.errors import Invalid
from clm.lib.intervals import Interval
from slas.engine.incident_clock import (
    ClockState,
    ClockTerms,
    Happening,
    Moment,
    Promise,
    Reading,
    Reclassifying,
    Reopening,
    read_clock,
    steps_of,
)

HOUR, QUARTER, NOTHING = timedelta(hours=1), timedelta(minutes=15), timedelta()
OFFICE = BusinessCalendar("UTC", {day: (Hours(9 * HOUR, 17 * HOUR),) for day in range(5)})
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
TARGETS = {"1": 4 * HOUR, "2": 8 * HOUR}
RESOLUTION = ClockTerms(Promise.RESOLUTION, TARGETS, OFFICE)
RESPONSE = replace(RESOLUTION, promise=Promise.RESPONSE)
UPDATE = replace(RESOLUTION, promise=Promise.UPDATE)
H = Happening


def at(hours: float) -> datetime:
    """So many hours after Monday's first moment."""
    return MONDAY + hours * HOUR


def opened(hours: float = 10, severity: str = "1") -> Moment:
    return Moment(at(hours), H.OPENED, severity)


def moment(hours: float, what: Happening, **said: object) -> Moment:
    return Moment(at(hours), what, **said)  # type: ignore[arg-type]


def read(terms: ClockTerms, now: float, *moments: Moment) -> Reading:
    return read_clock((opened(), *moments), terms, at(now))


def test_a_pause_and_a_night_move_the_deadline_and_limits_come_on_the_way() -> None:
    """Opened at 10, on hold from 11 to 13: two of the four hours are used at 14, and 16 is when they are spent."""
    reading = read(RESOLUTION, 14.5, moment(11, H.PAUSED), moment(13, H.RESUMED))
    current = reading.current

    assert reading.state is ClockState.RUNNING
    assert (current.used, current.remaining, current.due_at) == (2.5 * HOUR, 1.5 * HOUR, at(16))
    assert [(limit.percent, limit.at) for limit in current.limits] == [(50, at(14))]
    assert (reading.looked_at_next, reading.pauses) == (at(15), (Interval(at(11), at(13)),))
    assert read_clock([opened(16)], RESOLUTION, at(17)).current.due_at == at(24 + 12)


def test_on_hold_nothing_is_due_and_nothing_is_looked_out_for() -> None:
    held = read(RESOLUTION, 500, moment(11, H.PAUSED, reason="customer"))
    assert (held.state, held.current.used, held.current.due_at) == (ClockState.PAUSED, HOUR, None)
    assert (held.looked_at_next, held.paused_since) == (None, at(11))
    only_customer = replace(RESOLUTION, stopping_reasons=frozenset({"customer"}))
    vendor = read(only_customer, 12, moment(11, H.PAUSED, reason="vendor"))
    assert (vendor.state, vendor.current.due_at) == (ClockState.RUNNING, at(14))
    handed_over = (moment(11, H.PAUSED, reason="customer"), moment(12, H.PAUSED, reason="vendor"))
    assert read(only_customer, 13, *handed_over).current.due_at == at(15)


def test_at_the_deadline_it_is_kept_and_after_it_missed() -> None:
    assert read(RESOLUTION, 40, moment(14, H.RESOLVED)).state is ClockState.MET
    due = read(RESOLUTION, 14)
    assert due.state is ClockState.RUNNING
    assert [limit.percent for limit in due.current.limits] == [50, 75, 90, 100]
    late = read_clock([opened()], RESOLUTION, due.looked_at_next or at(0))
    assert (late.state, late.missed_at, late.looked_at_next) == (ClockState.MISSED, at(14), None)
    assert read(RESOLUTION, 40, moment(15, H.RESOLVED)).current.remaining == -HOUR


def test_what_an_agreement_sets_about_counting() -> None:
    """Spent at closing; a night on hold; a deadline to the minute; the Sunday of 23 hours."""
    terms = replace(RESOLUTION, targets={"1": 7 * HOUR})
    lazy = replace(terms, counting=Counting(boundary=Boundary.NEXT_OPENING))
    overnight = moment(20, H.RESOLVED)
    assert [read(each, 40, overnight).state for each in (terms, lazy)] == [ClockState.MISSED, ClockState.MET]

    wall = replace(RESOLUTION, counting=Counting(pauses=PauseTime.WALL))
    night = (moment(13, H.PAUSED), moment(24 + 9, H.RESUMED))
    assert [read(each, 24 + 9.5, *night).current.due_at for each in (RESOLUTION, wall)] == [at(34), at(34)]
    evening = (moment(16, H.PAUSED), moment(20, H.RESUMED))
    eight = {"1": 8 * HOUR}
    dues = [read(replace(each, targets=eight), 21, *evening).current.due_at for each in (RESOLUTION, wall)]
    assert dues == [at(24 + 11), at(24 + 10 + 4)]

    floor = replace(RESOLUTION, counting=Counting(rounding=MinuteRounding.FLOOR))
    half = MONDAY + 10 * HOUR + timedelta(seconds=30)
    assert read_clock([Moment(half, H.OPENED, "1")], floor, half + HOUR).current.due_at == at(14)

    days = {day: (Hours(NOTHING, 24 * HOUR),) for day in range(7)}
    berlin = replace(RESOLUTION, calendar=BusinessCalendar("Europe/Berlin", days), targets={"1": 24 * HOUR})
    saturday = datetime(2026, 3, 28, 12, tzinfo=UTC)
    nominal = replace(berlin, counting=Counting(days=DayLength.NOMINAL))
    begun = [Moment(saturday, H.OPENED, "1")]
    found = [read_clock(begun, each, saturday).current.due_at for each in (berlin, nominal)]
    assert found == [saturday + 24 * HOUR, saturday + 23 * HOUR]


def test_a_response_is_the_first_qualified_one_or_the_solution() -> None:
    robot = moment(10.5, H.RESPONDED, is_qualified=False)
    human = moment(13, H.RESPONDED)
    assert read(RESPONSE, 20, moment(10.1, H.ACKNOWLEDGED), robot, human).ended_at == at(13)
    quick = replace(RESPONSE, acknowledgement_responds=True)
    assert read(quick, 20, moment(10.1, H.ACKNOWLEDGED), human).ended_at == at(10.1)
    solved = (moment(11, H.RESOLVED), moment(12, H.REOPENED), moment(90, H.RESPONDED))
    assert (read(RESPONSE, 99, *solved).state, read(RESPONSE, 99, *solved).ended_at) == (ClockState.MET, at(11))


def test_a_severity_that_changes_keeps_the_time_used() -> None:
    """Three hours as severity 2, then four in all as 1; and the other way round after a miss."""
    raised = [opened(9, "2"), moment(12, H.SEVERITY_CHANGED, severity="1")]
    reading = read_clock(raised, RESOLUTION, at(12.5))
    assert (reading.current.used, reading.current.due_at) == (3.5 * HOUR, at(13))
    assert [(limit.percent, limit.at) for limit in reading.current.limits] == [(50, at(12)), (75, at(12))]
    late = [opened(9, "2"), moment(15, H.SEVERITY_CHANGED, severity="1")]
    assert read_clock(late, RESOLUTION, at(16)).missed_at == at(15)

    lowered = [moment(15, H.SEVERITY_CHANGED, severity="2"), moment(16, H.RESOLVED)]
    assert read(RESOLUTION, 40, *lowered).missed_at == at(14)
    forgiving = replace(RESOLUTION, reclassifying=Reclassifying.FORGIVES)
    assert read(forgiving, 40, *lowered).state is ClockState.MET
    wrong_from_the_start = moment(10, H.SEVERITY_CHANGED, severity="2")
    assert read(RESOLUTION, 40, wrong_from_the_start, moment(16, H.RESOLVED)).state is ClockState.MET
    none = read(RESOLUTION, 40, moment(11, H.SEVERITY_CHANGED, severity="9"))
    assert (none.state, none.current.due_at, none.looked_at_next) == (ClockState.NO_TARGET, None, None)


def test_a_reopened_incident_goes_on_or_starts_anew() -> None:
    again = (moment(12, H.RESOLVED), moment(15, H.REOPENED))
    assert read(RESOLUTION, 16, *again).current.due_at == at(17)
    worse = (opened(10, "2"), moment(15, H.RESOLVED), moment(16, H.SEVERITY_CHANGED, severity="1"))
    reopened = read_clock([*worse, moment(24 + 10, H.REOPENED)], RESOLUTION, at(24 + 11))
    assert reopened.missed_at == at(24 + 10)  # five hours used are too many for severity 1, once it goes on
    fresh = replace(RESOLUTION, reopening=Reopening.RESET)
    anew = read(fresh, 16, *again)
    assert (anew.current.used, anew.current.due_at, len(anew.rounds)) == (HOUR, at(24 + 11), 2)
    missed = (moment(15, H.RESOLVED), moment(16, H.REOPENED), moment(16.5, H.RESOLVED))
    assert read(fresh, 20, *missed).missed_at == at(14)


def test_each_word_restarts_the_wait_for_the_next_or_leaves_deadlines_where_they_were() -> None:
    """A word every four hours: one at 11 moves the next to 15, or leaves it after that of 14, at 18 by the clock,
    which is 10 on Tuesday in business time."""
    early = moment(11, H.UPDATED)
    grid = replace(UPDATE, update_restarts=False)
    assert [read(each, 12, early).current.due_at for each in (UPDATE, grid)] == [at(15), at(24 + 10)]
    assert read(grid, 12, early).current.used == NOTHING  # the wait in turn begins at 14
    late = moment(15, H.UPDATED)
    reading = read(grid, 16, late)
    assert (reading.missed_at, reading.current.missed_at, reading.current.due_at) == (at(14), None, at(24 + 14))
    assert [each.ended_at for each in reading.rounds] == [at(15), None]
    assert read(UPDATE, 99, early, moment(14, H.RESOLVED)).state is ClockState.MET


def test_the_start_may_be_the_occurrence_and_what_is_cancelled_never_was() -> None:
    retroactive = replace(RESOLUTION, starts_at_occurrence=True)
    assert read_clock([opened(12)], retroactive, at(13), at(9)).current.due_at == at(13)
    assert read_clock([opened(12)], RESOLUTION, at(13), at(9)).current.due_at == at(16)
    cancelled = read(RESOLUTION, 90, moment(50, H.CANCELLED), moment(60, H.PAUSED))
    assert (cancelled.state, cancelled.looked_at_next) == (ClockState.CANCELLED, None)


def test_refusals() -> None:
    with pytest.raises(Invalid) as unopened:
        read_clock([opened(12)], RESOLUTION, at(11))
    with pytest.raises(Invalid) as nothing:
        replace(RESOLUTION, targets={"1": NOTHING})
    assert (unopened.value.code, nothing.value.code) == ("incident_not_opened", "target_not_positive")


def test_the_steps_tell_how_it_came_about() -> None:
    story = (opened(), moment(11, H.PAUSED), moment(13, H.RESUMED), moment(24 + 9, H.RESOLVED))
    steps = steps_of(story, RESOLUTION, at(40))
    assert [(step.at, step.what, step.used) for step in steps] == [
        (at(10), "opened", NOTHING),
        (at(11), "paused", HOUR),
        (at(13), "resumed", HOUR),
        (at(14), "limit_50", 2 * HOUR),
        (at(15), "limit_75", 3 * HOUR),
        (at(15.6), "limit_90", 3.6 * HOUR),
        (at(16), "limit_100", 4 * HOUR),
        (at(16), "missed", 4 * HOUR),
        (at(24 + 9), "resolved", 5 * HOUR),
    ]
    assert [step.due_at for step in steps[:3]] == [at(14), None, at(16)]


KINDS = (H.PAUSED, H.RESUMED, H.SEVERITY_CHANGED, H.RESOLVED, H.REOPENED, H.UPDATED)


@st.composite
def stories(draw: st.DrawFn) -> list[Moment]:
    """Opened on Monday, then something at different quarters of the next four days."""
    start = draw(st.integers(0, 40))
    quarters = sorted(draw(st.sets(st.integers(start + 1, 380), max_size=7)))
    first = Moment(MONDAY + start * QUARTER, H.OPENED, draw(st.sampled_from("12")))
    severities = st.sampled_from("12")
    rest = [Moment(MONDAY + each * QUARTER, draw(st.sampled_from(KINDS)), draw(severities)) for each in quarters]
    return [first, *rest]


NOWS = st.integers(40, 500).map(lambda quarters: MONDAY + quarters * QUARTER)


@given(stories(), NOWS)
def test_it_says_what_a_count_of_quarters_says(story: list[Moment], now: datetime) -> None:
    """Step by step, nothing but a counter: a quarter counts that is open, not on hold and not solved. Whoever still
    waits when the counter is full has waited too long."""
    used, missed, severity, held, solved = NOTHING, False, "", False, False
    happened = {each.at: each for each in story}
    tick = story[0].at
    while tick < now:
        each = happened.get(tick)
        if each is not None:
            severity = each.severity if each.what in (H.OPENED, H.SEVERITY_CHANGED) else severity
            held = (held or each.what is H.PAUSED) and each.what not in (H.RESUMED, H.RESOLVED)
            solved = (solved or each.what is H.RESOLVED) and each.what is not H.REOPENED
            held = held and not solved
        missed = missed or (not solved and used >= TARGETS[severity])
        is_open = tick.weekday() < 5 and 9 <= tick.hour < 17
        used += QUARTER if is_open and not held and not solved else NOTHING
        tick += QUARTER

    reading = read_clock(story, RESOLUTION, now)
    assert (reading.current.used, reading.missed_at is not None) == (used, missed)


@given(stories(), NOWS, st.integers(1, 300), st.permutations(range(8)))
def test_a_pause_cut_in_two_and_the_order_of_arrival_change_nothing(
    story: list[Moment], now: datetime, where: int, order: list[int]
) -> None:
    terms = replace(RESOLUTION, reclassifying=Reclassifying.FORGIVES)
    plain = read_clock(story, terms, now)
    shuffled = [story[place] for place in order if place < len(story)]
    assert read_clock(shuffled, terms, now) == plain
    cut_at = MONDAY + where * QUARTER + timedelta(minutes=5)
    if any(pause.start < cut_at < pause.end for pause in plain.pauses) and plain.ended_at is None:
        again = read_clock([*story, Moment(cut_at, H.RESUMED), Moment(cut_at, H.PAUSED)], terms, now)
        held = read_clock(story, terms, cut_at).paused_since is not None
        assert not held or (again.state, again.rounds) == (plain.state, plain.rounds)


@given(stories(), st.lists(NOWS, min_size=2, max_size=5))
def test_time_used_never_shrinks_and_a_miss_stays(story: list[Moment], nows: list[datetime]) -> None:
    readings = [read_clock(story, RESOLUTION, now) for now in sorted(nows)]
    for earlier, later in pairwise(readings):
        assert earlier.current.used <= later.current.used
        assert earlier.missed_at is None or earlier.missed_at == later.missed_at


@given(stories(), NOWS, st.sampled_from([RESOLUTION, UPDATE, replace(UPDATE, update_restarts=False), RESPONSE]))
def test_looking_next_shows_something_new_and_nothing_before_it(
    story: list[Moment], now: datetime, terms: ClockTerms
) -> None:
    reading = read_clock(story, terms, now)
    following = reading.looked_at_next
    if following is not None:
        known = [each for each in story if each.at <= now]
        then = read_clock(known, terms, following)
        before = read_clock(known, terms, following - timedelta(microseconds=1))
        shown = (reading.current.limits, reading.missed_at)
        assert following > now
        assert (before.current.limits, before.missed_at) == shown
        assert (then.current.limits, then.missed_at) != shown
    steps = steps_of(story, terms, now)
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert steps[-1].at <= now
    assert any(step.what == "missed" for step in steps) == (reading.missed_at is not None)
