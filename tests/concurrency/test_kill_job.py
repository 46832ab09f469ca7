"""A worker killed in the middle of a telemetry file: the job goes on where it was and stores each row once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from clm.documents.blobs import store_blob
from clm.jobs.models import Job
from clm.jobs.runner import STALE_AFTER
from clm.lib import clock
from clm.lib.actor import Actor
from slas.models import Indicator, Sample, TelemetryBatch
from slas.operations.measure_service import measure_service
from slas.work import IMPORT, PORTION
from tests.concurrency.machine import (
    Machine,
    chain_holds,
    held,
    kill,
    sessions,
    until,
    until_all_is_quiet,
    until_it_waits,
)
from tests.slas.conftest import make_passage, uptime

pytestmark = pytest.mark.django_db(transaction=True)
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def indicators(alice: Actor) -> list[Indicator]:
    contract_id = make_passage(alice).version.contract_id
    return [
        measure_service(actor=alice, contract_id=contract_id, indicator=uptime(key, service_name=key))
        for key in ("first", "second", "third")
    ]


@pytest.fixture
def job(alice: Actor, indicators: list[Indicator]) -> Job:
    """A queued import of three portions, each of one indicator, as `start_job` leaves it."""
    times = [(START + timedelta(minutes=number)).isoformat() for number in range(PORTION)]
    rows = [f"{indicator.key},{at},up" for indicator in indicators for at in times]
    content = "\n".join(["indicator,at,status", *rows, ""]).encode()
    return Job.objects.create(
        organization_id=alice.organization_id,
        kind=IMPORT,
        title="telemetry.csv",
        parameters={"blob_id": str(store_blob(alice.organization_id, content, "text/csv").pk)},
        actor_kind=alice.kind,
        actor_id=alice.identity,
        user_id=alice.user_id,
        heartbeat_at=clock.now(),
    )


def stored() -> int:
    return Sample.objects.count()


def start(machine: Machine, job: Job) -> None:
    machine.send("clm.jobs.tasks.run_job", str(job.pk), str(job.organization_id))


def resume(machine: Machine, job: Job) -> None:
    """Beat finds the job once its last sign of life is old, and a new worker does the rest."""
    Job.objects.filter(pk=job.pk).update(heartbeat_at=clock.now() - STALE_AFTER - timedelta(seconds=1))
    worker = machine.worker()
    machine.send("clm.jobs.tasks.resume_jobs")
    machine.send("clm.jobs.tasks.resume_jobs")
    until(lambda: Job.objects.get(pk=job.pk).state not in ("queued", "running"), "the end of the job", worker)


def lock_of(indicator_id: UUID) -> tuple[str, UUID]:
    """What a new sample of the indicator waits for: its row."""
    return f"SELECT 1 FROM {Indicator._meta.db_table} WHERE id = %s FOR UPDATE", indicator_id


def test_killed_within_a_portion_it_goes_on_after_the_one_before(
    machine: Machine, alice: Actor, indicators: list[Indicator], job: Job
) -> None:
    start(machine, job)
    with held(*lock_of(indicators[1].pk)):
        worker = machine.worker()
        until_it_waits(worker)
        kill(worker)
    until_all_is_quiet()

    job.refresh_from_db()
    assert (job.state, job.done, job.attempts, stored()) == ("running", PORTION, 1, PORTION)

    resume(machine, job)

    all_went_in(job)
    assert chain_holds(alice.organization_id)


def test_killed_before_a_portion_was_counted_the_numbers_are_right(
    machine: Machine, alice: Actor, indicators: list[Indicator], job: Job
) -> None:
    start(machine, job)
    row = f"SELECT 1 FROM {Job._meta.db_table} WHERE id = %s FOR UPDATE"
    with held(*lock_of(indicators[1].pk)) as let_go:
        worker = machine.worker()
        until_it_waits(worker)
        with held(row, job.pk):
            let_go()
            counting = f"wait_event_type = 'Lock' AND query ILIKE '%{Job._meta.db_table}%'"
            until(lambda: sessions(counting) > 0, "the count of the second portion", worker)
            kill(worker)
    until_all_is_quiet()

    job.refresh_from_db()
    assert (job.state, job.done, job.result["accepted"], stored()) == ("running", PORTION, PORTION, PORTION)

    resume(machine, job)

    all_went_in(job)
    assert chain_holds(alice.organization_id)


def test_killed_between_a_portions_count_and_its_progress_the_numbers_are_right(
    machine: Machine, alice: Actor, indicators: list[Indicator], job: Job
) -> None:
    start(machine, job)
    with held(*lock_of(indicators[2].pk)):
        worker = machine.worker()
        until_it_waits(worker)
        kill(worker)
    until_all_is_quiet()
    # As if the progress after the second portion had not been told any more.
    Job.objects.filter(pk=job.pk, done=2 * PORTION).update(done=PORTION)

    resume(machine, job)

    all_went_in(job)


def all_went_in(job: Job) -> None:
    job.refresh_from_db()
    assert (job.state, job.done, job.attempts, job.problems) == ("succeeded", 3 * PORTION, 2, [])
    assert {name: job.result[name] for name in ("rows", "accepted", "duplicates", "refused")} == {
        "rows": 3 * PORTION,
        "accepted": 3 * PORTION,
        "duplicates": 0,
        "refused": 0,
    }
    assert (stored(), TelemetryBatch.objects.count()) == (3 * PORTION, 3)
