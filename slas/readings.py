"""Rows of telemetry as they arrive, checked one by one: what is good is kept, what is not says why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from clm.lib import clock
from clm.lib.errors import Invalid
from slas.adapters.histograms import Told, as_stored, of_single, read_histogram
from slas.engine.distribution import events_within
from slas.models import Indicator
from slas.models.telemetry import DISTRIBUTIONS, IndicatorKind, SampleStatus
from slas.numbers import is_storable, number_in

LIMIT = 10_000
SAMPLE = frozenset({"indicator", "at", "status", "good", "valid", "value", "histogram", "sum"})
OUTAGE = frozenset({"indicator", "external_id", "starts_at", "ends_at", "title", "severity"})
STATUSES = {status.label: int(status) for status in SampleStatus}
AHEAD = timedelta(minutes=10)
DIGITS = Decimal("1e14")


class Refused(ValueError):
    """This row is not taken; the message says why."""


class Reading(NamedTuple):
    """One sample ready to be stored; a tuple, for ten thousand are made a call."""

    indicator_id: UUID
    at: datetime
    status: int | None = None
    good: Decimal | None = None
    valid: Decimal | None = None
    value: Decimal | None = None
    histogram: str | None = None

    def cells(self) -> str:
        """Instant and figures in PostgreSQL's COPY text form, the end of the row."""
        cells = "\t".join(["\\N" if number is None else str(number) for number in self[2:]])
        return f"{self.at.isoformat()}\t{cells}\n"


def copy_rows(organization_id: UUID, readings: Iterable[Reading]) -> str:
    """The rows in PostgreSQL's COPY text form; what each indicator's rows begin with is written out once."""
    starts: dict[int, str] = {}
    rows = []
    for reading in readings:
        start = starts.get(reading.indicator_id.int)
        if start is None:
            start = starts[reading.indicator_id.int] = f"{organization_id}\t{reading.indicator_id}\t"
        rows.append(start + reading.cells())
    return "".join(rows)


@dataclass(frozen=True)
class Stretch:
    """One outage ready to be stored; without an end it lasts still."""

    indicator: Indicator
    external_id: str
    starts_at: datetime
    ends_at: datetime | None
    title: str = ""
    severity: str = ""


@dataclass
class Sorted:
    """The rows that are good, by key (of one key the last), and (position, reason) of those that are not."""

    kept: dict[Any, Any] = field(default_factory=dict)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    repeated: int = 0

    def refuse(self, row: int, reason: str) -> None:
        self.refusals.append({"row": row, "reason": reason})


def sort_samples(rows: Iterable[Any], indicators: Mapping[str, Indicator]) -> Sorted:
    """Rows {"indicator", "at", "status" | "good" and "valid" | "value" | "histogram"} as readings, by key."""
    found = Sorted()
    latest = clock.now() + AHEAD
    for position, row in enumerate(rows):
        try:
            reading = read_sample(row, indicators, latest)
        except Refused as refusal:
            found.refuse(position, str(refusal))
            continue
        key = (reading.indicator_id.int, reading.at)  # an id hashes slowly, its number does not
        found.repeated += key in found.kept
        found.kept[key] = reading
    return found


def sort_outages(rows: Iterable[Any], indicators: Mapping[str, Indicator]) -> Sorted:
    """Rows {"indicator", "external_id", "starts_at", "ends_at", "title", "severity"}, keyed by indicator and id."""
    found = Sorted()
    latest = clock.now() + AHEAD
    for position, row in enumerate(rows):
        try:
            stretch = read_outage(row, indicators, latest)
        except Refused as refusal:
            found.refuse(position, str(refusal))
            continue
        key = (stretch.indicator.pk, stretch.external_id)
        found.repeated += key in found.kept
        found.kept[key] = stretch
    return found


def read_sample(row: Any, indicators: Mapping[str, Indicator], latest: datetime) -> Reading:
    indicator = _indicator(row, indicators, SAMPLE)
    at = instant_of(row.get("at"), "at", latest)
    if indicator.kind == IndicatorKind.UPTIME:
        return Reading(indicator.pk, at, status=_status(row.get("status")))
    if indicator.kind in DISTRIBUTIONS:
        return _distribution(indicator, row, at)
    if indicator.kind == IndicatorKind.RATIO:
        if row.get("histogram"):
            return _share(indicator, row, at)
        good, valid = _number(row, "good"), _number(row, "valid")
        if not 0 <= good <= valid:
            raise Refused("good and valid are counts, and good is at most valid")
        return Reading(indicator.pk, at, good=good, valid=valid)
    return Reading(indicator.pk, at, value=_number(row, "value"))


