"""Coverage of counts and values: the share of the intervals at which telemetry was expected that had some."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.models import Passage
from slas.models import Breach, Commitment, Evaluation, EvaluationWindow, Indicator
from slas.operations.exclusions import accept_exclusion, propose_exclusion
from slas.operations.ingest_samples import ingest_samples
from tests.cast import Cast
from tests.slas.conftest import Bind, instant, judge, uptime

NOW = instant("2026-02-05T00:00")
FIRST = instant("2026-01-01T00:00")
DAY = 1440
KINDS = {
    "ratio": {"good": 1, "valid": 2},
    "value": {"value": 1},
}


def measured(actor: Actor, active: Bind, days: range, kind: str = "ratio", every: int | None = DAY, **changes: Any
             ) -> Commitment:  # fmt: skip
    """A target of 99 that every sample misses by far; one sample on each of these days of January, at six."""
    aggregation = {"aggregation": "avg"} if kind == "value" else {}
    indicator = uptime("num", kind=kind, expected_every_minutes=every, **aggregation)
    commitment = active(NOW, indicator, target=Decimal(99), **changes)
    rows = [
        {"indicator": "num", "at": (FIRST + timedelta(days=day, hours=6)).isoformat(), **KINDS[kind]} for day in days
    ]
    ingest_samples(actor=actor, samples=rows)
    return commitment


def january(actor: Actor, commitment: Commitment) -> Evaluation:
    window = EvaluationWindow.objects.get(commitment=commitment, label="2026-01")
    judge(actor, window, NOW)
    return Evaluation.objects.filter(window=window).latest("revision")


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize(
    ("days", "percent", "outcome", "reason"),
    [
        (range(31), "100", "missed", "target_missed"),
        (range(30), "96.774193548", "missed", "target_missed"),
        (range(29), "93.548387097", "inconclusive", "coverage_below_threshold"),
        (range(1), "3.225806452", "inconclusive", "coverage_below_threshold"),
        (range(0), "0", "inconclusive", "coverage_below_threshold"),
    ],
)
def test_expected_intervals_with_telemetry_are_covered(
    alice: Actor, active: Bind, kind: str, days: range, percent: str, outcome: str, reason: str
) -> None:
    found = january(alice, measured(alice, active, days, kind))

    assert (found.coverage_percent, found.outcome, found.reason) == (Decimal(percent), outcome, reason)
    assert found.light == ("red" if outcome == "missed" else "grey")
    assert Breach.objects.count() == (1 if outcome == "missed" else 0)
    step = next(each for each in found.trace["steps"] if each["label"] == "Coverage")
    assert step["expression"] == f"100 × {len(days)} with telemetry / 31 intervals of 1440 min"


def test_many_samples_of_one_interval_cover_it_once(alice: Actor, active: Bind) -> None:
    commitment = measured(alice, active, range(1))
    rows = [{"indicator": "num", "at": f"2026-01-01T{hour:02}:30Z", "good": 1, "valid": 2} for hour in range(24)]
    ingest_samples(actor=alice, samples=rows)

    assert january(alice, commitment).coverage_percent == Decimal("3.225806452")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_where_no_interval_is_named_coverage_is_not_told(
    page: Client, api: APIClient, alice: Actor, active: Bind, kind: str
) -> None:
    commitment = measured(alice, active, range(1), kind, every=None, coverage_threshold_percent=Decimal(100))
    found = january(alice, commitment)

    assert (found.coverage_percent, found.outcome) == (None, "missed")
    step = next(each for each in found.trace["steps"] if each["label"] == "Coverage")
    assert (step["expression"], step["value"]) == (
        "the indicator names no interval at which telemetry is expected", None,
    )  # fmt: skip
    text = page.get(reverse("window", args=[found.window_id])).content.decode()
    assert "The indicator does not say how often telemetry should come." in text
    assert api.get(f"/api/v1/windows/{found.window_id}/").data["figures"]["coverage_percent"] is None


def test_a_running_window_expects_only_what_has_passed(alice: Actor, active: Bind) -> None:
    commitment = measured(alice, active, range(10))
    window = EvaluationWindow.objects.get(commitment=commitment, label="2026-01")
    judge(alice, window, instant("2026-01-11T05:00"))

    window.refresh_from_db()
    assert window.interim["coverage_percent"] == "100"


def test_intervals_that_are_excused_throughout_are_not_expected(acme: Cast, alice: Actor, active: Bind) -> None:
    """The last two days and half of the one before: 29 expected, 29 covered."""
    commitment = measured(alice, active, range(29))
    asked = propose_exclusion(
        actor=alice, commitment_id=commitment.pk, kind="agreed", reason="Monitor was moved",
        starts_at=instant("2026-01-29T12:00"), ends_at=instant("2026-02-01T00:00"),
    )  # fmt: skip
    accept_exclusion(actor=acme["legal"], exclusion_id=asked.pk)

    found = january(alice, commitment)
    assert (found.coverage_percent, found.outcome) == (100, "missed")


def test_both_parts_of_a_cut_window_are_covered_together(alice: Actor, active: Bind) -> None:
    """15 days that need 80 % and 16 that need 100 %: 90.32 % are needed, and 29 of 31 are 93.5 %."""
    first = measured(alice, active, range(29), ends_on=date(2026, 1, 16), coverage_threshold_percent=Decimal(80))
    second = active(
        NOW, first.indicator_id, starts_on=date(2026, 1, 16), target=Decimal(98),
        coverage_threshold_percent=Decimal(100),
    )  # fmt: skip
    found = january(alice, second)
    assert (found.coverage_percent, found.outcome) == (Decimal("93.548387097"), "missed")


def test_a_ratio_averaged_over_intervals_has_what_lacks_in_its_quantities(alice: Actor, active: Bind) -> None:
    found = january(alice, measured(alice, active, range(29), every=None, interval_minutes=DAY))
    assert (found.unmeasured, found.coverage_percent, found.outcome) == (2, Decimal("93.548387097"), "inconclusive")


@pytest.mark.parametrize(("kind", "every"), [("uptime", 60), ("time_slice", 60), ("ratio", 0), ("value", 527_041)])
def test_an_interval_that_cannot_be_is_refused(bind: Bind, kind: str, every: int) -> None:
    with pytest.raises(Invalid) as refused:
        bind(uptime(kind=kind, expected_every_minutes=every, condition_operator="<", condition_threshold=Decimal(1)))
    assert list(refused.value.fields) == ["expected_every_minutes"]
    assert Indicator.objects.count() == 0


def test_it_is_entered_by_form_and_api(page: Client, api: APIClient, passage: Passage) -> None:
    contract_id = passage.version.contract_id
    typed = {"service_name": "A", "key": "typed", "kind": "ratio", "slice_minutes": "5", "expected_every_minutes": "60"}
    assert page.post(reverse("indicator-new", args=[contract_id]), typed).status_code == 302
    service = Indicator.objects.get(key="typed").service_id
    sent = {"service": str(service), "key": "sent", "kind": "value", "expected_every_minutes": 30}
    assert api.post("/api/v1/indicators/", sent, format="json").data["expected_every_minutes"] == 30
    assert dict(Indicator.objects.values_list("key", "expected_every_minutes")) == {"typed": 60, "sent": 30}
