"""Two callers at once on one window: the one who waited sees what the other wrote."""

from __future__ import annotations

import threading
import time
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection, transaction

from clm.access.scope import organization_scope
from clm.lib import clock
from clm.lib.actor import Actor
from slas.models import Breach, Evaluation, EvaluationWindow
from slas.operations.evaluate_window import evaluate_window
from slas.operations.ingest_samples import ingest_samples
from tests.slas.conftest import Bind, evaluator, instant

pytestmark = pytest.mark.django_db(transaction=True)
LATER = "2026-02-20T00:00"


def waits_for_a_row() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')")
        return bool(cursor.fetchone()[0])


def evaluated_elsewhere(actor: Actor, window_id: UUID, refusals: list[Exception]) -> threading.Thread:
    def run() -> None:
        try:
            with organization_scope(actor.organization_id), clock.set_to(instant(LATER)):
                evaluate_window(actor=evaluator(actor), window_id=window_id)
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
            other = evaluated_elsewhere(alice, window.pk, refusals)
            deadline = time.monotonic() + 30
            while not waits_for_a_row() and time.monotonic() < deadline:
                time.sleep(0.02)
        other.join(30)

    assert refusals == []
    assert [row.revision for row in Evaluation.objects.filter(window=window)] == [1]
    assert Breach.objects.filter(window=window).count() == 1
