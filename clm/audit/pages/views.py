"""The ledger: its list, an entry, its export and its verification."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require, visible
from clm.audit import verify_export
from clm.audit.export import FILE_NAME
from clm.audit.filters import LedgerFilter
from clm.audit.models import ChainHead, HeadSeal, LedgerEntry
from clm.audit.operations.export_ledger import export_ledger
from clm.audit.operations.start_verification import start_verification
from clm.audit.queries import as_history, changes_between, names_of
from clm.audit.wording import event_in_words
from clm.audit.work import VERIFY
from clm.jobs.models import Job
from clm.pages.lists import Column, Empty, ListPage
from clm.pages.rows import Line


class LedgerPage(ListPage):
    key = "ledger"
    title = _("Ledger")
    subtitle = _("What every verb did: each entry carries the hash of the one before")
    template_name = "audit/ledger_list.html"
    verb = "audit.view_ledger"
    columns = (
        Column("sequence", _("No."), kind="number", sort=("sequence",)),
        Column("at", _("When"), kind="instant", sort=("at",)),
        Column("what", _("What"), value=lambda row: event_in_words(row.event), main=True, sort=("event",)),
        Column("who", _("Who"), value=lambda row: getattr(row, "who", row.actor_id), sort=("actor_kind", "actor_id")),
        Column("verb", _("Verb"), sort=("verb",)),
        Column("subject_type", _("Kind of thing"), sort=("subject_type",), visible=False),
        Column("subject_id", _("Thing"), visible=False),
        Column("reason", _("Reason")),
        Column("request_id", _("Request"), visible=False),
    )
    filterset_class = LedgerFilter
    search_fields = ("event", "verb", "reason", "request_id")
    default_sort = "-at"
    actions_template = "audit/ledger_actions.html"
    empty = Empty(
        title=_("Nothing has happened yet"), hint=_("The first verb leaves the first entry."), icon="lock-square"
    )

    def rows(self) -> QuerySet[LedgerEntry]:
        return visible(self.actor, LedgerEntry.objects.all())

    def url_of(self, row: LedgerEntry) -> str:
        return reverse("ledger-entry", args=[row.pk])

    def lines(self, page: Page[Any]) -> list[Line]:
        """The page's entries with their actors' names, found in one go."""
        names = names_of({(row.actor_kind, row.actor_id) for row in page.object_list})
        for row in page.object_list:
            row.who = names[(row.actor_kind, row.actor_id)]
        return super().lines(page)

    def extra_context(self) -> Mapping[str, Any]:
        return {
            "head": ChainHead.objects.filter(organization_id=self.actor.organization_id).first(),
            "unchained": LedgerEntry.objects.filter(sequence=None).count(),
            "seal": HeadSeal.objects.order_by("-sequence").first(),
            "last_verification": Job.objects.filter(kind=VERIFY).order_by("-id").first(),
            "may_export": can(self.actor, "audit.export_ledger"),
            "may_verify": can(self.actor, "audit.verify_ledger"),
        }


@require_GET
def entry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One entry: who, what, when, before and after, and its place in the chain."""
    actor = actor_of(request)
    require(actor, "audit.view_ledger")
    row = get_visible(actor, LedgerEntry.objects.all(), pk)
    exactly = changes_between(row.before, row.after)
    return render(request, "audit/entry_page.html", {"entry": row, "history": as_history([row])[0], "changes": exactly})


@require_POST
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The ledger as JSON lines. A POST, because the export is itself recorded."""
    lines = export_ledger(actor=actor_of(request))
    answer = StreamingHttpResponse(lines, content_type="application/x-ndjson")
    answer["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return answer


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """A job verifies; its page shows the progress and then every break."""
    job = start_verification(actor=actor_of(request))
    return redirect("job", pk=job.pk)


@require_GET
def script(request: HttpRequest) -> FileResponse:
    """The verifier that needs neither Covenant nor Django."""
    require(actor_of(request), "audit.view_ledger")
    source = Path(verify_export.__file__)
    return FileResponse(source.open("rb"), as_attachment=True, filename=source.name, content_type="text/x-python")
