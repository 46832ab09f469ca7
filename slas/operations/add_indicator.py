"""A measured quantity of a service exists, and telemetry can arrive under its key."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import advisory_lock, lock_row
from slas import events
from slas.engine.conditions import Comparison
from slas.engine.value import Aggregation, aggregation_named
from slas.models import Indicator, Service
from slas.models.telemetry import QUANTITIES, IndicatorKind
from slas.numbers import column_faults

# A year.
LONGEST_SILENCE = 527_040
HUNDRED = 100


@transaction.atomic
def add_indicator(
    *,
    actor: Actor,
    service_id: UUID,
    key: str,
    name: str = "",
    kind: str = IndicatorKind.UPTIME,
    unit: str = "",
    is_degraded_up: bool = True,
    silence_minutes: int | None = None,
    expected_every_minutes: int | None = None,
    slice_minutes: int = 5,
    condition_operator: str = "",
    condition_threshold: Decimal | None = None,
    aggregation: str = "",
    percentile: Decimal | None = None,
) -> Indicator:
    """Raises `indicator_exists` where the organization has the key, Invalid `indicator_invalid` by field."""
    service = lock_row(Service, service_id, "contract")
    require(actor, "slas.add_indicator", service)
    advisory_lock(f"indicator:{actor.organization_id}:{key}")
    if Indicator.objects.filter(key=key).exists():
        fields = {"key": ["Telemetry arrives under this key already."]}
        raise DomainError("indicator_exists", "The key is taken.", fields=fields)
    indicator = Indicator(
        organization_id=actor.organization_id,
        service=service,
        key=key,
        name=name or key,
        kind=kind,
        unit=unit,
        is_degraded_up=is_degraded_up,
        silence_minutes=silence_minutes,
        expected_every_minutes=expected_every_minutes,
        slice_minutes=slice_minutes,
        condition_operator=condition_operator,
        condition_threshold=condition_threshold,
        aggregation=_aggregation(kind, aggregation),
        percentile=percentile if kind == IndicatorKind.PERCENTILE else None,
    )
    _check(indicator)
    indicator.save()
    record(actor, events.indicator_added(indicator))
    return indicator


def _aggregation(kind: str, named: str) -> str:
    """Stored in its short form (`avg`, `sum`, `min`, `max`); a value without one is its average."""
    if kind != IndicatorKind.VALUE:
        return ""
    try:
        found = aggregation_named(named or "average")
    except ValueError:
        raise _invalid("aggregation", "It is one of sum, avg, min and max.") from None
    short = {Aggregation.AVERAGE: "avg", Aggregation.MINIMUM: "min", Aggregation.MAXIMUM: "max"}
    return short.get(found, "sum")


def _check(indicator: Indicator) -> None:
    for field, text in _faults(indicator):
        raise _invalid(field, text)


def _faults(indicator: Indicator) -> Iterable[tuple[str, str]]:
    if not indicator.key.strip() or len(indicator.key) > 120:
        yield "key", "A key has 1 to 120 characters."
    if indicator.kind not in IndicatorKind.values:
        yield "kind", "This is none of the choices."
    for name in ("key", "name", "unit", "condition_threshold", "percentile"):
        yield from ((name, text) for text in _unstorable(indicator, name))
    if indicator.silence_minutes is not None and not 1 <= indicator.silence_minutes <= LONGEST_SILENCE:
        yield "silence_minutes", f"A status holds for 1 to {LONGEST_SILENCE} minutes."
    yield from _expected_faults(indicator)
    if indicator.kind == IndicatorKind.PERCENTILE and not 0 < (indicator.percentile or 0) <= HUNDRED:
        yield "percentile", "Name the percentile, such as 95: above 0 and at most 100."
    if indicator.kind == IndicatorKind.TIME_SLICE:
        if indicator.condition_operator not in [item.value for item in Comparison]:
            yield "condition_operator", "A slice is good when its value compares so with the threshold."
        if indicator.condition_threshold is None:
            yield "condition_threshold", "Name the threshold."
        if not 1 <= indicator.slice_minutes <= 1440:
            yield "slice_minutes", "A slice lasts from a minute to a day."


def _expected_faults(indicator: Indicator) -> Iterable[tuple[str, str]]:
    every = indicator.expected_every_minutes
    if every is None:
        return
    if indicator.kind not in QUANTITIES | {IndicatorKind.RATIO}:
        yield "expected_every_minutes", "Only of counts and values it must be said how often they come."
    if not 1 <= every <= LONGEST_SILENCE:
        yield "expected_every_minutes", f"Telemetry is expected once in 1 to {LONGEST_SILENCE} minutes."


def _unstorable(indicator: Indicator, name: str) -> Iterable[str]:
    value = getattr(indicator, name)
    return column_faults(Indicator._meta.get_field(name), value) if value not in (None, "") else ()  # type: ignore[arg-type]


def _invalid(field: str, text: str) -> Invalid:
    return Invalid("indicator_invalid", "The indicator cannot be measured like this.", fields={field: [text]})
