"""A worker killed in the middle of an import and at the end of an export: another goes on, and all is there once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from clm.jobs import runner
from clm.jobs.models import Job
from clm.jobs.runner import STALE_AFTER
from clm.lib import clock
from clm.lib.actor import Actor
from clm.transfer.files import drop_nameless, open_file
from clm.transfer.models import OrganizationExport
from clm.transfer.opening import opened
from clm.transfer.operations.start_export import start_export
from contracts.models import Contract, ContractImport, ImportRow, Version
from contracts.operations.imports.run_import import run_import
from tests.concurrency.machine import Machine, chain_holds, held, kill, no_new, sessions, until, until_all_is_quiet
from tests.contracts.imports.packed import outcomes, packed, read, rows_of, text_of, tried

pytestmark = pytest.mark.django_db(transaction=True)
ROWS, KILLED_AT = 6, 4


@pytest.fixture
def batch(alice: Actor) -> ContractImport:
    made = read(alice, packed({f"{n}.txt": text_of(n) for n in range(ROWS)}))
    tried(alice, made)
    return made


@pytest.fixture
def jobs(alice: Actor, batch: ContractImport, monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """The import's and the export's, queued: workers of the machine take them."""
    monkeypatch.setattr(runner, "enqueue", lambda *_ids: None)
    return [run_import(actor=alice, import_id=batch.pk), start_export(actor=alice)]


def exports(alice: Actor) -> list[str]:
    return default_storage.listdir(f"exports/{alice.organization_id}")[1]


def states(jobs: list[Job]) -> list[tuple[str, int]]:
    return [(job.state, job.attempts) for job in Job.objects.filter(pk__in=[each.pk for each in jobs]).order_by("pk")]


def test_killed_in_the_middle_each_row_and_one_archive_are_there(
    machine: Machine, alice: Actor, batch: ContractImport, jobs: list[Job]
) -> None:
    row = ImportRow.objects.get(batch=batch, number=KILLED_AT)
    # The row's contract is not begun; the export's file is stored, and no row names it.
    with held(f"SELECT 1 FROM {row._meta.db_table} WHERE id = %s FOR UPDATE", row.pk), held(no_new(OrganizationExport)):
        for job in jobs:
            machine.send("clm.jobs.tasks.run_job", str(job.pk), str(job.organization_id))
        worker = machine.worker()
        until(lambda: sessions("wait_event_type = 'Lock'") == 2, "the middle of both", worker)
        kill(worker)
    until_all_is_quiet()
    assert (states(jobs), Contract.objects.count()) == ([("running", 1)] * 2, KILLED_AT - 1)
    assert (OrganizationExport.objects.count(), len(exports(alice))) == (0, 1)

    Job.objects.update(heartbeat_at=clock.now() - STALE_AFTER - timedelta(seconds=1))
    worker = machine.worker()
    for _twice in range(2):
        machine.send("clm.jobs.tasks.resume_jobs")
    until(lambda: {state for state, _runs in states(jobs)} == {"succeeded"}, "the end of both jobs", worker)

    rows = rows_of(batch)
    assert (outcomes(rows), states(jobs)) == (["created"] * ROWS, [("succeeded", 2)] * 2)
    assert len({each.contract_id for each in rows.values()}) == Contract.objects.count() == ROWS
    assert Version.objects.count() == ROWS
    export = OrganizationExport.objects.get()
    with open_file(export) as file, opened(file) as archive:
        assert archive.manifest["rows"] == export.rows
    with clock.set_to(clock.now() + timedelta(hours=25)):
        assert drop_nameless(alice.organization_id) == 1
    assert [name for name in exports(alice) if export.storage_name.endswith(name)] == exports(alice)
    assert chain_holds(alice.organization_id)
