"""What people and programs ask of an import: an upload is taken, a corrected sheet, and results go out as rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clm.access.permissions import get_visible, require
from clm.documents.blobs import StoredContent, put_file
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.access.imports import IMPORT
from contracts.adapters.archives import MOST_BYTES
from contracts.adapters.sheets import LIMITS as SHEET_LIMITS
from contracts.adapters.sheets import is_sheet, read_sheet
from contracts.engine.import_fields import OWN
from contracts.models import ContractImport, ImportRow
from contracts.operations.imports.replace_import_sheet import replace_import_sheet
from contracts.operations.imports.start_import import start_import
from contracts.papers.reading_jobs import UNREAD
from contracts.queries.custom_fields import asked_fields

MEGABYTE = 1024 * 1024
HEAD = ("row", "line", "file", "title", "outcome", "contract", "state", "like", "alike_percent", "field", "message")


def request_import(
    actor: Actor, *, name: str, archive: Any = None, sheet: Any = None, is_confidential: bool = False
) -> ContractImport:
    """An import of uploaded files, which a job reads. Outside of transactions; raises as `put_upload`."""
    put = put_upload(actor, name=name, archive=archive, sheet=sheet, is_confidential=is_confidential)
    return start_import(actor=actor, **put)


def put_upload(
    actor: Actor, *, name: str, archive: Any = None, sheet: Any = None, is_confidential: bool = False
) -> dict[str, Any]:
    """What `start_import` takes, for uploaded files (with `name` and `size`), whose bytes are stored piece by piece.
    Outside of transactions. Raises Invalid `too_large`, `wrong_type`."""
    require(actor, IMPORT)
    if archive is not None and is_sheet(archive.name) and sheet is None:
        archive, sheet = None, archive
    packed = _put(actor, "archive", archive, MOST_BYTES) if archive is not None else None
    rows = _put(actor, "sheet", sheet, SHEET_LIMITS.file_bytes) if sheet is not None else None
    first = archive if archive is not None else sheet
    return {
        "name": name or (PurePosixPath(first.name).stem if first is not None else ""),
        "archive": packed,
        "sheet": rows,
        "sheet_name": sheet.name if sheet is not None else "",
        "is_confidential": is_confidential,
    }


def _put(actor: Actor, field: str, file: Any, most: int) -> StoredContent:
    if file.size > most:
        message = _("At most %(count)s MB.") % {"count": most // MEGABYTE}
        raise Invalid("too_large", message, fields={field: [message]})
    file.seek(0)
    if field == "archive" and file.read(2) != b"PK":
        message = _("This is no ZIP archive.")
        raise Invalid("wrong_type", message, fields={field: [message]})
    return put_file(actor.organization_id, file, UNREAD)


def request_new_sheet(actor: Actor, import_id: UUID, sheet: Any) -> ContractImport:
    """The uploaded sheet takes the place of the one before. Outside of transactions; raises as `read_sheet`."""
    batch = get_visible(actor, ContractImport.objects.all(), import_id)
    require(actor, IMPORT, batch)
    if sheet.size > SHEET_LIMITS.file_bytes:
        message = _("At most %(count)s MB.") % {"count": SHEET_LIMITS.file_bytes // MEGABYTE}
        raise Invalid("too_large", message, fields={"sheet": [message]})
    found = read_sheet(sheet.read())
    return replace_import_sheet(actor=actor, import_id=import_id, heads=found.heads, rows=found.rows)


def result_lines(rows: Iterable[ImportRow]) -> Iterator[list[Any]]:
    """In the columns of HEAD; a line for each thing that is said of a row, at least one a row."""
    for row in rows:
        told = [*row.problems, *row.notes] or [{"field": "", "message": ""}]
        contract = row.contract
        like = row.like.reference if row.like else (f"#{row.like_row}" if row.like_row else "")
        for each in told:
            yield [
                row.number,
                row.line,
                row.file.path if row.file else "",
                row.title,
                row.get_outcome_display(),
                contract.reference if contract else "",
                contract.get_state_display() if contract else "",
                like or row.get_like_kind_display(),
                row.likeness,
                each["field"].removeprefix(OWN),
                each["message"],
            ]


def facts_to_map() -> list[tuple[str, str]]:
    """Fact -> what it is called, the organization's own fields last."""
    names = {
        "file": _("File name"),
        "external_reference": _("Reference so far"),
        "title": _("Title"),
        "category": _("Type"),
        "counterparty": _("Counterparty"),
        "counterparty_vat": _("Counterparty: VAT number"),
        "counterparty_lei": _("Counterparty: LEI"),
        "counterparty_duns": _("Counterparty: D-U-N-S number"),
        "our_party": _("Our party"),
        "signed_on": _("Signed on"),
        "effective_on": _("In effect from"),
        "starts_on": _("First day"),
        "ends_on": _("Last day"),
        "initial_months": _("Initial term"),
        "renewal": _("Renewal"),
        "renewal_months": _("Renewal term"),
        "notice": _("Notice period"),
        "value_amount": _("Value"),
        "currency": _("Currency"),
        "jurisdiction": _("Governing law"),
        "department": _("Department"),
        "owner": _("Owner"),
        "tags": _("Tags"),
        "description": _("Description"),
    }
    return [*names.items(), *((f"{OWN}{field.key}", field.label) for field in asked_fields())]
