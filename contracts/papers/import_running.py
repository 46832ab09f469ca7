"""An import is tried, and run, by a job: row by row, each contract in a transaction of its own or not at all."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import PurePosixPath
from typing import Any

from django.db import DataError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clm.access.permissions import require
from clm.jobs.runner import Progress, job_kind
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.access.imports import IMPORT
from contracts.engine import import_fields as fields
from contracts.engine.import_values import text_in
from contracts.known_texts import Known, Together, known_reference, known_text, sketch_versions
from contracts.models import ContractImport, ImportFile, ImportRow
from contracts.operations.imports.complete_trial import complete_trial
from contracts.operations.imports.guards import RUN, SHEET, TRY, outdated
from contracts.operations.imports.import_row import HERE_ALREADY, import_row
from contracts.operations.imports.run_import import finish_import
from contracts.papers import Paper
from contracts.papers.import_plan import Fault, Plan, RowReader
from contracts.papers.import_reading import READERS, paper_of, stored_as
from contracts.queries.imports import counts_of
from contracts.states import ImportState

AHEAD = 2 * READERS
Outcome, Decision = ImportRow.Outcome, ImportRow.Decision
FOUND = ("outcome", "problems", "notes", "title", "like", "like_row", "like_kind", "likeness", "file")


@job_kind(TRY, leads_to=gettext_lazy("See what would happen"))
def try_import(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Every row that is no contract yet says what would become of it: it is filed by the very verbs, and taken back."""
    batch = ContractImport.objects.get(pk=parameters["import_id"])
    require(progress.actor, IMPORT, batch)
    if batch.state == ImportState.TRIED:
        return _done(batch)
    mapping = fields.mapping_of(batch.mapping)
    _lay_out(batch, mapping)
    _sketch(progress)
    rows = list(_open_rows(batch))
    reader, together = RowReader(mapping), Together()
    for number, row in enumerate(rows):
        progress.report(number, len(rows), row.title or str(row.file or ""))
        _try(progress, row, reader, together)
        row.save(update_fields=FOUND)
    progress.report(len(rows), len(rows))
    complete_trial(actor=progress.actor, import_id=batch.pk)
    return _done(batch)


def _done(batch: ContractImport) -> Mapping[str, Any]:
    return {**counts_of(batch), "url": reverse("import", args=[batch.pk])}


def _open_rows(batch: ContractImport) -> Iterable[ImportRow]:
    rows = ImportRow.objects.filter(batch=batch, contract=None)
    return rows.select_related("file__blob", "file__text_blob", "batch").order_by("number")


def _sketch(progress: Progress) -> None:
    """What came in by other ways is recognized too."""
    at, message = progress.at, _("Getting to know the texts that are here")
    sketch_versions(lambda _done, _total: progress.report(at, None, message))


@transaction.atomic
def _lay_out(batch: ContractImport, mapping: fields.ImportMapping) -> None:
    """Lines have the files that they name; files that no line names are rows of their own, after the lines."""
    if lock_row(ContractImport, batch.pk).state != ImportState.MAPPING:
        raise outdated()
    ImportRow.objects.filter(batch=batch, contract=None, line=None).delete()
    # In Python: where the key is missing, SQL knows of no difference.
    files = [file for file in ImportFile.objects.filter(batch=batch) if file.problem.get("code") != SHEET]
    by_key: dict[str, list[ImportFile]] = {}
    for file in files:
        for key in fields.file_keys(file.path):
            by_key.setdefault(key, []).append(file)
    head = mapping.column_of(fields.FILE)
    lines = list(ImportRow.objects.filter(batch=batch, contract=None))
    created = ImportRow.objects.filter(batch=batch, contract__isnull=False)
    named: set[Any] = set(created.values_list("file_id", flat=True))
    done = set(named)
    for row in lines:
        _put_file(row, text_in(row.cells.get(head)) if head else "", by_key, mapping, done)
        named |= {row.file_id} - {None}
    ImportRow.objects.bulk_update(lines, ["file", "problems", "outcome", "notes"], batch_size=500)
    last = ImportRow.objects.filter(batch=batch).order_by("number").last()
    alone = [file for file in files if file.pk not in named] if mapping.files_alone or not batch.heads else []
    ImportRow.objects.bulk_create(
        ImportRow(organization_id=batch.organization_id, batch=batch, number=number, file=file)
        for number, file in enumerate(alone, start=last.number + 1 if last else 1)
    )


