"""How long an incident took under an agreement: what its clock shows, when it is due, and whether that was kept.

A deadline decides, not the time used. At the deadline it is still kept; after it, it is missed. With pauses in business
time both say the same; with pauses in wall time, or deadlines to the minute, only the deadline is what was agreed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from clm.lib.business_time import (
    AROUND_THE_CLOCK,
    NOTHING,
    BusinessCalendar,
    Counting,
    due_at,
    open_time_between,
)
from clm.lib.errors import Invalid
from clm.lib.intervals import MICROSECOND, Interval, in_utc

LIMITS = (50, 75, 90, 100)


class Promise(StrEnum):
    """What a target is about: the first reply, the solution, or each word on how it goes in between."""

    RESPONSE = "response"
    RESOLUTION = "resolution"
    UPDATE = "update"


class Happening(StrEnum):
    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"
    RESPONDED = "responded"
    UPDATED = "updated"
    PAUSED = "paused"
    RESUMED = "resumed"
    SEVERITY_CHANGED = "severity_changed"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Reopening(StrEnum):
    """A reopened incident keeps the time it used, or starts anew. What it had missed stays missed in both."""

    RESUME = "resume"
    RESET = "reset"


class Reclassifying(StrEnum):
    """A severity that changes gives another target, and the time used is kept. What was missed until then stays missed,
    or is forgiven where the new target still has time left."""

    KEEPS_MISSES = "keeps_misses"
    FORGIVES = "forgives"


class ClockState(StrEnum):
    """`no_target`: the agreement promises nothing for this severity. `cancelled`: there was no incident."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    NO_TARGET = "no_target"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Moment:
    """Something that happened to an incident. `severity` belongs to opened and severity changed, `reason` to a pause;
    `is_qualified` says of a response that a human gave it who could help."""

    at: datetime
    what: Happening
    severity: str = ""
    reason: str = ""
    is_qualified: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", in_utc(self.at))


@dataclass(frozen=True)
class ClockTerms:
    """What an agreement says about one promise.

    `targets`: open time by severity, above zero (`target_not_positive`). `stopping_reasons`: the pauses that stop the
    clock; None for all. `update_restarts`: the next word is due so long after the last; otherwise so long after the one
    before was due, however early that came. `starts_at_occurrence`: the clock starts when it happened, not when
    somebody said so.
    """

    promise: Promise
    targets: Mapping[str, timedelta]
    calendar: BusinessCalendar = AROUND_THE_CLOCK
    counting: Counting = field(default_factory=Counting)
    acknowledgement_responds: bool = False
    update_restarts: bool = True
    reopening: Reopening = Reopening.RESUME
    reclassifying: Reclassifying = Reclassifying.KEEPS_MISSES
    starts_at_occurrence: bool = False
    stopping_reasons: frozenset[str] | None = None
    limits: tuple[int, ...] = LIMITS

    def __post_init__(self) -> None:
        if any(target <= NOTHING for target in self.targets.values()):
            raise Invalid("target_not_positive", "A target is longer than nothing.")

    def stops_for(self, reason: str) -> bool:
        return self.stopping_reasons is None or reason in self.stopping_reasons


@dataclass(frozen=True)
class Limit:
    """The instant at which so many percent of the target were used."""

    percent: int
    at: datetime


@dataclass(frozen=True)
class Round:
    """One wait for one deadline: an incident has one, and one more for each update and each fresh start.

    `used` is rounded as the agreement counts. `due_at` is None where nothing is promised, and while the clock is
    paused before its deadline. `limits` are those of the target that holds which were reached, in order; `next_limit`
    is the one to look out for.
    """

    started_at: datetime
    ended_at: datetime | None
    severity: str
    target: timedelta | None
    used: timedelta
    due_at: datetime | None
    missed_at: datetime | None
    limits: tuple[Limit, ...] = ()
    next_limit: Limit | None = None

    @property
    def remaining(self) -> timedelta | None:
        """Below zero by how much more than the target was used."""
        return None if self.target is None else self.target - self.used


