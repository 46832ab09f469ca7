"""What the verbs on an import share: its lock, that nothing works on it, and what a mapping must be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clm.access.permissions import can, require
from clm.accounts.models import Membership
from clm.documents.blobs import erase_blobs, lock_blobs
from clm.documents.models import Blob
from clm.jobs.models import Job, JobState
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from clm.lib.money import is_iso_4217
from clm.lib.zones import zone_names
from contracts.access.imports import IMPORT
from contracts.engine import import_fields as engine
from contracts.engine.import_values import COMMA, ORDERS, POINT
from contracts.models import ContractImport, ImportRow, Party
from contracts.models.contract import Category
from contracts.operations.custom_fields.guards import check_tags
from contracts.queries.custom_fields import asked_fields
from contracts.queries.imports import needed_among
from contracts.states import ImportState

SHEET = "sheet"
READ, TRY, RUN, SCANS = (f"contracts.{each}_import" for each in ("read", "try", "run", "recognize"))


def locked_import(actor: Actor, import_id: UUID) -> ContractImport:
    """The import locked, for whoever may. Raises DomainError as `check_free`."""
    batch = lock_row(ContractImport, import_id)
    require(actor, IMPORT, batch)
    check_free(batch)
    return batch


def check_free(batch: ContractImport) -> None:
    """Raises DomainError `import_busy` while a job works on it, `import_discarded` where it was given up."""
    live = Job.objects.filter(subject_id=batch.pk, state__in=(JobState.QUEUED, JobState.RUNNING))
    if live.exists():
        raise DomainError("import_busy", _("A job works on this import: wait for it, or cancel it."))
    if batch.state == ImportState.DISCARDED:
        raise DomainError("import_discarded", _("This import was discarded."))


def outdated() -> DomainError:
    """For a job of an earlier step that is asked for once more."""
    return DomainError("import_went_on", _("This import went on since: begin from its page."))


def check_mapping(actor: Actor, batch: ContractImport, sent: engine.ImportMapping) -> None:
    """Raises Invalid `mapping_unfit` with the message beside the part that is wrong."""
    faults = {**_columns(batch, sent), **_choices(sent), **_references(sent)}
    if sent.state != engine.DRAFT and not can(actor, "contracts.record_execution"):
        faults["state"] = _("You may not file signed contracts: import them as drafts.")
    if faults:
        fields = {name: [message] for name, message in faults.items()}
        raise Invalid("mapping_unfit", next(iter(faults.values())), fields=fields)
    check_tags(sent.tags)


def _columns(batch: ContractImport, sent: engine.ImportMapping) -> dict[str, str]:
    own = {f"{engine.OWN}{field.key}" for field in asked_fields()}
    facts = [fact for fact in sent.columns.values() if fact]
    wrong = [head for head in sent.columns if head not in batch.heads]
    unknown = [fact for fact in facts if fact not in engine.KINDS and fact not in own]
    if wrong or unknown:
        return {"columns": _("There is no column or no fact “%(name)s”.") % {"name": (wrong + unknown)[0]}}
    if len(set(facts)) != len(facts):
        return {"columns": _("A fact comes from one column alone.")}
    if batch.heads and batch.files.exists() and engine.FILE not in facts and not sent.rows_alone:
        return {"columns": _("Say which column names the file.")}
    return {}


def _choices(sent: engine.ImportMapping) -> dict[str, str]:
    allowed: Mapping[str, Sequence[str]] = {
        "category": Category.values,
        "date_order": ORDERS,
        "decimal_point": (POINT, COMMA),
        "time_zone": zone_names(),
        "state": (engine.DRAFT, engine.WHERE_POSSIBLE, engine.SIGNED),
        "unread": (engine.REFUSE, engine.LEAVE),
        "duplicates": (engine.SKIP, engine.IMPORT, engine.ASK),
    }
    wrong = {name: _("Choose one.") for name, values in allowed.items() if getattr(sent, name) not in values}
    if set(sent.categories.values()) - {"", *Category.values}:
        wrong["categories"] = _("Choose types of contract.")
    if sent.currency and not is_iso_4217(sent.currency):
        wrong["currency"] = _("Not an ISO 4217 currency.")
    return wrong


def _references(sent: engine.ImportMapping) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if sent.our_party and not Party.objects.filter(pk=_id(sent.our_party)).exists():
        wrong["our_party"] = _("No such party.")
    if sent.owner and not Membership.objects.filter(user_id=_id(sent.owner), removed_at=None).exists():
        wrong["owner"] = _("Not a member.")
    return wrong


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def let_go(batch: ContractImport) -> None:
    """What was uploaded is read: the bytes of the archive and of its sheets go within a day where nothing else has
    them."""
    sheets = [file for file in batch.files.exclude(blob=None) if file.problem.get("code") == SHEET]
    blobs: list[Any] = [batch.archive_id, batch.sheet_id, *(file.blob_id for file in sheets)]
    batch.archive = batch.sheet = None
    batch.save(update_fields=["archive", "sheet"])
    batch.files.filter(pk__in=[file.pk for file in sheets]).update(blob=None)
    erase_unneeded(blobs)


def erase_unneeded(blobs: Iterable[Any]) -> None:
    """Bytes that no row has any more go within a day. Locked before it is asked: whoever begins to need the same bytes
    waits, or is seen."""
    locked = lock_blobs(blob for blob in set(blobs) if blob)
    erase_blobs(Blob.objects.filter(pk__in=set(locked) - needed_among(locked)))


def put_rows(batch: ContractImport, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Numbers go on behind those that are contracts."""
    last = ImportRow.objects.filter(batch=batch).order_by("number").last()
    first = last.number + 1 if last is not None else 1
    ImportRow.objects.bulk_create(
        [
            ImportRow(organization_id=batch.organization_id, batch=batch, number=number, line=line, cells=dict(cells))
            for number, (line, cells) in enumerate(rows, start=first)
        ],
        batch_size=1000,
    )
