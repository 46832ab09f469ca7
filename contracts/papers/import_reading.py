"""An import is read by a job: its archive is unpacked, each file read, its sheet too, its scans recognized."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from threading import Event
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clm.access.permissions import can, require
from clm.access.scope import current_organization_id
from clm.accounts.defaults import zone_of
from clm.documents.blobs import StoredContent, blob_of, open_blob, put_content, read_blob
from clm.documents.extraction import PDF, Refused
from clm.documents.models import Blob
from clm.documents.ocr import BEAT_SECONDS, can_recognize, check_installed, recognized
from clm.jobs.runner import Progress, job_kind
from clm.lib.errors import DomainError
from contracts.access.imports import IMPORT
from contracts.adapters.archives import Packed, files_in
from contracts.adapters.sheets import Sheet, is_sheet, read_sheet
from contracts.engine import import_fields as fields
from contracts.engine import import_values as values
from contracts.engine import likeness
from contracts.models import ContractImport, ImportFile
from contracts.operations.imports.complete_reading import complete_reading
from contracts.operations.imports.guards import READ, SCANS, SHEET, outdated
from contracts.papers import Paper, read_paper
from contracts.papers.import_plan import guessed_category
from contracts.papers.reading_jobs import UNREAD
from contracts.queries.custom_fields import asked_fields
from contracts.states import ImportState

# Documents are read by processes of their own, so many at once.
READERS = 2
AT_ONCE = 24
MOST_TYPES = 60
NO_SHEET = Sheet([], [])


@job_kind(READ, leads_to=gettext_lazy("Say what the columns mean"))
def read_import(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Work that resumes unpacks and reads what is left."""
    batch = ContractImport.objects.select_related("archive", "sheet").get(pk=parameters["import_id"])
    require(progress.actor, IMPORT, batch)
    if batch.state == ImportState.READING:
        if batch.archive is not None:
            _unpack(progress, batch, batch.archive)
        sheet = _sheet(batch)
        _read_files(progress, batch)
        suggested = suggested_mapping(batch, sheet)
        if not can(progress.actor, "contracts.record_execution"):
            suggested = replace(suggested, state=fields.DRAFT)
        complete_reading(
            actor=progress.actor,
            import_id=batch.pk,
            heads=sheet.heads,
            rows=sheet.rows,
            suggested=suggested,
        )
    refused = batch.files.exclude(problem={}).count()
    url = reverse("import-map", args=[batch.pk])
    return {"files": batch.files.count(), "rows": batch.rows.count(), "refused": refused, "url": url}


def _unpack(progress: Progress, batch: ContractImport, archive: Blob) -> None:
    """Each file of the archive has its row, and its bytes are stored."""
    with tempfile.TemporaryFile() as copy:
        with open_blob(archive) as stored:
            while chunk := stored.read(1024 * 1024):
                copy.write(chunk)
        copy.seek(0)
        for number, packed in enumerate(files_in(copy, first=batch.files.count()), start=batch.files.count()):
            _keep(batch, number, packed)
            progress.report(number + 1, packed.total * 2, packed.path)


def _keep(batch: ContractImport, number: int, packed: Packed) -> None:
    has_bytes = packed.problem is None
    put = put_content(batch.organization_id, packed.content, UNREAD) if has_bytes else None
    problem = {"code": packed.problem[0], "message": packed.problem[1]} if packed.problem else {}
    with transaction.atomic():
        ImportFile.objects.create(
            organization_id=batch.organization_id,
            batch=batch,
            position=number,
            path=packed.path,
            blob=blob_of(put) if put is not None else None,
            problem=problem,
            is_read=not has_bytes,
        )


def _sheet(batch: ContractImport) -> Sheet:
    """The sheet that was uploaded beside the archive, else the one in it that lies highest. None is a contract."""
    sheets = sorted(
        (file for file in batch.files.exclude(blob=None).select_related("blob") if is_sheet(file.path)),
        key=lambda file: (file.path.count("/"), "meta" not in file.path.lower(), file.path),
    )
    blob = batch.sheet or (sheets[0].blob if sheets else None)
    for file in sheets:
        file.problem, file.is_read = {"code": SHEET, "message": _("This is a sheet, not a contract.")}, True
        file.save(update_fields=["problem", "is_read"])
    return read_sheet(read_blob(blob)) if blob is not None else NO_SHEET


@dataclass(frozen=True)
class _Read:
    """What reading a file gave. `recognized` are the bytes with the words of its pictures."""

    key: str = ""
    sketch: likeness.Sketch = ()
    is_scan: bool = False
    recognized: bytes = b""
    problem: tuple[str, str] | None = None


def _read_files(progress: Progress, batch: ContractImport) -> None:
    """Every file is read, or says why it cannot be; scans are recognized where the machine can."""
    total = batch.files.count()
    left = batch.files.filter(is_read=False).select_related("blob")
    done = total - left.count()
    for portion in _portions(list(left)):
        with closing(_read_together(progress, portion)) as reads:
            for file, found in zip(portion, reads, strict=True):
                _put_read(file, found)
                done += 1
                progress.report(total + done, 2 * total, file.path)


def _read_together(progress: Progress, portion: Sequence[ImportFile]) -> Generator[_Read]:
    """In their order. Whoever stops the job stops the reading of scans, too."""
    stopped = Event()

    def beat() -> None:
        if stopped.is_set():
            raise Refused("too_slow")

    pool = ThreadPoolExecutor(READERS)
    try:
        for future in [pool.submit(_read, file, beat) for file in portion]:
            yield _waited(progress, future)
    finally:
        stopped.set()
        pool.shutdown(cancel_futures=True)


