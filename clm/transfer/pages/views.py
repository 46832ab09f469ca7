"""Exports of the whole organization: their list, making one, fetching and removing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require, visible
from clm.audit.queries import entries_of
from clm.pages.lists import Column, Empty, ListPage
from clm.transfer.files import open_file
from clm.transfer.models import OrganizationExport
from clm.transfer.operations.download_export import download_export
from clm.transfer.operations.remove_export import remove_export
from clm.transfer.operations.start_export import start_export


class ExportsPage(ListPage):
    key = "exports"
    title = gettext_lazy("Exports")
    subtitle = gettext_lazy("Everything that the organization has, in one file")
    template_name = "transfer/export_list.html"
    verb = "transfer.view_export"
    columns = (
        Column("taken_at", gettext_lazy("As of"), kind="instant", sort=("taken_at",), main=True),
        Column("asked_by", gettext_lazy("Asked for by"), value=lambda row: str(row.asked_by or "")),
        Column("size", gettext_lazy("Size"), value=lambda row: filesizeformat(row.size), sort=("size",)),
        Column("rows", gettext_lazy("Rows"), kind="number"),
        Column("files", gettext_lazy("Documents"), kind="number"),
        Column("downloads", gettext_lazy("Downloads"), kind="number"),
        Column("expires_at", gettext_lazy("Until"), kind="instant"),
        Column("removed_at", gettext_lazy("Removed"), kind="instant"),
    )
    default_sort = "-taken_at"
    actions_template = "transfer/export_actions.html"
    empty = Empty(
        title=gettext_lazy("Nothing was exported yet"),
        hint=gettext_lazy("An export is made as a job; you are told when it is ready."),
        icon="download",
    )

    def rows(self) -> QuerySet[OrganizationExport]:
        return visible(self.actor, OrganizationExport.objects.select_related("asked_by"))

    def url_of(self, row: OrganizationExport) -> str:
        return reverse("export", args=[row.pk])

    def extra_context(self) -> Mapping[str, Any]:
        return {"may_export": can(self.actor, "transfer.export_organization"), "hours": settings.EXPORT_HOURS}


@require_GET
def export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One export: what is in it, until when it is there, and who took it."""
    actor = actor_of(request)
    require(actor, "transfer.view_export")
    row = get_visible(actor, OrganizationExport.objects.select_related("asked_by"), pk)
    context = {
        "export": row,
        "history": entries_of(row),
        "crumbs": [(_("Exports"), reverse("exports"))],
        "may_download": can(actor, "transfer.download_export", row),
        "may_remove": can(actor, "transfer.remove_export", row),
    }
    return render(request, "transfer/export_page.html", context)


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    job = start_export(actor=actor_of(request))
    return redirect("job", pk=job.pk)


@require_POST
def download(request: HttpRequest, pk: UUID) -> FileResponse:
    """The file. A POST, because the download is itself recorded."""
    row = download_export(actor=actor_of(request), export_id=pk)
    return FileResponse(open_file(row), as_attachment=True, filename=row.file_name, content_type="application/zip")


@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    remove_export(actor=actor_of(request), export_id=pk)
    messages.success(request, _("The file is removed."))
    return redirect("exports")
