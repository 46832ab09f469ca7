"""What in a service level leads to disputes, found before it is agreed. Facts only: the words stand elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as filled
from decimal import Decimal
from typing import Any

from slas.engine.credit_tiers import Band, validate_bands

# A person watches about so many figures of a contract with care; parameters of the assistant, not of any agreement.
WATCHABLE = 12
STALE_DAYS = 7
SHARES = ("uptime", "ratio", "time_slice")
EXPECTING = ("ratio", "value", "percentile", "mean")
LATENCIES = ("percentile", "mean")
WINDOW_SECONDS = {
    "hour": 3_600, "day": 86_400, "week": 604_800, "month": 2_592_000, "quarter": 7_776_000, "year": 31_536_000,
    "anniversary": 31_536_000,
}  # fmt: skip

MEASURED = re.compile(r"measur|monitor|calculat|determin|comput|probe|log(?:ged|s)\b|record|report|formula", re.I)
RESPONSE = re.compile(r"\brespon(?:se|d)", re.I)
ACKNOWLEDGED = re.compile(
    r"acknowledg|auto(?:matic|mated)?[- ]?(?:reply|response|e-?mail)|confirm(?:s|ation)? (?:of )?receipt|ticket number",
    re.I,
)
HUMAN = re.compile(r"qualified|human|engineer|substantive|meaningful", re.I)
STOPS = re.compile(r"\b(?:stop|paus|suspend|hold|exclud|toll)\w*", re.I)
CLOCK = re.compile(r"resolution|resolve|repair|restor|\bfix", re.I)
AT_WILL = re.compile(
    r"(?:provider|vendor|supplier|company|we)\b[^.;]{0,60}(?:may|can|discretion|deems|considers|opinion)"
    r"|sole discretion|at (?:its|our) discretion",
    re.I,
)


@dataclass(frozen=True)
class Draft:
    """What is known of a service level while it is written; None is not known, or not typed yet.

    `quote` is the clause it rests on. `days_silent`: since its indicator's last telemetry; `has_telemetry`: whether
    there was any. `metrics`: service levels of the contract that are drafted or measured, this one among them.
    """

    kind: str = ""
    name: str = ""
    quote: str = ""
    target: Decimal | None = None
    comparison: str = ">="
    window_kind: str = "month"
    maintenance_policy: str = ""
    maintenance_notice_hours: int | None = None
    maintenance_cap_hours: Decimal | None = None
    missing_data_policy: str = ""
    coverage_threshold_percent: Decimal | None = None
    remedy_kind: str = "none"
    bands: tuple[Band, ...] = ()
    caps: tuple[Decimal, ...] = ()
    silence_minutes: int | None = None
    expected_every_minutes: int | None = None
    slice_minutes: int | None = None
    has_telemetry: bool | None = None
    days_silent: int | None = None
    metrics: int = 1


@dataclass(frozen=True)
class Finding:
    """Something that leads to disputes: its code, the field it is about, and the facts that its sentence names."""

    code: str
    field: str
    facts: Mapping[str, Any] = filled(default_factory=dict)


def findings_in(draft: Draft) -> tuple[Finding, ...]:
    """Every warning, those about what is measured first, then target, clock, remedy and number."""
    parts = (_measurement(draft), _target(draft), _wording(draft), _excuses(draft), _remedy(draft), _number(draft))
    return tuple(finding for part in parts for finding in part)


def _measurement(draft: Draft) -> Iterator[Finding]:
    if draft.quote and not MEASURED.search(draft.quote):
        yield Finding("no_measurement_method", "passage")
    if draft.has_telemetry is False:
        yield Finding("nobody_measures", "indicator")
    elif draft.days_silent is not None and draft.days_silent >= STALE_DAYS:
        yield Finding("telemetry_stopped", "indicator", {"days": draft.days_silent})
    if draft.kind == "uptime" and draft.silence_minutes is None:
        yield Finding("silence_is_up", "silence_minutes")
    if draft.kind in EXPECTING and draft.expected_every_minutes is None:
        yield Finding("coverage_unknown", "expected_every_minutes")


def _target(draft: Draft) -> Iterator[Finding]:
    if draft.target is None:
        return
    is_share, is_floor = draft.kind in SHARES, draft.comparison == ">="
    if is_share and draft.target == (100 if is_floor else 0):
        yield Finding("binary_target", "target", {"target": draft.target})
    elif is_share and is_floor and _allows_less_than_a_slice(draft):
        yield Finding("budget_below_slice", "target", {"minutes": draft.slice_minutes})
    if draft.kind in LATENCIES and is_floor:
        yield Finding("latency_from_below", "comparison")


def _allows_less_than_a_slice(draft: Draft) -> bool:
    seconds = WINDOW_SECONDS.get(draft.window_kind)
    if draft.kind != "time_slice" or seconds is None or draft.slice_minutes is None or draft.target is None:
        return False
    return seconds * (100 - draft.target) / 100 < draft.slice_minutes * 60


def _wording(draft: Draft) -> Iterator[Finding]:
    text = f"{draft.name}. {draft.quote}"
    if RESPONSE.search(text) and (found := ACKNOWLEDGED.search(text)) and not HUMAN.search(text):
        yield Finding("acknowledgement_as_response", "passage", {"words": found.group()})
    for sentence in re.split(r"(?<=[.;])\s", draft.quote):
        if STOPS.search(sentence) and CLOCK.search(draft.quote) and (found := AT_WILL.search(sentence)):
            yield Finding("clock_stopped_at_will", "passage", {"words": found.group()})
            return


def _excuses(draft: Draft) -> Iterator[Finding]:
    is_excused = draft.maintenance_policy in ("leaves_denominator", "counts_as_up")
    if is_excused and draft.maintenance_notice_hours is None and draft.maintenance_cap_hours is None:
        yield Finding("maintenance_without_limit", "maintenance_cap_hours")
    if draft.missing_data_policy == "good":
        yield Finding("silence_pays", "missing_data_policy")
    if draft.coverage_threshold_percent == 0:
        yield Finding("coverage_not_needed", "coverage_threshold_percent")


# How a fault of the tiers is called among the warnings, where it is another one's name.
TIER_CODES = {
    "target_above_first_band": "target_above_first_tier",
    "target_below_first_band": "target_below_first_tier",
    "no_lowest_band": "no_lowest_tier",
}


def _remedy(draft: Draft) -> Iterator[Finding]:
    if draft.remedy_kind == "none":
        return
    if draft.remedy_kind == "tiers":
        yield from _tiers(draft.bands, draft.target)
    if not draft.caps:
        yield Finding("remedy_without_cap", "cap_window_percent")


def _tiers(bands: Iterable[Band], target: Decimal | None) -> Iterator[Finding]:
    for problem in validate_bands(bands, target):
        code = TIER_CODES.get(problem.code, problem.code)
        yield Finding(code, "tiers", {"low": problem.low, "high": problem.high, "message": problem.message})


def _number(draft: Draft) -> Iterator[Finding]:
    if draft.metrics > WATCHABLE:
        yield Finding("too_many_metrics", "name", {"metrics": draft.metrics, "watchable": WATCHABLE})
