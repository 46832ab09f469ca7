"""Archives and sheets for tests, and an import taken through its steps."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from clm.documents.blobs import put_content
from clm.jobs.models import Job, JobState
from clm.jobs.runner import run
from clm.lib.actor import Actor
from contracts.engine.import_fields import mapping_of
from contracts.models import ContractImport, ImportRow
from contracts.operations.imports.map_import import map_import
from contracts.operations.imports.run_import import run_import
from contracts.operations.imports.start_import import start_import

WORDS = ["hosting", "storage", "backup", "network", "licence", "support", "payroll", "printing", "audit", "cleaning"]
SHEET = """File name;Title;Counterparty;Signed;Start;Initial term;Value;Currency
one.txt;Hosting of the shop;Cirrus GmbH;01.02.2024;01.03.2024;120;1.200,50;EUR
two.txt;Cleaning;Alster AG;31.13.2024;;;;
"""


def text_of(seed: int, words: int = 120) -> bytes:
    """A contract of its own words: no two seeds are alike."""
    said = " ".join(f"{WORDS[(seed * 7 + n * n) % len(WORDS)]} {seed * 1000 + n}" for n in range(words))
    return f"Agreement {seed}\n\n1. Subject\n\n{said}.\n\n2. Law\n\nThe law of Germany.\n".encode()


def packed(files: Mapping[str, bytes]) -> bytes:
    """The same files are the same bytes, whenever they are packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def two_files() -> bytes:
    return packed({"one.txt": text_of(1), "two.txt": text_of(2), "list.csv": SHEET.encode()})


def work(batch: ContractImport) -> Job:
    """The newest job on the import is done."""
    job = Job.objects.filter(subject_id=batch.pk).order_by("-id")[0]
    run(job.pk, job.organization_id)
    job.refresh_from_db()
    batch.refresh_from_db()
    assert job.state == JobState.SUCCEEDED, job.error
    return job


def started(actor: Actor, archive: bytes, sheet: bytes | None = None, **facts: Any) -> ContractImport:
    put = put_content(actor.organization_id, archive, "application/zip")
    rows = put_content(actor.organization_id, sheet, "text/csv") if sheet is not None else None
    return start_import(actor=actor, **({"name": "Old contracts"} | facts), archive=put, sheet=rows)


def read(actor: Actor, archive: bytes, sheet: bytes | None = None, **facts: Any) -> ContractImport:
    """Uploaded and read."""
    batch = started(actor, archive, sheet, **facts)
    work(batch)
    return batch


def tried(actor: Actor, batch: ContractImport, **said: Any) -> dict[int, ImportRow]:
    """Mapped as suggested, with what is said besides, and tried: its rows by number."""
    map_import(actor=actor, import_id=batch.pk, mapping=mapping_of(batch.mapping | said))
    work(batch)
    return rows_of(batch)


def done(actor: Actor, batch: ContractImport) -> dict[int, ImportRow]:
    """Run: its rows by number."""
    run_import(actor=actor, import_id=batch.pk)
    work(batch)
    return rows_of(batch)


def rows_of(batch: ContractImport) -> dict[int, ImportRow]:
    return {row.number: row for row in ImportRow.objects.filter(batch=batch).select_related("contract", "file", "like")}


def outcomes(rows: Mapping[int, ImportRow]) -> list[str]:
    return [rows[number].outcome for number in sorted(rows)]
