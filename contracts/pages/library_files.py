"""The clause library as a file: in, with a look at what would happen first; and out."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from clm.access.middleware import actor_of
from clm.access.permissions import require
from clm.pages.export import csv_response
from contracts.access.library import VIEW
from contracts.adapters.library_files import HEAD, MOST_BYTES, checked_entries, csv_rows, read_library, wrong
from contracts.operations.library.import_library import LibraryImport, import_library
from contracts.pages.steps import tried
from contracts.queries.clause_library import library_entries

FILE = "covenant-clauses"


class LibraryFileForm(forms.Form):
    """A file to look at, or the clauses that were looked at."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy(
            "CSV or JSON, as the export has it; up to 1,000 clauses. You see first what it changes."
        ),
    )
    entries = forms.CharField(required=False, widget=forms.HiddenInput())

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        file = given.get("file")
        if file and file.size > MOST_BYTES:
            self.add_error("file", _("A library file has at most 8 MB."))
        elif not file and not given.get("entries"):
            self.add_error("file", _("Choose a file."))
        return given


@login_required
def library_import(request: HttpRequest) -> HttpResponse:
    """A file is tried; what was tried and holds is imported by a second step."""
    actor = actor_of(request)
    require(actor, "contracts.import_library")
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = LibraryFileForm(*sent)
    seen: dict[str, Any] = {}

    def put(given: dict[str, Any]) -> None:
        file = given["file"]
        entries = read_library(file.read(), file.name) if file else _looked_at(given["entries"])
        seen["entries"] = json.dumps(entries)
        seen["result"] = import_library(actor=actor, entries=entries, is_trial=bool(file))

    tried(form, put)
    result: LibraryImport | None = seen.get("result")
    if result is not None and result.is_done:
        messages.success(request, _("Imported: %(added)s added, %(changed)s changed.") % result.counts)
        return redirect("library-clauses")
    context = {**seen, "form": form, "title": _("Import clauses"), "submit_label": _("Look at it")}
    context |= {"cancel_url": reverse("library-clauses"), "crumbs": [(_("Clauses"), reverse("library-clauses"))]}
    return render(request, "contracts/library_import_page.html", context, status=_status(form, result))


def _status(form: forms.Form, result: LibraryImport | None) -> int:
    is_refused = form.is_bound and (result is None or result.counts["wrong"] > 0)
    return 400 if is_refused else 200


def _looked_at(entries: str) -> list[dict[str, Any]]:
    try:
        return checked_entries(json.loads(entries))
    except (ValueError, RecursionError) as error:
        raise wrong(_("Choose the file again.")) from error


@login_required
@require_GET
def library_export(request: HttpRequest) -> HttpResponseBase:
    """The whole library in the form that the import takes: `?as=json`, else CSV."""
    actor = actor_of(request)
    require(actor, VIEW)
    entries = list(library_entries(actor))
    if request.GET.get("as") != "json":
        return csv_response(FILE, HEAD, csv_rows(entries))
    text = json.dumps({"clauses": entries}, ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{FILE}.json"'
    return response