def _put_file(
    row: ImportRow,
    said: str,
    by_key: Mapping[str, list[ImportFile]],
    mapping: fields.ImportMapping,
    done: set[Any],
) -> None:
    row.file, row.problems, row.notes, row.outcome = None, [], [], Outcome.WAITING
    found = next((by_key[key] for key in fields.file_keys(said) if key in by_key), []) if said else []
    if len(found) == 1:
        row.file = found[0]
        if row.file.pk in done:
            row.outcome = Outcome.SKIPPED
            row.notes = [_told(mapping, "imported_before", _("This file was imported by this import already."))]
    elif len(found) > 1:
        paths = ", ".join(file.path for file in found[:3])
        message = _("Several files have this name; say which, with its folder: %(paths)s") % {"paths": paths}
        row.problems = [_told(mapping, "file_ambiguous", message)]
    elif said and not mapping.rows_alone:
        message = _("“%(name)s”: there is no such file in the archive.") % {"name": said[:200]}
        row.problems = [_told(mapping, "file_missing", message)]
    elif not mapping.rows_alone:
        row.problems = [_told(mapping, "file_missing", _("It names no file."))]


def _told(mapping: fields.ImportMapping, code: str, message: str) -> Fault:
    return {"field": mapping.column_of(fields.FILE) or fields.FILE, "code": code, "message": message}


def _try(progress: Progress, row: ImportRow, reader: RowReader, together: Together) -> None:
    """The row has its outcome, not saved. `problems` of its file were found when it was laid out."""
    if row.outcome == Outcome.SKIPPED:
        return
    plan = reader.plan(row)
    row.title = plan.facts["title"][:250]
    row.notes = [*plan.notes, *_scan_note(row)]
    _set_like(row, None, None, "", None)
    row.problems = [*row.problems, *_file_problem(row), *plan.problems]
    if not row.problems:
        row.problems = _rehearse(progress, row, plan, reader.mapping)
    row.outcome = Outcome.REFUSED if row.problems else Outcome.READY
    if row.problems:
        return
    reference = plan.facts["external_reference"]
    known, before = _known(progress, row, reference), together.like(row.file, reference)
    if known is not None:
        _set_like(row, known.contract, None, known.kind, known.percent)
    elif before is not None:
        _set_like(row, None, *before)
    row.outcome = Outcome.DUPLICATE if known or before else Outcome.READY
    together.add(row.number, row.file, reference)


def _known(progress: Progress, row: ImportRow, reference: str) -> Known | None:
    if row.file is not None:
        return known_text(progress.actor, row.file)
    return known_reference(progress.actor, reference)


def _set_like(row: ImportRow, contract: Any, number: int | None, kind: str, percent: int | None) -> None:
    row.like, row.like_row, row.like_kind, row.likeness = contract, number, kind, percent


def _file_problem(row: ImportRow) -> list[Fault]:
    return [{"field": fields.FILE, **row.file.problem}] if row.file and row.file.problem else []


def _scan_note(row: ImportRow) -> list[Fault]:
    if row.file is None or not row.file.is_scan:
        return []
    if row.file.text_blob_id:
        message = _("A scan: its words were recognized, with what mistakes that makes.")
        return [{"field": fields.FILE, "code": "text_recognized", "message": message}]
    message = _("This scan has no text: install ocrmypdf and tesseract to have it read.")
    return [{"field": fields.FILE, "code": "no_text", "message": message}]


def _rehearse(progress: Progress, row: ImportRow, plan: Plan, mapping: fields.ImportMapping) -> list[Fault]:
    """The row is filed by the verbs that file it, without its words, and all of it is taken back."""
    paper = _empty_paper(row.file) if row.file is not None else None
    try:
        with transaction.atomic():
            tried = import_row(actor=progress.actor, row_id=row.pk, plan=plan, paper=paper, state=mapping.state)
            transaction.set_rollback(True)
    except DomainError as refusal:
        return _faults(refusal)
    except DataError:
        return [{"field": "", "code": "unfit", "message": _("A value is too long or cannot be kept.")}]
    row.notes = [*tried.notes, *_scan_note(row)]
    return []


def _empty_paper(file: ImportFile) -> Paper | None:
    if file.blob is None:
        return None
    name = PurePosixPath(file.path).name[:250]
    return Paper(b"", name, file.blob.media_type, None, "", (), (), stored=stored_as(file.blob))


