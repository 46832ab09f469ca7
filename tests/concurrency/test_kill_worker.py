"""A Celery worker killed in the middle of an evaluation, then in the middle of an event: all of it happens once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.models import Credit
from clm.events.models import Delivery, OutboxEvent
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.months import add_months
from slas.engine.credit_tiers import Band
from slas.models import Breach, Evaluation, EvaluationWindow
from slas.operations.activate_commitment import activate_commitment
from slas.operations.bind_commitment import bind_commitment
from slas.operations.ingest_samples import ingest_samples
from slas.operations.open_windows import open_windows
from tests.concurrency.machine import (
    Machine,
    chain_holds,
    held,
    kill,
    no_new,
    until,
    until_all_is_quiet,
    until_it_waits,
)
from tests.slas.conftest import evaluator, make_passage, terms, uptime

pytestmark = pytest.mark.django_db(transaction=True)
FOLLOWS = "billing.subscribers.follow_breach"


@pytest.fixture
def missed(alice: Actor) -> EvaluationWindow:
    """The window of last month, down all the time, due now; a miss credits 10 % of 1,000 euros."""
    first = add_months(clock.today().replace(day=1), -1)
    agreed = terms(
        starts_on=first,
        remedy_kind="tiers",
        tiers=(Band(below=Decimal("99.9"), at_or_above=Decimal(0), credit_percent=Decimal(10)),),
        credit_base="fixed",
        fixed_base_amount=Decimal(1000),
        currency="EUR",
    )
    bound = bind_commitment(actor=alice, passage_id=make_passage(alice).pk, indicator=uptime(), terms=agreed)
    ingest_samples(actor=alice, samples=[{"indicator": "web", "at": f"{first}T00:00Z", "status": "down"}])
    activate_commitment(actor=alice, commitment_id=bound.pk)
    open_windows(actor=evaluator(alice), commitment_id=bound.pk)
    return EvaluationWindow.objects.filter(commitment=bound).earliest("starts_at")


def kill_in_the_middle(machine: Machine, task: str, lock: str) -> None:
    """A worker takes the task, comes to the lock, and is killed there."""
    machine.send(task)
    with held(lock):
        worker = machine.worker()
        until_it_waits(worker)
        kill(worker)
    until_all_is_quiet()


def figures() -> tuple[int, int, int]:
    """Evaluations, breaches, credits."""
    return Evaluation.objects.count(), Breach.objects.count(), Credit.objects.count()


def test_a_miss_is_judged_breached_and_credited_once(machine: Machine, alice: Actor, missed: EvaluationWindow) -> None:
    # The evaluation is written, its breach is not.
    kill_in_the_middle(machine, "slas.tasks.judge_windows", no_new(Breach))
    missed.refresh_from_db()
    assert (figures(), missed.state) == ((0, 0, 0), "open")
    assert missed.due_at is not None
    assert missed.due_at <= clock.now()

    # The breach is committed, and the handler that computes its credit is in the middle.
    kill_in_the_middle(machine, "slas.tasks.judge_windows", no_new(Credit))
    assert figures() == (1, 1, 0)
    opened = OutboxEvent.objects.get(type="breach.opened")
    follows = Delivery.objects.get(event=opened, handler=FOLLOWS)
    assert (follows.status, follows.attempts) == ("pending", 1)
    # The worker has two processes: the other one may have been in the middle of a delivery, too.
    begun = set(Delivery.objects.filter(status="pending", attempts=1).values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=begun).update(due_at=clock.now())  # their leases have run out

    worker = machine.worker()
    machine.send("clm.events.tasks.dispatch_events")
    machine.send("slas.tasks.judge_windows")
    proposed = Delivery.objects.filter(event__type="credit.proposed", status="done")
    until(proposed.exists, "the notice of the proposal", worker)
    until(everything_is_delivered, "the last delivery", worker)

    assert set(Delivery.objects.filter(attempts=2).values_list("pk", flat=True)) == begun
    assert set(Delivery.objects.exclude(pk__in=begun).values_list("attempts", flat=True)) == {1}
    assert figures() == (1, 1, 1)
    credit = Credit.objects.get()
    assert (credit.amount, credit.currency, credit.breach) == (Decimal(100), "EUR", Breach.objects.get())
    evaluation = Evaluation.objects.get()
    missed.refresh_from_db()
    assert (missed.latest_id, evaluation.revision, evaluation.outcome) == (evaluation.pk, 1, "missed")
    assert OutboxEvent.objects.filter(type__in=["breach.opened", "credit.proposed"]).count() == 2
    assert chain_holds(alice.organization_id)


def everything_is_delivered() -> bool:
    waiting = OutboxEvent.objects.filter(fanned_out_at=None)
    return not waiting.exists() and not Delivery.objects.exclude(status="done").exists()
