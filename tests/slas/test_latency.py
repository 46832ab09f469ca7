"""Latencies as they arrive, and the percentile, mean and share that windows are judged to."""

from __future__ import annotations

from decimal import Decimal

from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.lib import clock
from clm.lib.actor import Actor
from slas.models import EvaluationWindow, Indicator, Sample
from slas.operations.ingest_samples import ingest_samples
from slas.tasks import roll_up_telemetry
from tests.slas.conftest import Bind, instant, judge, uptime
from tests.slas.test_ingest import run_import

NOW = instant("2026-02-01T00:30")
P90 = {"kind": "percentile", "percentile": Decimal(90), "unit": "s"}


def test_a_month_is_judged_to_the_percentile_of_all_its_events(
    api: APIClient, page: Client, alice: Actor, active: Bind
) -> None:
    """Two days of 10 events each, p90 0.1 and 0.75: that of all twenty is 0.5, and not the mean of the two."""
    commitment = active(NOW, uptime("web", **P90), target=Decimal("0.5"), comparison="<=")
    rows = [
        {"indicator": "web", "at": "2026-01-10T10:00Z", "histogram": {"bounds": ["0.1", 1], "counts": [9, 1, 0]}},
        {"indicator": "web", "at": "2026-01-10T11:00Z", "histogram": {"bounds": ["0.1", 1], "counts": [1, 0]}},
        {"indicator": "web", "at": "2026-01-10T12:00Z", "value": "-1"},
        {"indicator": "web", "at": "2026-01-10T13:00Z", "status": "up"},
        {
            "indicator": "web", "at": "2026-01-11T10:00Z", "sum": "4",
            "histogram": {"le": {"0.1": 5, "0.5": 8, "1": 10, "+Inf": 10}},
        },
    ]  # fmt: skip
    with clock.set_to(NOW):
        told = api.post("/api/v1/telemetry/samples/", {"samples": rows}, format="json").data
        assert [(row["row"], row["reason"]) for row in told["refusals"]] == [
            (1, "there is one count more than bounds: the last bucket has no end"),
            (2, "a duration is not negative"),
            (3, "value is missing"),
        ]
        assert api.post("/api/v1/telemetry/samples/", {"samples": rows}, format="json").data["duplicates"] == 2
        roll_up_telemetry()
    window = judge(alice, EvaluationWindow.objects.get(label="2026-01"), NOW)
    assert window.latest is not None
    # 14 of 20 up to 0.1, 6 up to 1: rank 18 is 0.1 + 0.9 × 4/6.
    assert (window.latest.attainment, window.latest.outcome) == (Decimal("0.7"), "missed")
    assert (window.latest.good, window.latest.bad, window.latest.unit) == (0, 20, "samples")
    steps = {step["label"]: step for step in window.latest.trace["steps"]}
    assert steps["Error bound"]["value"] == "0.9"
    assert "rests on interpolation" in steps["Note"]["expression"]
    with clock.set_to(NOW):
        shown = page.get(reverse("window", args=[window.pk])).content.decode()
        assert "Each day for itself" in shown
        assert (
            "0.1 + (1 − 0.1) × (18 − 14) / 6"
            in page.get(reverse("evaluation-trace", args=[window.latest_id])).content.decode()
        )
        assert page.get(reverse("commitment", args=[commitment.pk])).status_code == 200
        assert page.get(reverse("breach", args=[window.breach.pk])).status_code == 200


def test_a_mean_is_a_sum_by_a_number_and_a_share_is_counted_at_its_threshold(alice: Actor, active: Bind) -> None:
    active(NOW, uptime("mean", kind="mean", unit="s"), target=Decimal("0.4"), comparison="<=")
    fast = uptime("fast", kind="ratio", condition_threshold=Decimal("0.5"), service_name="Fast")
    active(NOW, fast, target=Decimal(90), name="Fast")
    lines = (
        "indicator,at,histogram,sum\n"
        "mean,2026-01-05T00:00Z,0.5:3;+Inf:4,1\n"
        "mean,2026-01-06T00:00Z,0.5:1;+Inf:1,\n"
        "mean,2026-01-07T00:00Z,0.5:1;+Inf:1,1.5\n"
        "fast,2026-01-05T00:00Z,0.1:3; 0.5:9; +Inf:10,\n"
        "fast,2026-01-06T00:00Z,0.1:3; 0.6:9; +Inf:10,\n"
    )
    with clock.set_to(NOW):
        job = run_import(alice, lines)
    assert [(each["where"], each["message"]) for each in job.problems] == [
        ("line 3", "a mean needs the sum of the durations"),
        ("line 6", "No bucket ends at the threshold 0.5."),
    ]
    figures = {}
    for window in EvaluationWindow.objects.filter(label="2026-01"):
        latest = judge(alice, window, NOW).latest
        assert latest is not None
        figures[window.commitment.name] = (latest.attainment, latest.outcome)
    assert figures == {"Availability": (Decimal("0.5"), "missed"), "Fast": (Decimal(90), "met")}
    assert Sample.objects.get(indicator=Indicator.objects.get(key="fast")).good == 9
    with clock.set_to(NOW):
        late = [{"indicator": "mean", "at": "2026-01-08T00:00Z", "value": "0.1"}]
        assert ingest_samples(actor=alice, samples=late).accepted == 1
