"""The four quantities every percentage derives from, and how a window's time is divided among them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from clm.lib.errors import Invalid
from clm.lib.intervals import Interval, intersect, subtract, total_seconds, union

SECONDS = "seconds"
EVENTS = "events"
INTERVALS = "intervals"


class MaintenancePolicy(StrEnum):
    """What an accepted maintenance minute is; published agreements do all three."""

    LEAVES_DENOMINATOR = "leaves_denominator"
    COUNTS_AS_UP = "counts_as_up"
    NOT_EXCUSED = "not_excused"


@dataclass(frozen=True)
class Quantities:
    """Good, bad, excluded and unmeasured seconds or events of one window; never negative (`quantity_negative`)."""

    good: Decimal
    bad: Decimal
    excluded: Decimal = Decimal(0)
    unmeasured: Decimal = Decimal(0)
    unit: str = SECONDS

    def __post_init__(self) -> None:
        if min(self.good, self.bad, self.excluded, self.unmeasured) < 0:
            raise Invalid("quantity_negative", "Good, bad, excluded and unmeasured are never negative.")

    @property
    def measured(self) -> Decimal:
        return self.good + self.bad

    @property
    def expected(self) -> Decimal:
        """What should have been measured."""
        return self.good + self.bad + self.unmeasured

    @property
    def total(self) -> Decimal:
        return self.expected + self.excluded

    def __add__(self, other: Quantities) -> Quantities:
        if self.unit != other.unit:
            raise Invalid("unit_mismatch", f"{self.unit} and {other.unit} do not add up.")
        return Quantities(
            self.good + other.good,
            self.bad + other.bad,
            self.excluded + other.excluded,
            self.unmeasured + other.unmeasured,
            self.unit,
        )


@dataclass(frozen=True)
class Exclusion:
    """An accepted exclusion; proposed and disputed ones are not given to the engine."""

    interval: Interval
    is_maintenance: bool = False


@dataclass(frozen=True)
class Excuses:
    """Time that exclusions take out of the window, and time that they make good. Disjoint: leaving out wins."""

    left_out: tuple[Interval, ...] = ()
    made_good: tuple[Interval, ...] = ()


def excuses(exclusions: Iterable[Exclusion], policy: MaintenancePolicy) -> Excuses:
    """What the exclusions do under the maintenance policy. Other kinds than maintenance always leave the window."""
    maintenance: list[Interval] = []
    others: list[Interval] = []
    for exclusion in exclusions:
        (maintenance if exclusion.is_maintenance else others).append(exclusion.interval)
    if policy is MaintenancePolicy.LEAVES_DENOMINATOR:
        return Excuses(left_out=union(others + maintenance))
    made_good = subtract(maintenance, others) if policy is MaintenancePolicy.COUNTS_AS_UP else ()
    return Excuses(left_out=union(others), made_good=made_good)


@dataclass(frozen=True)
class Division:
    """A window's time, each instant in exactly one of the four."""

    good: tuple[Interval, ...]
    bad: tuple[Interval, ...]
    excluded: tuple[Interval, ...]
    unmeasured: tuple[Interval, ...]

    @property
    def quantities(self) -> Quantities:
        return Quantities(
            good=total_seconds(self.good),
            bad=total_seconds(self.bad),
            excluded=total_seconds(self.excluded),
            unmeasured=total_seconds(self.unmeasured),
        )


def divide(window: Interval, bad: Sequence[Interval], measured: Sequence[Interval], excused: Excuses) -> Division:
    """Excluded first, then made good, then bad, then unmeasured; what is left was measured and good.

    Bad time is a measurement: it need not lie within `measured`.
    """
    whole = (window,)
    open_to_judge = subtract(subtract(whole, excused.left_out), excused.made_good)
    failing = intersect(open_to_judge, bad)
    unmeasured = subtract(subtract(open_to_judge, measured), failing)
    excluded = intersect(whole, excused.left_out)
    return Division(
        good=subtract(whole, (*excluded, *failing, *unmeasured)),
        bad=failing,
        excluded=excluded,
        unmeasured=unmeasured,
    )