def _distribution(indicator: Indicator, row: Any, at: datetime) -> Reading:
    """A histogram, or one duration. A mean needs the sum of the durations; where there is none, it is of no use."""
    told = _told(row) if row.get("histogram") else of_single([_duration(row)])
    if told.total is None and indicator.kind == IndicatorKind.MEAN and told.histogram.counts:
        raise Refused("a mean needs the sum of the durations")
    stored = json.dumps(as_stored(told.histogram), separators=(",", ":"))
    return Reading(indicator.pk, at, valid=told.histogram.events, value=told.total, histogram=stored)


def _duration(row: Any) -> Decimal:
    value = _number(row, "value")
    if value < 0:
        raise Refused("a duration is not negative")
    return value


def _share(indicator: Indicator, row: Any, at: datetime) -> Reading:
    """Events at or below the indicator's threshold are the good ones."""
    if indicator.condition_threshold is None:
        raise Refused("the indicator names no threshold, so a histogram does not say which events are good")
    histogram = _told(row).histogram
    try:
        good = events_within(histogram, indicator.condition_threshold)
    except Invalid as refusal:
        raise Refused(refusal.message) from None
    return Reading(indicator.pk, at, good=good, valid=histogram.events)


def _told(row: Any) -> Told:
    try:
        return read_histogram(row["histogram"], row.get("sum"))
    except ValueError as fault:
        raise Refused(str(fault)) from None


def read_outage(row: Any, indicators: Mapping[str, Indicator], latest: datetime) -> Stretch:
    indicator = _indicator(row, indicators, OUTAGE)
    if indicator.kind != IndicatorKind.UPTIME:
        raise Refused("outages are measured by uptime indicators only")
    starts_at = instant_of(row.get("starts_at"), "starts_at", latest)
    ending = row.get("ends_at")
    ends_at = None if ending is None or ending == "" else instant_of(ending, "ends_at", latest)
    if ends_at is not None and ends_at < starts_at:
        raise Refused("it ends before it starts")
    external_id = _text(row, "external_id") or starts_at.isoformat()
    if len(external_id) > 120:
        raise Refused("external_id has at most 120 characters")
    return Stretch(indicator, external_id, starts_at, ends_at, _text(row, "title")[:300], _text(row, "severity")[:24])


def keys_in(rows: Iterable[Any]) -> set[str]:
    """The keys of indicators that the rows name, those that can be one."""
    keys = {row["indicator"] for row in rows if isinstance(row, dict) and isinstance(row.get("indicator"), str)}
    return {key for key in keys if is_storable(key)}


def _text(row: Mapping[str, Any], name: str) -> str:
    """The text, or a number as one; empty where there is none."""
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        raise Refused(f"{name} is not a text")
    text = str(value)
    if not is_storable(text):
        raise Refused(f"{name} holds characters that cannot be stored")
    return text


def _indicator(row: Any, indicators: Mapping[str, Indicator], names: frozenset[str]) -> Indicator:
    if not isinstance(row, dict | Mapping):
        raise Refused("a row is an object")
    if not row.keys() <= names:
        raise Refused(f"there is no such field here: {', '.join(sorted(map(str, row.keys() - names)))[:120]}")
    key = row.get("indicator")
    found = indicators.get(key) if isinstance(key, str) else None
    if found is None:
        raise Refused(f"no indicator has the key {str(key)[:120]!r}")
    return found


def instant_of(value: Any, name: str, latest: datetime) -> datetime:
    """An ISO 8601 instant with its offset, in UTC; not in the future (ten minutes of clock skew are borne)."""
    try:
        instant = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise Refused(f"{name} is not an ISO 8601 instant") from None
    if instant.tzinfo is None:
        raise Refused(f"{name} lacks its offset from UTC")
    try:
        instant = instant.astimezone(UTC)
    except OverflowError:
        raise Refused(f"{name} is out of range") from None
    if instant > latest:
        raise Refused(f"{name} lies in the future")
    if instant.year < 1990:
        raise Refused(f"{name} is out of range")
    return instant


def _status(value: Any) -> int:
    found = STATUSES.get(str(value).strip().lower())
    if found is None:
        raise Refused("status is one of up, degraded, down and unknown")
    return found


def _number(row: Mapping[str, Any], name: str) -> Decimal:
    """A finite number, kept to six decimals."""
    value = row.get(name)
    if type(value) is int and abs(value) < DIGITS:
        return Decimal(value)
    if value is None or isinstance(value, bool):
        raise Refused(f"{name} is missing")
    number = number_in(str(value)) if isinstance(value, str | int | float | Decimal) else None
    if number is None:
        raise Refused(f"{name} is not a number")
    if abs(number) >= DIGITS:
        raise Refused(f"{name} is out of range")
    kept = round(number, 6) if number.as_tuple().exponent < -6 else number  # type: ignore[operator]
    if abs(kept) >= DIGITS:
        raise Refused(f"{name} is out of range")
    return kept