def _waited(progress: Progress, future: Future[_Read]) -> _Read:
    """A scan takes longer than a job may be silent."""
    while not wait([future], timeout=BEAT_SECONDS).done:
        progress.report(progress.at)
    return future.result()


def _portions(files: Sequence[ImportFile]) -> Iterator[Sequence[ImportFile]]:
    for start in range(0, len(files), AT_ONCE):
        yield files[start : start + AT_ONCE]


def _read(file: ImportFile, beat: Callable[[], None]) -> _Read:
    """Asks the storage and other processes, not the database."""
    if file.blob is None:
        return _Read()
    content, added = read_blob(file.blob), b""
    try:
        paper = read_paper(content, file.path)
        is_scan = paper.media_type == PDF and "no_text" in paper.warnings
        if is_scan and can_recognize():
            added = recognized(content, beat)
            paper = read_paper(added, file.path)
    except (DomainError, Refused) as refusal:
        return _Read(problem=(refusal.code, refusal.message))
    words = likeness.words_of(paper.text)
    return _Read(likeness.text_key(words), likeness.sketch(words), is_scan, added)


def _put_read(file: ImportFile, found: _Read) -> None:
    added = put_content(file.organization_id, found.recognized, PDF) if found.recognized else None
    with transaction.atomic():
        file.is_read, file.is_scan = True, found.is_scan
        file.text_key, file.sketch = found.key, likeness.as_bytes(found.sketch)
        if found.problem is not None:
            file.problem = {"code": found.problem[0], "message": found.problem[1]}
        if added is not None:
            file.text_blob = blob_of(added)
        file.save(update_fields=["is_read", "is_scan", "text_key", "sketch", "problem", "text_blob"])


@job_kind(SCANS, leads_to=gettext_lazy("Try it again"))
def recognize_import(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Scans that have no text yet have it. What was recognized before a worker died is not recognized again."""
    batch = ContractImport.objects.get(pk=parameters["import_id"])
    require(progress.actor, IMPORT, batch)
    if batch.state != ImportState.MAPPING:
        raise outdated()
    check_installed()
    files = list(batch.files.filter(is_scan=True, text_blob=None, problem={}).select_related("blob"))
    done = 0
    for number, file in enumerate(files):
        beat = partial(progress.report, number, len(files), file.path)
        beat()
        found = _read(file, beat)
        if found.problem is not None:
            progress.problem(file.path, found.problem[1])
            continue
        _put_read(file, found)
        done += 1
    progress.report(len(files), len(files))
    return {"read": done, "url": reverse("import-map", args=[batch.pk])}


def paper_of(file: ImportFile) -> Paper | None:
    """The file read for its contract, as it came: of a scan with the words that were recognized. None without bytes."""
    if file.blob is None:
        return None
    content = read_blob(file.blob)
    if file.text_blob is None:
        return replace(read_paper(content, file.path), stored=stored_as(file.blob))
    read = read_paper(read_blob(file.text_blob), file.path)
    warnings = (*read.warnings, "text_recognized")
    return replace(read, content=content, stored=stored_as(file.blob), warnings=warnings)


def stored_as(blob: Blob) -> StoredContent:
    """Bytes that have their row already."""
    return StoredContent(
        blob.organization_id, blob.sha256, blob.size, blob.media_type, blob.storage_name, is_known=True
    )


def suggested_mapping(batch: ContractImport, sheet: Sheet) -> fields.ImportMapping:
    """As the same person mapped the same columns the last time, else by the heads and by what the cells look like."""
    before = ContractImport.objects.filter(started_by=batch.started_by_id, heads=sheet.heads).exclude(pk=batch.pk)
    known = before.exclude(mapping={}).exclude(state=ImportState.MAPPING).order_by("-id").first()
    if sheet.heads and known is not None:
        return fields.mapping_of(known.mapping)
    return guessed_mapping(sheet, list(batch.files.filter(problem={}).values_list("path", flat=True)))


def guessed_mapping(sheet: Sheet, paths: Sequence[str]) -> fields.ImportMapping:
    own = {field.key: field.label for field in asked_fields()}
    cells = [row for _line, row in sheet.rows]
    columns = fields.guessed_columns(sheet.heads, own)
    if named := fields.guessed_file_column(sheet.heads, cells[:500], paths):
        columns = {head: fact for head, fact in columns.items() if fact != fields.FILE} | {named: fields.FILE}
    mapping = fields.ImportMapping(columns=columns, time_zone=zone_of(current_organization_id()))
    dates = [row.get(head) for head, fact in columns.items() if fields.KINDS.get(fact) == "date" for row in cells[:500]]
    amounts = [row.get(mapping.column_of("value_amount")) for row in cells[:500]]
    return replace(
        mapping,
        date_order=values.guessed_order([each for each in dates if each]),
        decimal_point=values.guessed_point([each for each in amounts if each]),
        categories={text: guessed_category(text) for text in types_in(cells, mapping.column_of(fields.CATEGORY))},
    )


def types_in(cells: Sequence[Mapping[str, Any]], head: str) -> list[str]:
    """The different words of the column of types, as many as a page shows."""
    found = dict.fromkeys(values.text_in(row.get(head)) for row in cells) if head else {}
    return [text for text in found if text][:MOST_TYPES]
