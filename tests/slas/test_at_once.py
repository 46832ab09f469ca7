"""Two callers at once on one window: the one who waited sees what the other wrote."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import Count, Sum

from clm.access.scope import organization_scope
from clm.lib import clock
from clm.lib.actor import Actor
from slas.models import Breach, Evaluation, EvaluationWindow, Rollup, RollupSize, Sample
from slas.operations.evaluate_window import evaluate_window
from slas.operations.ingest_samples import ingest_samples
from slas.operations.open_windows import open_windows
from slas.rollups import roll_up, roll_up_some
from tests.slas.conftest import Bind, evaluator, instant, uptime

pytestmark = pytest.mark.django_db(transaction=True)
LATER = "2026-02-20T00:00"
START = instant("2026-01-03T00:00")


def waits_for_a_row() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')")
        return bool(cursor.fetchone()[0])


def elsewhere(actor: Actor, work: Callable[[], object], refusals: list[Exception]) -> threading.Thread:
    """The work in another connection, as of `LATER`."""

    def run() -> None:
        try:
            with organization_scope(actor.organization_id), clock.set_to(instant(LATER)):
                work()
        except Exception as refusal:
            refusals.append(refusal)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_who_waited_for_an_evaluation_does_not_repeat_it(alice: Actor, active: Bind) -> None:
    commitment = active(instant("2026-01-01T00:00"), target=Decimal("99.9"))
    window = EvaluationWindow.objects.filter(commitment=commitment).earliest("starts_at")
    refusals: list[Exception] = []
    with clock.set_to(instant(LATER)):
        ingest_samples(actor=alice, samples=[{"indicator": "web", "at": "2026-01-01T00:00Z", "status": "down"}])
        with transaction.atomic():
            evaluate_window(actor=evaluator(alice), window_id=window.pk)
            other = elsewhere(alice, lambda: evaluate_window(actor=evaluator(alice), window_id=window.pk), refusals)
            deadline = time.monotonic() + 30
            while not waits_for_a_row() and time.monotonic() < deadline:
                time.sleep(0.02)
        other.join(30)

    assert refusals == []
    assert [row.revision for row in Evaluation.objects.filter(window=window)] == [1]
    assert Breach.objects.filter(window=window).count() == 1


DOWN = [{"indicator": "web", "at": "2026-01-01T00:00Z", "status": "down"}]


def test_no_window_is_opened_beside_telemetry_that_is_being_stored(alice: Actor, active: Bind) -> None:
    """It would not be among the windows that the telemetry makes due, and be closed without it."""
    commitment = active(instant("2025-12-30T00:00"))
    refusals: list[Exception] = []
    with clock.set_to(instant(LATER)):
        with transaction.atomic():
            ingest_samples(actor=alice, samples=DOWN)
            opening = elsewhere(
                alice, lambda: open_windows(actor=evaluator(alice), commitment_id=commitment.pk), refusals
            )
            opening.join(30)
            assert not opening.is_alive()
        assert EvaluationWindow.objects.count() == 0
        commitment.refresh_from_db()
        assert commitment.windows_due_at == clock.now() + timedelta(seconds=5)
        open_windows(actor=evaluator(alice), commitment_id=commitment.pk)
        window = EvaluationWindow.objects.filter(commitment=commitment).earliest("starts_at")
        evaluate_window(actor=evaluator(alice), window_id=window.pk)

    window.refresh_from_db()
    assert refusals == []
    assert (window.state, window.latest.bad) == ("closed", 31 * 86400)


def test_telemetry_finds_the_windows_that_were_being_opened_when_it_came(alice: Actor, active: Bind) -> None:
    commitment = active(instant("2025-12-30T00:00"))
    refusals: list[Exception] = []
    with clock.set_to(instant(LATER)), transaction.atomic():
        open_windows(actor=evaluator(alice), commitment_id=commitment.pk)
        EvaluationWindow.objects.update(due_at=None)
        sending = elsewhere(alice, lambda: ingest_samples(actor=alice, samples=DOWN), refusals)
        deadline = time.monotonic() + 30
        while not waits_for_a_row() and time.monotonic() < deadline:
            time.sleep(0.02)
    sending.join(30)

    assert refusals == []
    assert [row.due_at for row in EvaluationWindow.objects.all()] == [instant(LATER)] * 2


def test_samples_that_arrive_while_hours_are_summed_up_are_in_the_sums(alice: Actor, active: Bind) -> None:
    """Three senders and two who sum up, all over the same hours; nothing is left out and nothing counts twice."""
    commitment = active(instant("2026-01-01T00:00"), uptime(kind="ratio"))
    refusals: list[Exception] = []
    at_once = threading.Barrier(5)

    def send(offset: int) -> Callable[[], object]:
        def work() -> None:
            at_once.wait(30)
            for number in range(12):
                minutes = (START + timedelta(minutes=7 * each + offset + 3 * number) for each in range(40))
                rows = [{"indicator": "web", "at": each.isoformat(), "good": number, "valid": 20} for each in minutes]
                ingest_samples(actor=alice, samples=rows)

        return work

    def sum_up() -> None:
        at_once.wait(30)
        for _turn in range(25):
            roll_up_some()

    others = [elsewhere(alice, send(offset), refusals) for offset in range(3)]
    others += [elsewhere(alice, sum_up, refusals) for _each in range(2)]
    for other in others:
        other.join(60)
    assert refusals == []
    roll_up([commitment.indicator_id])
    stored = Sample.objects.aggregate(samples=Count("at"), good=Sum("good"), valid=Sum("valid"))
    for size in RollupSize:
        found = Rollup.objects.filter(size=size).aggregate(
            samples=Sum("samples"), good=Sum("good", default=0), valid=Sum("valid", default=0)
        )
        assert found == stored
