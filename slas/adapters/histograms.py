"""Histograms as telemetry spells them: Prometheus' cumulative `le` buckets, counts by bucket, and single durations.

Each counts the events since the sample before it; a counter that grows for ever is sent as its increase.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from clm.lib.canonical import plain_decimal
from clm.lib.errors import Invalid
from slas.engine.distribution import Histogram, of_durations
from slas.numbers import number_in

MOST_BUCKETS = 500
MOST_DURATIONS = 10_000
ENDLESS = ("+inf", "inf")
LARGEST = Decimal("1e14")
FORMS = {
    "buckets by “le”": frozenset({"le"}),
    "“bounds” and “counts”": frozenset({"bounds", "counts"}),
    "“durations”": frozenset({"durations"}),
}


@dataclass(frozen=True)
class Told:
    """What a sample says: its histogram, and the sum of its durations where the source tells it."""

    histogram: Histogram
    total: Decimal | None


def read_histogram(value: Any, total: Any = None) -> Told:
    """The histogram, from an object, its JSON, or the text of a CSV cell: `0.1:3; 0.5:5; +Inf:6`, cumulative.

    ValueError says why it is none. `total` is the sum where it stands beside the histogram.
    """
    stated = _from_text(value) if isinstance(value, str) else value
    if not isinstance(stated, Mapping):
        raise ValueError("a histogram is an object")
    stated = dict(stated) if total in (None, "") else dict(stated) | {"sum": total}
    summed = stated.pop("sum", None)
    form = next((name for name, keys in FORMS.items() if stated.keys() == keys), None)
    if form is None:
        raise ValueError(f"a histogram has {', or '.join(FORMS)}, and may have a “sum”")
    read = _READERS[form](stated)
    if summed is None:
        return read
    told = _number(summed, "sum")
    if read.total is not None and told != read.total:
        raise ValueError("sum is not what the durations add up to")
    return Told(read.histogram, told)


def _from_text(text: str) -> Any:
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text, parse_float=Decimal)
        except ValueError:
            raise ValueError("the histogram is not JSON") from None
    pairs = [part.split(":") for part in text.replace(",", ";").split(";") if part.strip()]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise ValueError("the histogram is not “bound:count” pairs, such as 0.1:3; 0.5:5; +Inf:6")
    return {"le": {bound.strip(): count.strip() for bound, count in pairs}}


def _cumulative(stated: Mapping[str, Any]) -> Told:
    buckets = stated["le"]
    if not isinstance(buckets, Mapping) or not 0 < len(buckets) <= MOST_BUCKETS:
        raise ValueError(f"le has 1 to {MOST_BUCKETS} buckets")
    rising = sorted((_bound(key), _count(number)) for key, number in buckets.items())
    bounds = [bound for bound, _number in rising]
    if bounds[-1].is_finite():
        raise ValueError("the last bucket is +Inf")
    if any(one == other for one, other in pairwise(bounds)):
        raise ValueError("two buckets end at the same bound")
    numbers = [number for _bound, number in rising]
    if any(later < former for former, later in pairwise(numbers)):
        raise ValueError("buckets are cumulative: each counts those below it too")
    own = [number - former for former, number in zip([Decimal(0), *numbers], numbers, strict=False)]
    return Told(_histogram(bounds[:-1], own), None)


def _by_bucket(stated: Mapping[str, Any]) -> Told:
    bounds, counts = stated["bounds"], stated["counts"]
    if not isinstance(bounds, list) or not isinstance(counts, list) or len(bounds) >= MOST_BUCKETS:
        raise ValueError(f"bounds and counts are lists of at most {MOST_BUCKETS}")
    if len(counts) != len(bounds) + 1:
        raise ValueError("there is one count more than bounds: the last bucket has no end")
    found = [_bound(each) for each in bounds]
    if any(not bound.is_finite() for bound in found):
        raise ValueError("bounds are finite: the last bucket has none")
    return Told(_histogram(found, [_count(each) for each in counts]), None)


def _single(stated: Mapping[str, Any]) -> Told:
    durations = stated["durations"]
    if not isinstance(durations, list) or len(durations) > MOST_DURATIONS:
        raise ValueError(f"durations is a list of at most {MOST_DURATIONS}")
    return of_single([_number(each, "a duration") for each in durations])


def of_single(durations: Sequence[Decimal]) -> Told:
    """Durations that come one by one; their sum is exact."""
    return Told(_checked(lambda: of_durations(durations)), sum(durations, Decimal(0)))


_READERS: dict[str, Callable[[Mapping[str, Any]], Told]] = dict(
    zip(FORMS, (_cumulative, _by_bucket, _single), strict=True)
)


def _histogram(bounds: Sequence[Decimal], counts: Sequence[Decimal]) -> Histogram:
    ends: list[Decimal | None] = [*bounds, None]
    told = {end: count for end, count in zip(ends, counts, strict=True) if count}
    return _checked(lambda: Histogram(tuple(bounds), told))


def _checked(make: Callable[[], Histogram]) -> Histogram:
    try:
        return make()
    except Invalid as refusal:
        raise ValueError(refusal.message) from None


def _bound(value: Any) -> Decimal:
    if str(value).strip().lower() in ENDLESS:
        return Decimal("Infinity")
    return Decimal(plain_decimal(_number(value, "a bound")))


def _count(value: Any) -> Decimal:
    number = _number(value, "a count")
    if number < 0:
        raise ValueError("a count is not negative")
    return number


def _number(value: Any, name: str) -> Decimal:
    number = number_in(str(value)) if isinstance(value, str | int | float | Decimal) else None
    if number is None or isinstance(value, bool):
        raise ValueError(f"{name} is not a number")
    if abs(number) >= LARGEST:
        raise ValueError(f"{name} is out of range")
    return round(number, 6)


Stored = list[dict[str, Any]]


def as_stored(histogram: Histogram) -> Stored:
    """As the rows of samples and sums keep it: one entry for each layout of buckets, numbers as texts."""
    bounds = histogram.bounds
    layout = None if bounds is None else [plain_decimal(bound) for bound in bounds]
    counts = {"+Inf" if end is None else plain_decimal(end): plain_decimal(n) for end, n in histogram.counts.items()}
    return [{"le": layout, "n": counts}]


def from_stored(stored: Stored | None) -> list[Histogram]:
    """What `as_stored` kept."""
    return [
        Histogram(
            None if each["le"] is None else tuple(Decimal(bound) for bound in each["le"]),
            {None if end == "+Inf" else Decimal(end): Decimal(number) for end, number in each["n"].items()},
        )
        for each in stored or ()
    ]
