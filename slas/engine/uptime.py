"""Uptime from state changes and outages: (window - exclusions - downtime outside them) / (window - exclusions)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from clm.lib.errors import Invalid
from clm.lib.intervals import Interval, in_utc, intersect, subtract, union
from slas.engine.quantities import (
    Division,
    Exclusion,
    Excuses,
    MaintenancePolicy,
    Quantities,
    divide,
    excuses,
)

MINUTE = timedelta(minutes=1)


class Status(StrEnum):
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class StateChange:
    """A state that lasts until the next row's instant."""

    at: datetime
    status: Status

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", in_utc(self.at))


@dataclass(frozen=True)
class Outage:
    """A stretch of downtime; without an end it still lasts."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class UptimePolicy:
    """Settings of the agreement.

    `minimum_outage`: an outage shorter than this counts as up; one exactly as long counts as down. `whole_minutes`:
    an outage's last part minute counts as up. Both look at the outage outside excused time and across the window's
    edges, so that two windows together count an outage once and whole.
    """

    is_degraded_up: bool = True
    maintenance: MaintenancePolicy = MaintenancePolicy.LEAVES_DENOMINATOR
    minimum_outage: timedelta = timedelta()
    whole_minutes: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "maintenance", MaintenancePolicy(self.maintenance))
        if self.minimum_outage < timedelta():
            raise Invalid("minimum_outage_negative", "The shortest outage that counts is not negative.")


@dataclass(frozen=True)
class Telemetry:
    """What was seen. Rows may come in any order; of two at one instant the later in order counts.

    `known_from`: the instant monitoring began (default: the first row), before it is unmeasured; after it silence
    means up. `known_until`: the instant monitoring is known to (default: the last state lasts on). Give the last
    change before the window too, and outages whole.
    """

    changes: Sequence[StateChange] = ()
    outages: Sequence[Outage] = ()
    known_from: datetime | None = None
    known_until: datetime | None = None


def uptime_quantities(
    window: Interval,
    telemetry: Telemetry,
    exclusions: Iterable[Exclusion] = (),
    policy: UptimePolicy | None = None,
) -> Quantities:
    """Good, bad, excluded and unmeasured seconds of the window; together exactly its length."""
    return divide_uptime(window, telemetry, exclusions, policy).quantities


def divide_uptime(
    window: Interval,
    telemetry: Telemetry,
    exclusions: Iterable[Exclusion] = (),
    policy: UptimePolicy | None = None,
) -> Division:
    """The window's instants divided into good, bad, excluded and unmeasured: the evidence behind the seconds."""
    settings = policy or UptimePolicy()
    span = _known_span(window, telemetry)
    if span is None:
        return divide(window, (), (), excuses(exclusions, settings.maintenance))
    stretches = _stretches(telemetry.changes, span)
    down = _down(stretches, telemetry.outages, span, settings)
    unknown = [interval for interval, status in stretches if status is Status.UNKNOWN]
    excused = excuses(exclusions, settings.maintenance)
    measured = (*subtract((span,), unknown), *down)
    return divide(window, counted_outages(down, excused, settings), measured, excused)


def counted_outages(down: Iterable[Interval], excused: Excuses, policy: UptimePolicy) -> tuple[Interval, ...]:
    """The downtime that counts: outside excused time, long enough, and cut to whole minutes where agreed."""
    pieces = subtract(subtract(down, excused.left_out), excused.made_good)
    long_enough = [piece for piece in pieces if piece.length >= policy.minimum_outage]
    if not policy.whole_minutes:
        return tuple(long_enough)
    return union(Interval(piece.start, piece.start + piece.length // MINUTE * MINUTE) for piece in long_enough)


def _known_span(window: Interval, telemetry: Telemetry) -> Interval | None:
    """From the first row (or `known_from`) to the end of the last one, the window's end or `known_until`."""
    rows = [change.at for change in telemetry.changes]
    rows += [in_utc(outage.start) for outage in telemetry.outages]
    if not rows and telemetry.known_from is None:
        return None
    ends = [in_utc(outage.end) for outage in telemetry.outages if outage.end is not None]
    start = in_utc(telemetry.known_from) if telemetry.known_from else min(rows)
    end = in_utc(telemetry.known_until) if telemetry.known_until else max([window.end, *rows, *ends])
    return Interval(start, end) if start < end else None


def _stretches(changes: Sequence[StateChange], span: Interval) -> list[tuple[Interval, Status]]:
    """How long each state lasted within the span; a change replaced at its own instant lasted no time."""
    rows = sorted(changes, key=lambda change: change.at)
    stretches = []
    for position, row in enumerate(rows, start=1):
        until = rows[position].at if position < len(rows) else span.end
        low, high = max(row.at, span.start), min(until, span.end)
        if low < high:
            stretches.append((Interval(low, high), row.status))
    return stretches


def _down(
    stretches: Iterable[tuple[Interval, Status]], outages: Iterable[Outage], span: Interval, policy: UptimePolicy
) -> tuple[Interval, ...]:
    failing = {Status.DOWN} if policy.is_degraded_up else {Status.DOWN, Status.DEGRADED}
    from_states = [interval for interval, status in stretches if status in failing]
    from_outages = [Interval(outage.start, _end_of(outage, span)) for outage in outages]
    return intersect((span,), from_states + from_outages)


def _end_of(outage: Outage, span: Interval) -> datetime:
    return in_utc(outage.end) if outage.end is not None else max(span.end, in_utc(outage.start))
