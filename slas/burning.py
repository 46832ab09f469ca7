"""How fast the error budgets of commitments burn right now, for any number of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from clm.lib.rounding import round_to_places
from clm.lib.trace import Input, Step, Trace
from contracts.queries import clause_ref
from slas.aims import aims_of
from slas.engine.burn_rate import DEFAULT_PAIRS, Burning, BurnPair, Counted, Urgency, burn_rate, look
from slas.engine.conditions import Comparison
from slas.engine.quantities import Quantities
from slas.engine.resolution import EPOCH
from slas.engine.targets import aim_at
from slas.material import gather_all
from slas.models import Commitment
from slas.models.telemetry import IndicatorKind
from slas.pieces import piece_of
from slas.splits import Stretch, begins_at

# Of fewer events a share says little: with one failure among ten a budget of 0.1 % burns at a hundred times its rate.
LEAST_EVENTS = 100
PLACES = 2


@dataclass(frozen=True)
class Burns:
    """The pairs of a commitment at an instant. `at` is where all windows end, `target` what holds there in percent."""

    commitment: Commitment
    at: datetime
    target: Decimal
    pairs: tuple[Burning, ...]

    @property
    def is_burning(self) -> bool:
        """Whether anything failed within the longest of the short windows."""
        return any(each.short.bad for each in self.pairs)

    def firing(self, urgency: Urgency) -> list[Burning]:
        return [each for each in self.pairs if each.fires and each.pair.urgency == urgency]


def has_budget(commitment: Commitment) -> bool:
    """Whether a share of time or events may fail: a value is no share, and an average of intervals spends none."""
    return (
        not commitment.indicator.is_quantity
        and Comparison(commitment.comparison) in (Comparison.AT_LEAST, Comparison.ABOVE)
        and commitment.interval_minutes is None
    )


def burns_of(
    commitments: Iterable[Commitment], now: datetime, pairs: Sequence[BurnPair] = DEFAULT_PAIRS
) -> dict[UUID, Burns]:
    """By commitment, of those that have a budget; what was accepted as excluded counts in neither window. Fetch them
    with their indicator. The number of statements does not grow with that of the commitments."""
    chosen = {commitment.pk: commitment for commitment in commitments if has_budget(commitment)}
    lengths = sorted({length for pair in pairs for length in (pair.long, pair.short)})
    edges = {pk: _edge(commitment, now) for pk, commitment in chosen.items()}
    asked = [
        (pk, length, Stretch(commitment, _start(commitment, edges[pk] - length, edges[pk]), edges[pk]))
        for pk, commitment in chosen.items()
        for length in lengths
    ]
    counted: dict[UUID, dict[timedelta, Counted]] = {pk: {} for pk in chosen}
    materials = gather_all([stretch for _pk, _length, stretch in asked], now, tells_coverage=False)
    for (pk, length, stretch), material in zip(asked, materials, strict=True):
        counted[pk][length] = _counted(piece_of(stretch.commitment, material).quantities)
    return {pk: _burns(commitment, edges[pk], counted[pk], pairs) for pk, commitment in chosen.items()}


def _burns(
    commitment: Commitment, at: datetime, counted: Mapping[timedelta, Counted], pairs: Sequence[BurnPair]
) -> Burns:
    least = LEAST_EVENTS if commitment.indicator.kind == IndicatorKind.RATIO else 0
    target = aim_at(at, aims_of(commitment)).target
    looks = (look(pair, counted[pair.long], counted[pair.short], target, least) for pair in pairs)
    return Burns(commitment, at, target, tuple(looks))


def _counted(quantities: Quantities) -> Counted:
    return Counted(Fraction(quantities.bad), Fraction(quantities.measured))


def _edge(commitment: Commitment, now: datetime) -> datetime:
    """Now; of slices where the present one began, which has no verdict yet."""
    indicator = commitment.indicator
    is_sliced = indicator.kind == IndicatorKind.TIME_SLICE
    return now - (now - EPOCH) % timedelta(minutes=indicator.slice_minutes) if is_sliced else now


def _start(commitment: Commitment, start: datetime, end: datetime) -> datetime:
    return min(max(start, begins_at(commitment)), end)


def figures_of(each: Burning, target: Decimal) -> dict[str, object]:
    """A pair as it is stored and shown; rates are multiples of the budget's own pace, None where none can be told."""
    return {
        "urgency": each.pair.urgency,
        "threshold": round_to_places(each.pair.rate, 4),
        "long_seconds": int(each.pair.long.total_seconds()),
        "short_seconds": int(each.pair.short.total_seconds()),
        "long_rate": _shown(burn_rate(each.long, target)),
        "short_rate": _shown(burn_rate(each.short, target)),
        "long_bad": round_to_places(each.long.bad, 6),
        "long_valid": round_to_places(each.long.valid, 6),
        "short_bad": round_to_places(each.short.bad, 6),
        "short_valid": round_to_places(each.short.valid, 6),
        "fires": each.fires,
    }


def _shown(rate: Fraction | None) -> Decimal | None:
    return None if rate is None else round_to_places(rate, PLACES)


def trace_of(burns: Burns, each: Burning, title: str) -> Trace:
    """How the long window's burn rate came about, and the short one's. Fetch the commitment with its passage."""
    commitment = burns.commitment
    unit = "events" if commitment.indicator.kind == IndicatorKind.RATIO else "seconds"
    source = f"telemetry of {commitment.indicator.key}"
    windows = (("Long window", each.pair.long, each.long), ("Short window", each.pair.short, each.short))
    return Trace(
        title=title,
        value=_shown(burn_rate(each.long, burns.target)),
        unit="×",
        formula="burn rate = (bad / valid) / (1 − target); it fires where both windows are above the threshold",
        inputs=tuple(
            Input(f"{name}, {said}", round_to_places(figure, 6), unit, source)
            for name, _length, seen in windows
            for said, figure in (("bad", seen.bad), ("valid", seen.valid))
        ),
        parameters={
            "target": burns.target,
            "threshold": each.pair.rate,
            "least_events": LEAST_EVENTS if unit == "events" else 0,
        },
        steps=tuple(
            Step(
                f"{name} of {length}, until {burns.at}",
                f"({round_to_places(seen.bad, 6)} / {round_to_places(seen.valid, 6)}) / (1 − {burns.target} %)",
                _shown(burn_rate(seen, burns.target)),
                "×",
            )
            for name, length, seen in windows
        ),
        clause=clause_ref(commitment.passage),
        computed_at=burns.at,
    )
