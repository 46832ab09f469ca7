"""Facts about organizations that leave and arrive whole."""

from __future__ import annotations

from typing import Any

from clm.accounts.models import Organization
from clm.events.record import Event
from clm.jobs.models import Job
from clm.transfer.models import OrganizationExport
from clm.transfer.packing import Packed


def export_started(job: Job) -> Event:
    return Event(
        type="organization.export_started",
        verb="transfer.export_organization",
        subject=job,
        payload={"job_id": job.pk},
    )


def organization_exported(export: OrganizationExport) -> Event:
    facts = {
        "sha256": export.sha256,
        "size": export.size,
        "rows": export.rows,
        "files": export.files,
        "missing": export.missing,
        "head_sequence": export.head_sequence,
        "head_hash": export.head_hash,
        "taken_at": export.taken_at,
        "expires_at": export.expires_at,
    }
    return Event(
        type="organization.exported",
        verb="transfer.export_organization",
        subject=export,
        after=facts,
        payload={"export_id": export.pk, **facts},
    )


def exported_to_file(organization: Organization, packed: Packed, sha256: str) -> Event:
    facts = {
        "sha256": sha256,
        "rows": packed.rows,
        "files": packed.files,
        "missing": len(packed.missing),
        "head_sequence": packed.head_sequence,
        "head_hash": packed.head_hash,
        "taken_at": packed.taken_at,
    }
    return Event(
        type="organization.exported",
        verb="transfer.export_organization",
        subject=organization,
        after=facts,
        payload=facts,
    )


def export_downloaded(export: OrganizationExport) -> Event:
    facts = {"downloads": export.downloads}
    return Event(
        type="export.downloaded",
        verb="transfer.download_export",
        subject=export,
        after=facts,
        payload={"export_id": export.pk, **facts},
    )


def export_removed(export: OrganizationExport) -> Event:
    return Event(
        type="export.removed",
        verb="transfer.remove_export",
        subject=export,
        after={"removed_at": export.removed_at},
        payload={"export_id": export.pk},
    )


def organization_imported(organization: Organization, facts: dict[str, Any]) -> Event:
    return Event(
        type="organization.imported",
        verb="transfer.import_organization",
        subject=organization,
        after=facts,
        payload=facts,
    )
