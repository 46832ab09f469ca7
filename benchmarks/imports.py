"""Legacy contracts brought in: the texts and the PDFs of CUAD with their metadata, in contracts per minute."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.conf import settings

from benchmarks.measure import Table, seconds
from clm.documents.blobs import put_content
from clm.jobs.models import Job, JobState
from clm.jobs.runner import run
from clm.lib.actor import Actor
from contracts.engine.import_fields import mapping_of
from contracts.models import ContractImport, ImportRow
from contracts.operations.create_party import create_party
from contracts.operations.imports.map_import import map_import
from contracts.operations.imports.run_import import run_import
from contracts.operations.imports.start_import import start_import

FOLDER = Path(settings.DATA_DIR) / "cuad"


def measure(table: Table, actor: Actor, folder: Path = FOLDER) -> None:
    """Reading, trying and importing, each by its job, as a worker with nothing else to do would."""
    if not folder.is_dir():
        table.add("import of contracts", 0, "contracts", "not measured: there is no cuad under COVENANT_DATA")
        return
    ours = create_party(actor=actor, name="The Filing Company", is_ours=True)
    for kind, sheet in (("txt", folder / "metadata.csv"), ("pdf", None)):
        _import(table, actor, folder / kind, sheet, str(ours.pk))


def _import(table: Table, actor: Actor, documents: Path, sheet: Path | None, our_party: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(documents.iterdir()):
            archive.write(path, path.name)
    put = put_content(actor.organization_id, packed.getvalue(), "application/zip")
    rows = put_content(actor.organization_id, sheet.read_bytes(), "text/csv") if sheet else None
    batches: list[ContractImport] = []

    def read() -> None:
        batches.append(start_import(actor=actor, name=documents.name, archive=put, sheet=rows))

    def tried() -> None:
        said = {"our_party": our_party, "unread": "leave", "duplicates": "import"}
        map_import(actor=actor, import_id=batches[0].pk, mapping=mapping_of(batches[0].mapping | said))

    def imported() -> None:
        run_import(actor=actor, import_id=batches[0].pk)

    taken = [seconds(partial(_done, step, batches)) for step in (read, tried, imported)]
    batch = batches[0]
    count = ImportRow.objects.filter(batch=batch, outcome=ImportRow.Outcome.CREATED).count()
    if count != len(list(documents.iterdir())):
        raise RuntimeError(f"{count} contracts were imported")
    for what, each in zip(("read", "tried", "imported"), taken, strict=True):
        table.add(f"{count} {documents.name} files, {what}", count / each * 60, "contracts/min", f"{each:.1f} s")
    table.add(f"{count} {documents.name} files, all of it", count / sum(taken) * 60, "contracts/min", "one worker")


def _done(step: Callable[[], None], batches: list[ContractImport]) -> None:
    """What a person asks for, and the job that does it, which runs in this process."""
    step()
    job = Job.objects.filter(subject_id=batches[0].pk).order_by("-id")[0]
    run(job.pk, job.organization_id)
    job.refresh_from_db()
    if job.state != JobState.SUCCEEDED:
        raise RuntimeError(f"the job {job.state}: {job.error}")
    batches[0].refresh_from_db()
