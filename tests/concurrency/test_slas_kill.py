"""A worker killed in the middle of an evaluation, and two workers at once: nothing lost, nothing doubled."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from clm.access.scope import organization_scope
from clm.audit.chain import chain_breaks, chain_entries
from clm.events.models import OutboxEvent
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import _key
from clm.lib.months import add_months
from slas.models import Breach, Evaluation, EvaluationWindow
from slas.operations.activate_commitment import activate_commitment
from slas.operations.bind_commitment import bind_commitment
from slas.operations.ingest_samples import ingest_samples
from slas.operations.open_windows import open_windows
from slas.seals import evaluation_digest
from slas.tasks import judge_windows
from tests.concurrency.machine import Machine, held, kill, until, until_all_is_quiet, until_it_waits
from tests.slas.conftest import evaluator, make_passage, terms, uptime

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def missed(alice: Actor) -> EvaluationWindow:
    """The window of last month, down all the time, due now."""
    passage = make_passage(alice)
    first = add_months(clock.today().replace(day=1), -1)
    commitment = bind_commitment(
        actor=alice, passage_id=passage.pk, indicator=uptime(), terms=terms(starts_on=first, target=Decimal("99.9"))
    )
    ingest_samples(actor=alice, samples=[{"indicator": "web", "at": f"{first}T00:00Z", "status": "down"}])
    activate_commitment(actor=alice, commitment_id=commitment.pk)
    open_windows(actor=evaluator(alice), commitment_id=commitment.pk)
    return EvaluationWindow.objects.filter(commitment=commitment).earliest("starts_at")


def judged_once(window: EvaluationWindow) -> None:
    window.refresh_from_db()
    evaluation = Evaluation.objects.get(window=window)
    assert (window.latest_id, evaluation.revision, evaluation.outcome) == (evaluation.pk, 1, "missed")
    assert evaluation.digest == evaluation_digest(evaluation)
    assert Breach.objects.get().evaluation_id == evaluation.pk
    assert OutboxEvent.objects.filter(type="breach.opened").count() == 1
    while chain_entries(window.organization_id):
        continue
    assert list(chain_breaks(window.organization_id)) == []


def test_killed_in_the_middle_it_is_judged_once(machine: Machine, alice: Actor, missed: EvaluationWindow) -> None:
    machine.send("slas.tasks.judge_windows")
    number = _key(f"{Breach._meta.label}:{alice.organization_id}:B-{clock.today().year}-")
    # The evaluation is written, and the number of its breach waits for this lock.
    with held("SELECT pg_advisory_xact_lock(%s)", number):
        process = machine.worker()
        until_it_waits(process)
        kill(process)
    until_all_is_quiet()
    missed.refresh_from_db()
    assert (Evaluation.objects.count(), Breach.objects.count(), missed.state) == (0, 0, "open")
    assert missed.due_at is not None
    assert missed.due_at <= clock.now()

    again = machine.worker()
    machine.send("slas.tasks.judge_windows")
    until(Breach.objects.exists, "the breach", again)
    until_all_is_quiet()

    judged_once(missed)


def test_two_workers_at_once_leave_one_evaluation(alice: Actor, missed: EvaluationWindow) -> None:
    def work() -> None:
        try:
            judge_windows()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    judged_once(missed)


def test_the_same_samples_at_once_are_stored_once(alice: Actor, missed: EvaluationWindow) -> None:
    start = clock.now() - timedelta(days=20)
    rows = [{"indicator": "web", "at": (start + timedelta(minutes=n)).isoformat(), "status": "up"} for n in range(500)]
    accepted: list[int] = []

    def send() -> None:
        try:
            with organization_scope(alice.organization_id):
                accepted.append(ingest_samples(actor=alice, samples=rows).accepted)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sum(accepted) == 500
