"""The clause library as a file: in, with a look at what would happen first; and out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import zip_longest
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
from contracts.adapters.library_files import (
    HEAD,
    MOST_BYTES,
    POSITION,
    checked_entries,
    csv_rows,
    lines_of,
    read_library,
    wrong,
)
from contracts.operations.library.import_library import Imported, LibraryImport, import_library
from contracts.pages.steps import tried
from contracts.queries.clause_library import library_entries

FILE = "covenant-clauses"


class LibraryFileForm(forms.Form):
    """A file to look at, or the clauses that were looked at."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        error_messages={"required": gettext_lazy("Choose a file.")},
        help_text=gettext_lazy(
            "CSV or JSON, as the export has it; up to 1,000 clauses. You see first what it changes."
        ),
    )
    entries = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not self.data.get("entries")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > MOST_BYTES:
            raise forms.ValidationError(_("A library file has at most 8 MB."))
        return file


# What the facts of a clause are called on its own page.
NAMES = {
    "title": gettext_lazy("Title"),
    "category": gettext_lazy("Category"),
    "risk": gettext_lazy("Risk"),
    "owner": gettext_lazy("Owner"),
    "guidance": gettext_lazy("Guidance"),
    "mandatory_for": gettext_lazy("Mandatory in"),
    "attribution": gettext_lazy("Source"),
    "positions": gettext_lazy("Positions"),
}


@dataclass(frozen=True)
class ImportLine:
    """A clause of the file as the page shows it: `line` is where it begins in a CSV, `faults` name its columns."""

    row: Imported
    line: int | None

    @property
    def faults(self) -> list[tuple[str, str]]:
        columns = {"owner_id": "owner", "positions": "positions" if self.line is None else ", ".join(POSITION)}
        return [(columns.get(name, name), " ".join(texts)) for name, texts in self.row.errors.items()]

    @property
    def touched(self) -> str:
        return ", ".join(str(NAMES[name]) for name in self.row.touched)


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
        content = file.read() if file else b""
        entries = read_library(content, file.name) if file else _looked_at(given["entries"])
        seen["entries"] = json.dumps(entries)
        seen["result"] = import_library(actor=actor, entries=entries, is_trial=bool(file))
        lines = lines_of(content, file.name) if file else []
        seen["lines"] = [ImportLine(row, line) for row, line in zip_longest(seen["result"].rows, lines)]

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
