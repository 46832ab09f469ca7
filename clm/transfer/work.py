"""The long work of this app."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clm.audit.chain import chain_entries
from clm.jobs.models import Job
from clm.jobs.runner import Progress, job_kind
from clm.transfer.files import digest_of, drop, every_so_often, keep
from clm.transfer.models import OrganizationExport
from clm.transfer.operations.file_export import StoredFile, file_export
from clm.transfer.operations.start_export import EXPORT
from clm.transfer.packing import Packed, pack


@job_kind(EXPORT, leads_to=gettext_lazy("Look at the export"))
def export(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The file is written anew by every run: a killed one leaves nothing that another could go on with."""
    job = progress.job
    made = _done(job) or _made(progress, job)
    return {"export_id": made.pk, "url": made.get_absolute_url(), "rows": made.rows, "documents": made.files}


def _done(job: Job) -> OrganizationExport | None:
    return OrganizationExport.objects.filter(job=job).first()


def _made(progress: Progress, job: Job) -> OrganizationExport:
    organization_id = progress.actor.organization_id
    while chain_entries(organization_id):
        pass
    beat = every_so_often(lambda: progress.report(progress.at))
    with tempfile.TemporaryFile() as file:
        packed = pack(organization_id, file, progress.report, beat)
        _list_missing(progress, packed)
        sha256, size = digest_of(file, beat)
        stored = StoredFile(keep(organization_id, file, beat), sha256, size)
    try:
        return _filed(progress, job, packed, stored)
    except BaseException:
        drop(stored.name)
        raise


def _filed(progress: Progress, job: Job, packed: Packed, stored: StoredFile) -> OrganizationExport:
    """Unless another run has taken over, or was quicker."""
    progress.report(progress.at)
    if (done := _done(job)) is not None:
        drop(stored.name)
        return done
    return file_export(actor=progress.actor, job_id=job.pk, packed=packed, stored=stored)


def _list_missing(progress: Progress, packed: Packed) -> None:
    for sha256 in packed.missing:
        progress.problem(sha256, _("The storage does not have this document, or not as it was."))