def _faults(refusal: DomainError) -> list[Fault]:
    if not refusal.fields:
        return [{"field": "", "code": refusal.code, "message": refusal.message}]
    named = [(name.replace("custom_fields.", fields.OWN), " ".join(texts)) for name, texts in refusal.fields.items()]
    return [{"field": name, "code": refusal.code, "message": words or refusal.message} for name, words in named]


@job_kind(RUN, leads_to=gettext_lazy("Look at the import"))
def run_import(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Rows that were found good are contracts. Work that resumes finds what is left: a row knows whether it is one."""
    batch = ContractImport.objects.get(pk=parameters["import_id"])
    require(progress.actor, IMPORT, batch)
    if batch.state == ImportState.FINISHED:
        return _done(batch)
    if batch.state != ImportState.RUNNING:
        raise outdated()
    mapping = fields.mapping_of(batch.mapping)
    total = ImportRow.objects.filter(batch=batch).count()
    _sketch(progress)
    left = [row for row in _open_rows(batch) if _is_wanted(row, mapping)]
    reader, done = RowReader(mapping), total - len(left)
    with closing(_with_papers(left)) as papers:
        for row, paper in papers:
            progress.report(done, total, row.title)
            _import(progress, row, paper, reader)
            done += 1
    progress.report(total, total)
    finish_import(actor=progress.actor, import_id=batch.pk)
    return _done(batch)


def _is_wanted(row: ImportRow, mapping: fields.ImportMapping) -> bool:
    if row.outcome not in (Outcome.READY, Outcome.DUPLICATE):
        return row.outcome == Outcome.SKIPPED and row.decision == Decision.IMPORT
    return True


def _with_papers(rows: Iterable[ImportRow]) -> Generator[tuple[ImportRow, Future[Paper | None] | None]]:
    """The rows with their documents, which are read ahead by other processes while a contract is written."""
    pool = ThreadPoolExecutor(READERS)
    waiting: deque[tuple[ImportRow, Future[Paper | None] | None]] = deque()
    try:
        for row in rows:
            waiting.append((row, pool.submit(paper_of, row.file) if row.file is not None else None))
            if len(waiting) > AHEAD:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        pool.shutdown(cancel_futures=True)


def _import(progress: Progress, row: ImportRow, paper: Future[Paper | None] | None, reader: RowReader) -> None:
    """The row is a contract, or says why it is none."""
    plan = reader.plan(row)
    reference = plan.facts["external_reference"]
    if _is_left_out(progress, row, reader.mapping, reference):
        row.save(update_fields=FOUND)
        return
    try:
        if plan.problems:
            row.problems = plan.problems
        else:
            read = paper.result() if paper is not None else None
            plan.notes += _scan_note(row)
            given: dict[str, Any] = {"plan": plan, "paper": read, "state": reader.mapping.state}
            import_row(actor=progress.actor, row_id=row.pk, **given, is_new=not _may_repeat(row, reader.mapping))
            return
    except DomainError as refusal:
        if refusal.code == HERE_ALREADY and _is_left_out(progress, row, reader.mapping, reference):
            row.save(update_fields=FOUND)
            return
        row.problems = _faults(refusal)
    except DataError:
        row.problems = [{"field": "", "code": "unfit", "message": _("A value is too long or cannot be kept.")}]
    row.outcome = Outcome.REFUSED
    row.save(update_fields=FOUND)
    progress.problem(_("Row %(number)s") % {"number": row.number}, " ".join(each["message"] for each in row.problems))


def _is_left_out(progress: Progress, row: ImportRow, mapping: fields.ImportMapping, reference: str) -> bool:
    """Whether the row is a duplicate now, when it comes to it, that nobody wants; not saved."""
    if row.decision == Decision.SKIP:
        row.outcome = Outcome.SKIPPED
        return True
    known = _known(progress, row, reference)
    if known is None:
        return False
    _set_like(row, known.contract, row.like_row, known.kind, known.percent)
    row.save(update_fields=FOUND)
    if _may_repeat(row, mapping):
        return False
    row.outcome = Outcome.SKIPPED if mapping.duplicates == fields.SKIP else Outcome.DUPLICATE
    return True


def _may_repeat(row: ImportRow, mapping: fields.ImportMapping) -> bool:
    return row.decision == Decision.IMPORT or mapping.duplicates == fields.IMPORT
