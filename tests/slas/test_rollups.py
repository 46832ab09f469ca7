"""What is read summed up judges exactly as what is read sample by sample."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clm.lib import clock
from clm.lib.actor import Actor
from slas.judging import judge_window
from slas.material import gather
from slas.models import Commitment, EvaluationWindow, Rollup, StaleHour
from slas.operations.exclusions import accept_exclusion, propose_exclusion
from slas.operations.ingest_samples import ingest_samples
from slas.rollups import roll_up, roll_up_some
from slas.tasks import roll_up_telemetry
from tests.cast import Cast
from tests.slas.conftest import Bind, instant, uptime

START, NOW = instant("2026-01-01T00:00"), instant("2026-01-12T07:43")
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "uptime": ({}, {}),
    "uptime, in silence": ({"silence_minutes": 7}, {"whole_minutes": True, "minimum_outage_seconds": 300}),
    "ratio": ({"kind": "ratio", "expected_every_minutes": 5}, {}),
    "ratio, maintenance is up": ({"kind": "ratio"}, {"maintenance_policy": "counts_as_up"}),
    "ratio, odd intervals": ({"kind": "ratio", "expected_every_minutes": 7}, {}),
    "ratio of intervals": ({"kind": "ratio"}, {"interval_minutes": 30}),
    "slices": ({"kind": "time_slice", "condition_operator": "<", "condition_threshold": Decimal(50)}, {}),
    "slices of seven minutes": (
        {"kind": "time_slice", "condition_operator": ">=", "condition_threshold": Decimal(40), "slice_minutes": 7}, {},
    ),
    "average": ({"kind": "value", "aggregation": "avg", "expected_every_minutes": 10}, {"target": Decimal(45)}),
    "maximum": ({"kind": "value", "aggregation": "max"}, {"target": Decimal(200), "comparison": "<="}),
    "minimum": ({"kind": "value", "aggregation": "min"}, {"target": Decimal(2)}),
    "sum": ({"kind": "value", "aggregation": "sum"}, {"target": Decimal(45)}),
    "percentile": (
        {"kind": "percentile", "percentile": Decimal(95), "expected_every_minutes": 10},
        {"target": Decimal("0.4"), "comparison": "<="},
    ),
    "mean": ({"kind": "mean"}, {"target": Decimal("0.3"), "comparison": "<="}),
}  # fmt: skip


def telemetry(kind: str, random: Random, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Samples some minutes apart, with gaps of hours; statuses that last."""
    rows, at, status = [], start + timedelta(minutes=3), "up"
    while at < end:
        if kind == "uptime":
            status = random.choice(["up", "degraded", "down", "unknown"]) if random.random() < 0.05 else status
            said: dict[str, Any] = {"status": status}
        elif kind == "ratio":
            valid = random.randint(0, 50)
            said = {"valid": valid, "good": max(0, valid - random.choice([0, 0, 0, 1, 20]))}
        elif kind in ("percentile", "mean"):
            said = {"histogram": _histogram(random)} if random.random() < 0.9 else {"value": random.randint(0, 2)}
        else:
            said = {"value": str(Decimal(random.randint(0, 10_000)) / 97)[:9]}
        rows.append({"indicator": "web", "at": at.isoformat(), **said})
        at += timedelta(hours=30) if random.random() < 0.002 else timedelta(seconds=random.randint(20, 900))
    return rows


def _histogram(random: Random) -> dict[str, Any]:
    """Two layouts, of which one nests in the other."""
    few, many = random.randint(0, 9), random.randint(0, 40)
    summed = str(Decimal(random.randint(0, 9999)) / 1000)
    if random.random() < 0.3:
        return {"bounds": ["0.25", "1"], "counts": [many, few, 0], "sum": summed}
    return {"le": {"0.1": few, "0.25": few + many, "0.5": many + 2 * few, "1": 50 + many, "+Inf": 90}, "sum": summed}


def figures(window: EvaluationWindow, now: datetime) -> dict[str, Any]:
    fresh = EvaluationWindow.objects.select_related("commitment__indicator").get(pk=window.pk)
    judged = judge_window(fresh, now)
    return judged.figures() | judged.inputs | {"down": judged.down}


def excused(alice: Actor, legal: Actor, commitment: Commitment) -> None:
    for kind, start, end in (
        ("maintenance", "2026-01-03T04:10", "2026-01-03T09:25"), ("agreed", "2026-01-05T00:00", "2026-01-07T06:00"),
        ("customer", "2026-01-05T12:00", "2026-01-05T12:01"),
    ):  # fmt: skip
        row = propose_exclusion(
            actor=alice, commitment_id=commitment.pk, kind=kind, starts_at=instant(start), ends_at=instant(end),
            reason="Announced",
        )  # fmt: skip
        accept_exclusion(actor=legal, exclusion_id=row.pk)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
@pytest.mark.parametrize("name", KINDS)
def test_summed_up_it_judges_the_same(acme: Cast, alice: Actor, active: Bind, name: str, zone: str) -> None:
    indicator, changes = KINDS[name]
    random = Random(f"{name} {zone}")
    commitment = active(NOW, uptime(**indicator), time_zone=zone, **changes)
    kind = commitment.indicator.kind
    window = EvaluationWindow.objects.filter(commitment=commitment).latest("starts_at")
    rows = telemetry(kind, random, START - timedelta(days=1), NOW + timedelta(hours=2))
    with clock.set_to(NOW + timedelta(days=1)):
        ingest_samples(actor=alice, samples=rows)
        excused(alice, acme["legal"], commitment)
        assert not Rollup.objects.exists()
        one_by_one = figures(window, NOW)
        roll_up_telemetry()
        assert not StaleHour.objects.exists()
        assert figures(window, NOW) == one_by_one
        # What comes late, and what takes the place of another, is in it at once, and after it was summed up.
        late = telemetry(kind, random, instant("2026-01-04T10:30"), instant("2026-01-04T12:10"))
        ingest_samples(actor=alice, samples=[*late, *({**row, **_said(late[0])} for row in rows[700:703])])
        changed = figures(window, NOW)
        roll_up([commitment.indicator_id])
        assert figures(window, NOW) == changed
        assert changed["samples"] > one_by_one["samples"]
        again = list(Rollup.objects.order_by("size", "at").values())
        StaleHour.objects.bulk_create(
            StaleHour(organization_id=alice.organization_id, indicator=commitment.indicator, at=at)
            for at in Rollup.objects.filter(size=60).values_list("at", flat=True)
        )
        roll_up_some()
        assert list(Rollup.objects.order_by("size", "at").values()) == again


def _said(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("indicator", "at")}


def test_a_month_is_read_as_days(alice: Actor, active: Bind) -> None:
    commitment = active(NOW, uptime(kind="ratio"))
    window = EvaluationWindow.objects.select_related("commitment__indicator").get(commitment=commitment)
    minutes = [START + timedelta(minutes=number) for number in range(3000)]
    with clock.set_to(NOW):
        rows = [{"indicator": "web", "at": at.isoformat(), "good": 9, "valid": 10} for at in minutes]
        ingest_samples(actor=alice, samples=rows)
        assert len(gather(window, NOW).samples) == 3000
        roll_up_telemetry()
        with CaptureQueriesContext(connection) as captured:
            material = gather(window, NOW)
    assert [(row.at, row.samples, row.good) for row in material.samples] == [
        (START, 1440, 12960), (START + timedelta(days=1), 1440, 12960), (START + timedelta(days=2), 120, 1080),
    ]  # fmt: skip
    assert len(captured) <= 6
    assert Rollup.objects.filter(size=1).count() == 3000