@dataclass(frozen=True)
class Reading:
    """A clock as of an instant. `pauses` are what it was stopped for until then, the gap before a reopening
    included."""

    state: ClockState
    as_of: datetime
    rounds: tuple[Round, ...]
    pauses: tuple[Interval, ...]
    paused_since: datetime | None

    @property
    def current(self) -> Round:
        return self.rounds[-1]

    @property
    def missed_at(self) -> datetime | None:
        """When it was first missed."""
        return next((each.missed_at for each in self.rounds if each.missed_at is not None), None)

    @property
    def ended_at(self) -> datetime | None:
        return self.current.ended_at

    @property
    def looked_at_next(self) -> datetime | None:
        """When the clock, if nothing happens, shows something new: a limit, or just after the deadline a miss."""
        if self.state is ClockState.CANCELLED or self.ended_at is not None:
            return None
        if self.current.next_limit is not None:
            return self.current.next_limit.at
        due = self.current.due_at
        return None if due is None or self.current.missed_at is not None else max(due, self.as_of) + MICROSECOND


@dataclass(frozen=True)
class ClockStep:
    """What the clock showed after a moment, a limit or a miss."""

    at: datetime
    what: str
    state: ClockState
    used: timedelta
    target: timedelta | None
    due_at: datetime | None


def read_clock(
    moments: Iterable[Moment], terms: ClockTerms, now: datetime, occurred_at: datetime | None = None
) -> Reading:
    """The clock as of `now`. Moments come in any order, and of one instant in the order given; later ones have not
    happened yet. An incident that was not opened by then is `incident_not_opened`."""
    given = tuple(moments)
    course = _begun(given, terms, now, occurred_at)
    for moment in _after_opening(given, now):
        course.take(moment)
    return course.reading(in_utc(now))


def steps_of(
    moments: Iterable[Moment], terms: ClockTerms, now: datetime, occurred_at: datetime | None = None
) -> tuple[ClockStep, ...]:
    """How the reading came about, in order: each moment with what the clock showed, limits and misses between them."""
    given = tuple(moments)
    course, following = _begun(given, terms, now, occurred_at), _after_opening(given, now)
    found: dict[tuple[datetime, str, int], ClockStep] = {}
    found[course.started_at, Happening.OPENED, 0] = _step(course.reading(course.started_at), Happening.OPENED)
    after = course.started_at
    for number in range(len(following) + 1):
        until = following[number].at if number < len(following) else in_utc(now)
        for step in _noticed(course, after, max(until, after)):
            found.setdefault((step.at, step.what, 0), step)
        if number < len(following):
            after = max(until, after)
            course.take(following[number])
            what = following[number].what
            found[after, what, number] = _step(course.reading(after), what)
    return tuple(sorted(found.values(), key=lambda step: step.at))


def _begun(moments: Sequence[Moment], terms: ClockTerms, now: datetime, occurred_at: datetime | None) -> _Course:
    opened = next((each for each in moments if each.what is Happening.OPENED and each.at <= in_utc(now)), None)
    if opened is None:
        raise Invalid("incident_not_opened", "A clock starts when the incident is opened.")
    start = opened.at
    if terms.starts_at_occurrence and occurred_at is not None:
        start = min(start, in_utc(occurred_at))
    return _Course(terms, start, opened.severity)


def _after_opening(moments: Sequence[Moment], now: datetime) -> list[Moment]:
    known = [each for each in moments if each.what is not Happening.OPENED and each.at <= in_utc(now)]
    return sorted(known, key=lambda moment: moment.at)


def _step(reading: Reading, what: str) -> ClockStep:
    current = reading.current
    return ClockStep(reading.as_of, what, reading.state, current.used, current.target, current.due_at)


def _noticed(course: _Course, after: datetime, until: datetime) -> Iterator[ClockStep]:
    """Limits and misses of a clock that goes on, from one moment to the next."""
    current = course.reading(until).current
    if current.ended_at is not None:
        return
    for limit in current.limits:
        if after <= limit.at:
            yield _step(course.reading(limit.at), f"limit_{limit.percent}")
    if current.missed_at is not None and after <= current.missed_at:
        yield replace(_step(course.reading(current.missed_at), ClockState.MISSED), state=ClockState.MISSED)


