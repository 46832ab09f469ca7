"""The rows of exports of the whole organization."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from clm.lib import clock
from clm.transfer.models import OrganizationExport
from tests.access.table import Route
from tests.cast import Cast

ADMINISTRATOR = {"administrator"}

VERB_ROWS = {
    "transfer.view_export": ADMINISTRATOR,
    "transfer.export_organization": ADMINISTRATOR,
    "transfer.download_export": ADMINISTRATOR,
    "transfer.remove_export": ADMINISTRATOR,
    "transfer.import_organization": set(),
}


def _export(cast: Cast) -> dict[str, Any]:
    """One whose file is there."""
    name = f"exports/{cast.organization.pk}/x.zip"
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(b"x"))
    now = clock.now()
    facts = {"sha256": "0" * 64, "size": 1, "rows": 1, "files": 1, "head_sequence": 0, "head_hash": "0" * 64}
    export = OrganizationExport.objects.create(
        organization_id=cast.organization.pk, storage_name=name, taken_at=now, expires_at=now + timedelta(1), **facts
    )
    return {"pk": export.pk}


BUILDERS = {"export": _export}

ROUTE_ROWS = [
    Route("exports", "GET", ADMINISTRATOR),
    Route("export-start", "POST", ADMINISTRATOR),
    Route("export", "GET", ADMINISTRATOR, key="export"),
    Route("export-download", "POST", ADMINISTRATOR, key="export"),
    Route("export-remove", "POST", ADMINISTRATOR, key="export"),
    Route("api-exports", "GET", ADMINISTRATOR),
    Route("api-exports", "POST", ADMINISTRATOR),
    Route("api-export", "GET", ADMINISTRATOR, key="export"),
    Route("api-export", "DELETE", ADMINISTRATOR, key="export"),
    Route("api-export-download", "POST", ADMINISTRATOR, key="export"),
]
