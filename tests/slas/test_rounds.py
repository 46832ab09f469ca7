"""Due windows judged together: no more statements for many than for few, each worker its own, and none kept waiting."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from clm.lib import clock
from clm.lib.actor import Actor
from slas.models import EvaluationWindow, Indicator
from slas.operations.evaluate_window import look_at_windows
from slas.operations.ingest_samples import ingest_samples
from slas.tasks import judge_windows
from tests.slas.conftest import Bind, evaluator, instant, uptime
from tests.slas.test_at_once import elsewhere

BEGUN, NOON = instant("2026-01-01T00:00"), instant("2026-01-20T12:00")
MEASURED: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({"status": "down"}, {"kind": "uptime"}),
    ({"good": 3, "valid": 4}, {"kind": "ratio"}),
    ({"value": 70}, {"kind": "value", "aggregation": "avg"}),
    ({"value": 70}, {"kind": "time_slice", "condition_operator": "<", "condition_threshold": Decimal(80)}),
)


def send(alice: Actor, count: int, at: str) -> None:
    """A sample of each of so many indicators."""
    rows = [{"indicator": f"measured-{number}", "at": at} | MEASURED[number % 4][0] for number in range(count)]
    assert ingest_samples(actor=alice, samples=rows).accepted == count


def measured(active: Bind, count: int) -> None:
    for number in range(count):
        active(BEGUN, uptime(key=f"measured-{number}", **MEASURED[number % 4][1]), name=f"Measured {number}")


def test_many_take_no_more_statements_than_few(alice: Actor, active: Bind) -> None:
    measured(active, 12)
    taken: list[tuple[int, int]] = []
    with clock.set_to(NOON):
        send(alice, 12, "2026-01-02T00:00Z")
        assert judge_windows() == 12
        for count in (4, 12):
            with CaptureQueriesContext(connection) as stored:
                send(alice, count, f"2026-01-20T11:{count:02}Z")
            with CaptureQueriesContext(connection) as judged:
                assert judge_windows() == count
            taken.append((len(stored), len(judged)))
        assert judge_windows() == 0
    assert taken[0] == taken[1]
    lights = EvaluationWindow.objects.order_by("label", "commitment__name").values_list(
        "interim__attainment", flat=True
    )
    assert len({*lights}) > 1


def test_one_that_cannot_be_judged_keeps_no_other_waiting(alice: Actor, active: Bind) -> None:
    measured(active, 4)
    with clock.set_to(NOON):
        send(alice, 4, "2026-01-02T00:00Z")
        judge_windows()
        send(alice, 4, "2026-01-20T11:00Z")
        Indicator.objects.filter(key="measured-3").update(condition_operator="?")
        assert judge_windows() == 4
        assert judge_windows() == 0
        due = dict(EvaluationWindow.objects.values_list("commitment__name", "due_at"))
        judged = EvaluationWindow.objects.values_list("commitment__name", "interim__inputs__samples")
    assert dict(judged) == {"Measured 0": 2, "Measured 1": 2, "Measured 2": 2, "Measured 3": 1}
    assert due.pop("Measured 3") == instant("2026-01-20T12:10")
    assert instant("2026-01-20T12:10") not in due.values()


@pytest.mark.django_db(transaction=True)
def test_workers_share_what_is_due(alice: Actor, active: Bind) -> None:
    """One is busy with two of four windows: the other looks at the rest without waiting for them."""
    measured(active, 4)
    refusals: list[Exception] = []
    judged_by_other: list[int] = []

    def look() -> None:
        with clock.set_to(NOON):
            judged_by_other.append(judge_windows())

    with clock.set_to(NOON):
        send(alice, 4, "2026-01-02T00:00Z")
        due = list(EvaluationWindow.objects.order_by("pk").values_list("pk", flat=True))
        with transaction.atomic():
            assert look_at_windows(actor=evaluator(alice), window_ids=due[:2]) == 2
            other = elsewhere(alice, look, refusals)
            other.join(30)
            assert not other.is_alive()
        assert judge_windows() == 0
    assert (refusals, judged_by_other) == ([], [2])
    assert {row["inputs"]["samples"] for row in EvaluationWindow.objects.values_list("interim", flat=True)} == {1}
