"""Whether somebody opens far more contracts than they usually do, and than others of their roles do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from clm.lib.trace import Input, Step, Trace


@dataclass(frozen=True)
class Bounds:
    """`floor` contracts in a day, `own` times one's own daily mean, `role` times that of one's roles."""

    floor: int
    own: int
    role: int


def mean(counts: Sequence[int]) -> Fraction:
    """Of the days on which anything was opened; nothing where there was no such day."""
    return Fraction(sum(counts), len(counts)) if counts else Fraction(0)


def unusual(opened: int, own: Sequence[int], peers: Sequence[int], bounds: Bounds) -> Trace | None:
    """How it was found, or None. `own` and `peers` are contracts opened on each earlier day by the person, and by the
    others who have a role in common. A person, or a role, without a past sets no bound of its own: the floor does."""
    limits = (Fraction(bounds.floor), bounds.own * mean(own), bounds.role * mean(peers))
    if opened < limits[0] or opened <= limits[1] or opened <= limits[2]:
        return None
    return Trace(
        title="Contracts opened in a day",
        value=opened,
        unit="contracts",
        formula="at least the floor, and more than a multiple of the person's own daily mean and of their roles'",
        inputs=(
            Input("opened", opened, "contracts"),
            Input("own days before", len(own), "days"),
            Input("days of the roles before", len(peers), "days"),
        ),
        parameters={"floor": bounds.floor, "times own mean": bounds.own, "times mean of the roles": bounds.role},
        steps=(
            Step("own daily mean", f"{sum(own)} / {len(own)}", _shown(mean(own)), "contracts"),
            Step("daily mean of the roles", f"{sum(peers)} / {len(peers)}", _shown(mean(peers)), "contracts"),
            Step("bound", "the largest of the three", _shown(max(limits)), "contracts"),
        ),
    )


def _shown(value: Fraction) -> str:
    return f"{float(value):.1f}"
