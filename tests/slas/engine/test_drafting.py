"""What in a draft leads to disputes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from slas.engine.credit_tiers import Band
from slas.engine.drafting import Draft, findings_in

D = Decimal
SOUND = Draft(
    kind="uptime",
    name="Availability",
    quote="Availability is measured by the provider's probes every minute.",
    target=D("99.9"),
    maintenance_policy="leaves_denominator",
    maintenance_notice_hours=48,
    missing_data_policy="inconclusive",
    coverage_threshold_percent=D(95),
    remedy_kind="tiers",
    bands=(Band(D("99.9"), D(99), D(10)), Band(D(99), None, D(25))),
    caps=(D(30),),
    silence_minutes=5,
    has_telemetry=True,
    days_silent=0,
)


def codes(**changes: object) -> list[tuple[str, str]]:
    return [(found.code, found.field) for found in findings_in(replace(SOUND, **changes))]  # type: ignore[arg-type]


def test_a_sound_draft_has_no_warning() -> None:
    assert codes() == []
    assert findings_in(Draft()) == ()


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"quote": "The service is available 99.9 % of each month."}, "no_measurement_method", "passage"),
        ({"has_telemetry": False, "days_silent": None}, "nobody_measures", "indicator"),
        ({"days_silent": 7}, "telemetry_stopped", "indicator"),
        ({"silence_minutes": None}, "silence_is_up", "silence_minutes"),
        ({"kind": "ratio"}, "coverage_unknown", "expected_every_minutes"),
        ({"target": D(100), "remedy_kind": "none"}, "binary_target", "target"),
        ({"target": D(0), "comparison": "<=", "remedy_kind": "none"}, "binary_target", "target"),
        (
            {"kind": "time_slice", "slice_minutes": 5, "target": D("99.99"), "remedy_kind": "none"},
            "budget_below_slice", "target",
        ),
        (
            {"kind": "percentile", "expected_every_minutes": 1, "remedy_kind": "none"},
            "latency_from_below", "comparison",
        ),
        (
            {"quote": "Response time is measured until an automatic e-mail acknowledges the ticket."},
            "acknowledgement_as_response", "passage",
        ),
        (
            {"quote": "Resolution is measured in hours. Provider may suspend the clock at its discretion."},
            "clock_stopped_at_will", "passage",
        ),
        ({"maintenance_notice_hours": None}, "maintenance_without_limit", "maintenance_cap_hours"),
        ({"missing_data_policy": "good"}, "silence_pays", "missing_data_policy"),
        ({"coverage_threshold_percent": D(0)}, "coverage_not_needed", "coverage_threshold_percent"),
        ({"caps": ()}, "remedy_without_cap", "cap_window_percent"),
        ({"bands": (Band(D("99.9"), D(99), D(10)), Band(D(98), None, D(25)))}, "band_gap", "tiers"),
        ({"bands": (Band(D("99.9"), D(98), D(10)), Band(D(99), None, D(25)))}, "band_overlap", "tiers"),
        ({"bands": (Band(D("99.9"), D(99), D(25)), Band(D(99), None, D(10)))}, "credit_decreases", "tiers"),
        ({"bands": (Band(D("99.5"), None, D(10)),)}, "target_above_first_tier", "tiers"),
        ({"bands": (Band(D("99.95"), None, D(10)),)}, "target_below_first_tier", "tiers"),
        ({"bands": (Band(D("99.9"), D(99), D(10)),)}, "no_lowest_tier", "tiers"),
        ({"metrics": 13}, "too_many_metrics", "name"),
    ],
)  # fmt: skip
def test_each_cause_of_disputes_is_found_alone(changes: dict[str, object], code: str, field: str) -> None:
    assert codes(**changes) == [(code, field)]


@pytest.mark.parametrize(
    "quote",
    [
        "Response is measured until a qualified engineer answers; an acknowledgement does not count.",
        "Resolution is measured in hours. The clock is paused while the customer confirms that it waits.",
    ],
)
def test_clear_words_raise_no_warning(quote: str) -> None:
    assert codes(quote=quote) == []
