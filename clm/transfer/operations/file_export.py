"""An export is there to be downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.notify.tell import tell
from clm.transfer import events
from clm.transfer.models import OrganizationExport
from clm.transfer.packing import Packed
from clm.transfer.telling import tell_other_administrators


@dataclass(frozen=True)
class StoredFile:
    """The file of an export as it stands in the storage."""

    name: str
    sha256: str
    size: int


@transaction.atomic
def file_export(*, actor: Actor, job_id: UUID, packed: Packed, stored: StoredFile) -> OrganizationExport:
    """The export lies in the storage for EXPORT_HOURS, and who asked for it is told; so are the other
    administrators."""
    require(actor, "transfer.export_organization")
    export = OrganizationExport.objects.create(
        organization_id=actor.organization_id,
        asked_by_id=actor.user_id,
        job_id=job_id,
        storage_name=stored.name,
        sha256=stored.sha256,
        size=stored.size,
        rows=packed.rows,
        files=packed.files,
        missing=len(packed.missing),
        head_sequence=packed.head_sequence,
        head_hash=packed.head_hash,
        taken_at=packed.taken_at,
        expires_at=clock.now() + timedelta(hours=settings.EXPORT_HOURS),
    )
    tell(
        [actor.person_id],
        kind="transfer.exported",
        title=_("The export of the organization is ready"),
        body=_("It can be downloaded until its file is removed."),
        url=reverse("export", args=[export.pk]),
        dedupe_key=f"export:{export.pk}",
    )
    tell_other_administrators(actor, key=str(export.pk), url=reverse("export", args=[export.pk]))
    record(actor, events.organization_exported(export))
    return export