@dataclass(frozen=True)
class _Wait:
    """A round that goes on. Its budget counts from `origin` and is `base` and the target; `base` is what earlier
    rounds of the same origin were given."""

    since: datetime
    origin: datetime
    base: timedelta = NOTHING


class _Course:
    """An incident as its moments are taken one after the other."""

    def __init__(self, terms: ClockTerms, started_at: datetime, severity: str) -> None:
        self.terms = terms
        self.started_at = started_at
        self.ended_at: datetime | None = None
        self.is_cancelled = False
        self._severities = [(started_at, severity)]
        self._pauses: list[Interval] = []
        self._solved: list[Interval] = []  # until it was reopened, and went on
        self._paused_since: datetime | None = None
        self._wait = _Wait(started_at, started_at)
        self._past: list[Round] = []

    def take(self, moment: Moment) -> None:
        at = max(moment.at, self.started_at)
        act = self._acts.get(moment.what)
        if act is not None and not self.is_cancelled:
            act(self, at, moment)

    def reading(self, now: datetime) -> Reading:
        last = self._judged(self._wait, now)
        rounds = (*self._past, last)
        return Reading(self._state(rounds), now, rounds, tuple(self._stops(now)), self._paused_since)

    def _state(self, rounds: Sequence[Round]) -> ClockState:
        if self.is_cancelled:
            return ClockState.CANCELLED
        if any(each.missed_at is not None for each in rounds):
            return ClockState.MISSED
        if rounds[-1].target is None:
            return ClockState.NO_TARGET
        if self.ended_at is not None:
            return ClockState.MET
        return ClockState.RUNNING if self._paused_since is None else ClockState.PAUSED

    def _acknowledge(self, at: datetime, moment: Moment) -> None:
        if self.terms.acknowledgement_responds:
            self._answer(at)

    def _respond(self, at: datetime, moment: Moment) -> None:
        if moment.is_qualified:
            self._answer(at)

    def _answer(self, at: datetime) -> None:
        if self.terms.promise is Promise.RESPONSE:
            self._end(at)

    def _update(self, at: datetime, moment: Moment) -> None:
        if self.terms.promise is not Promise.UPDATE or self.ended_at is not None:
            return
        waited = self._wait
        self._past.append(replace(self._judged(waited, at), ended_at=at, next_limit=None))
        self._wait = _Wait(at, at) if self.terms.update_restarts else self._next_in_turn(waited, at)

    def _next_in_turn(self, waited: _Wait, at: datetime) -> _Wait:
        """The wait after the one in which the update fell: where it was late, so many are behind."""
        target = self.terms.targets.get(self._severity_at(at))
        if target is None:
            return _Wait(at, at)
        used = max(self._open_time(waited.origin, at, at) - waited.base, NOTHING)
        behind = max(-(-used // target), 1)
        return _Wait(at, waited.origin, waited.base + behind * target)

    def _pause(self, at: datetime, moment: Moment) -> None:
        if self.ended_at is not None:
            return
        self._go_on(at)
        if self.terms.stops_for(moment.reason):
            self._paused_since = at

    def _resume(self, at: datetime, moment: Moment) -> None:
        self._go_on(at)

    def _go_on(self, at: datetime) -> None:
        if self._paused_since is not None:
            self._pauses.append(Interval(self._paused_since, at))
            self._paused_since = None

    def _reclassify(self, at: datetime, moment: Moment) -> None:
        self._severities.append((at, moment.severity))

    def _end(self, at: datetime, moment: Moment | None = None) -> None:
        if self.ended_at is None:
            self._go_on(at)
            self.ended_at = at

    def _reopen(self, at: datetime, moment: Moment) -> None:
        """A reply that was given stays given."""
        if self.ended_at is None or self.terms.promise is Promise.RESPONSE:
            return
        if self.terms.reopening is Reopening.RESUME:
            self._solved.append(Interval(self.ended_at, at))
        else:
            self._past.append(self._judged(self._wait, self.ended_at))
            self._wait = _Wait(at, at)
        self.ended_at = None

    def _cancel(self, at: datetime, moment: Moment) -> None:
        self._end(at)
        self.is_cancelled = True

    # A resolved incident waits for no reply and for no word any more.
    _acts: ClassVar[Mapping[Happening, Callable[[_Course, datetime, Moment], None]]] = {
        Happening.ACKNOWLEDGED: _acknowledge,
        Happening.RESPONDED: _respond,
        Happening.UPDATED: _update,
        Happening.PAUSED: _pause,
        Happening.RESUMED: _resume,
        Happening.SEVERITY_CHANGED: _reclassify,
        Happening.RESOLVED: _end,
        Happening.REOPENED: _reopen,
        Happening.CLOSED: _end,
        Happening.CANCELLED: _cancel,
    }

    def _stops(self, now: datetime) -> Iterator[Interval]:
        yield from self._pauses
        yield from self._solved
        if self._paused_since is not None:
            yield Interval(self._paused_since, max(self._paused_since, now))

    def _severity_at(self, at: datetime) -> str:
        return next(severity for since, severity in reversed(self._severities) if since <= at)

    def _open_time(self, start: datetime, end: datetime, now: datetime) -> timedelta:
        return open_time_between(self.terms.calendar, start, end, self._stops(now), self.terms.counting)

    def _due(self, wait: _Wait, target: timedelta, now: datetime) -> datetime:
        return due_at(self.terms.calendar, wait.origin, wait.base + target, self._stops(now), self.terms.counting)

    def _judged(self, wait: _Wait, now: datetime) -> Round:
        """The round as of now, or of its end. Each target is judged for as long as it was the target."""
        until = now if self.ended_at is None else min(now, self.ended_at)
        held = self._held(wait.since, until)
        missed_at: datetime | None = None
        for number, (since, severity) in enumerate(held):
            end = held[number + 1][0] if number + 1 < len(held) else until
            target = self.terms.targets.get(severity)
            missed_at = self._missed(missed_at, self._missed_in(wait, target, since, end))
        limits = () if target is None else tuple(self._limits(wait, target, since, until))
        return Round(
            started_at=wait.since,
            ended_at=self.ended_at,
            severity=severity,
            target=target,
            used=max(self._open_time(wait.origin, until, until) - wait.base, NOTHING),
            due_at=self._shown_due(wait, target, until),
            missed_at=missed_at,
            limits=tuple(limit for limit in limits if limit.at <= until),
            next_limit=self._ahead(limits, until),
        )

    def _missed(self, earlier: datetime | None, later: datetime | None) -> datetime | None:
        if later is None and self.terms.reclassifying is Reclassifying.FORGIVES:
            return None
        return earlier or later

    def _held(self, since: datetime, until: datetime) -> list[tuple[datetime, str]]:
        """Which severity held since when, in order; one that has the target of the one before is told as that."""
        held = [(since, self._severity_at(since))]
        for at, severity in self._severities:
            if since < at <= until:
                is_same = self.terms.targets.get(severity) == self.terms.targets.get(held[-1][1])
                held[-1:] = [(held[-1][0], severity)] if is_same else [held[-1], (at, severity)]
        return held

    def _missed_in(self, wait: _Wait, target: timedelta | None, since: datetime, end: datetime) -> datetime | None:
        if target is None:
            return None
        due = max(self._due(wait, target, end), since)
        for gap in self._solved:  # nobody is late while it is solved
            due = gap.end if gap.start <= due < gap.end else due
        return due if due < end else None

    def _limits(self, wait: _Wait, target: timedelta, since: datetime, until: datetime) -> Iterator[Limit]:
        """Of the target that holds; one that the time used was beyond when the target came is reached then."""
        for percent in sorted(self.terms.limits):
            at = max(self._due(wait, target * percent / 100, until), since)
            for gap in self._solved:
                at = gap.end if gap.start < at < gap.end else at
            yield Limit(percent, at)

    def _shown_due(self, wait: _Wait, target: timedelta | None, until: datetime) -> datetime | None:
        if target is None:
            return None
        due = self._due(wait, target, until)
        return due if self._paused_since is None or due <= self._paused_since else None

    def _ahead(self, limits: Sequence[Limit], until: datetime) -> Limit | None:
        if self.ended_at is not None or self._paused_since is not None:
            return None
        return next((limit for limit in limits if limit.at > until), None)
