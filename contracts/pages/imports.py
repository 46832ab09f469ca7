"""The pages of imports: upload, mapping, what would happen, what happened."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require, visible
from clm.audit.queries import entries_of
from clm.documents.ocr import missing_programs
from clm.jobs.models import JobState
from clm.jobs.queries import shown
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.pages.export import csv_response
from clm.pages.lists import Column, Empty, ListPage
from contracts.access.imports import DISCARD, IMPORT, VIEW
from contracts.engine.import_fields import ASK, CATEGORY, mapping_of
from contracts.models import ContractImport, ImportRow
from contracts.operations.imports.decide_import_rows import OPEN, decide_import_rows
from contracts.operations.imports.discard_import import discard_import
from contracts.operations.imports.map_import import map_import
from contracts.operations.imports.recognize_import import recognize_import
from contracts.operations.imports.run_import import run_import
from contracts.pages import import_forms as shapes
from contracts.pages.steps import form_page, tried
from contracts.papers.import_reading import types_in
from contracts.papers.importing import HEAD, request_import, request_new_sheet, result_lines
from contracts.papers.scans import request_recognition
from contracts.queries.imports import counts_for, import_rows, job_of, tell_likes
from contracts.states import ImportState

A_PAGE = 50
EXAMPLES = 3


@method_decorator(login_required, name="dispatch")
class ImportList(ListPage):
    key = "imports"
    title = gettext_lazy("Imports")
    subtitle = gettext_lazy("Contracts that are signed already, brought in together")
    verb = VIEW
    search_fields = ("name",)
    default_sort = "-created_at"
    actions_template = "contracts/import_list_actions.html"
    empty = Empty(
        title=gettext_lazy("Nothing imported yet"),
        hint=gettext_lazy("A ZIP of contracts and a sheet that says what they are. You see first what would happen."),
        icon="upload",
        action_label=gettext_lazy("Import contracts"),
        action_url="/contracts/imports/new/",
        action_verb=IMPORT,
    )
    columns = (
        Column("name", gettext_lazy("Name"), main=True, sort=("name",)),
        Column("state", gettext_lazy("State"), kind="state", domain="import", sort=("state",)),
        Column("found", gettext_lazy("Rows"), kind="number"),
        Column("created", gettext_lazy("Imported"), kind="number"),
        Column("refused", gettext_lazy("Refused"), kind="number"),
        Column("started_by", gettext_lazy("Begun by"), lambda row: str(row.started_by), sort=("started_by__name",)),
        Column("created_at", gettext_lazy("Begun"), kind="instant", sort=("created_at",)),
    )

    def rows(self) -> QuerySet[Any]:
        outcome = ImportRow.Outcome
        seen = Q(rows__in=visible(self.actor, ImportRow.objects.all()).values("pk"))
        return visible(self.actor, ContractImport.objects.select_related("started_by")).annotate(
            found=Count("rows", filter=seen),
            created=Count("rows", filter=seen & Q(rows__outcome=outcome.CREATED)),
            refused=Count("rows", filter=seen & Q(rows__outcome=outcome.REFUSED)),
        )

    def extra_context(self) -> dict[str, Any]:
        return {"can_import": can(self.actor, IMPORT)}


@login_required
def import_new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    require(actor, IMPORT)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = shapes.NewImportForm(*sent, may_restrict=can(actor, "contracts.restrict_contract"))
    made: dict[str, ContractImport] = {}

    def start(given: dict[str, Any]) -> None:
        made["batch"] = request_import(actor, **given)

    if tried(form, start):
        return redirect("import", pk=made["batch"].pk)
    title, back = _("Import contracts"), reverse("imports")
    return form_page(request, form, title=title, submit=_("Upload"), back=back)


@login_required
@require_GET
def import_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The import with its rows, those of one outcome where `?outcome=` says so."""
    actor = actor_of(request)
    batch = get_visible(actor, ContractImport.objects.select_related("started_by"), pk)
    require(actor, VIEW, batch)
    every = import_rows(actor, batch)
    outcome = request.GET.get("outcome", "")
    rows = every.filter(outcome=outcome) if outcome in ImportRow.Outcome.values else every
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    shown_rows = list(page)
    tell_likes(actor, shown_rows)
    counts = counts_for(actor, batch)
    context = {
        **_steps(actor, batch, counts),
        "batch": batch,
        "rows": shown_rows,
        "page": page,
        "outcome": outcome,
        "counts": [(value, label, counts[value]) for value, label in ImportRow.Outcome.choices if value in counts],
        "history": entries_of(batch),
        "crumbs": [(_("Imports"), reverse("imports"))],
    }
    return render(request, "contracts/import_page.html", context)


def _steps(actor: Actor, batch: ContractImport, counts: dict[str, int]) -> dict[str, Any]:
    """What may be done with the import now, and the job that works on it."""
    job = job_of(batch)
    is_busy = job is not None and job.is_live
    is_open = not is_busy and batch.state != ImportState.DISCARDED
    may = can(actor, IMPORT, batch) and is_open
    state, mapping = batch.state, mapping_of(batch.mapping)
    scans = batch.files.filter(is_scan=True, text_blob=None).count()
    is_failed = job is not None and job.state in (JobState.FAILED, JobState.CANCELLED)
    return {
        "job": shown(actor, job) if job is not None and (is_busy or is_failed) else None,
        "is_busy": is_busy,
        "can_map": may and state != ImportState.READING,
        "can_run": may and state in (ImportState.TRIED, ImportState.RUNNING),
        "goes_on": state == ImportState.RUNNING,
        "can_discard": is_open and _is_unused(batch) and can(actor, DISCARD, batch),
        "can_decide": may and state == ImportState.TRIED and bool(set(counts) & set(OPEN)),
        "asks": mapping.duplicates == ASK,
        "scans": scans,
        "missing": missing_programs(),
        "to_import": counts.get(ImportRow.Outcome.READY, 0),
    }


def _is_unused(batch: ContractImport) -> bool:
    begun = batch.state in (ImportState.RUNNING, ImportState.FINISHED)
    return not begun and not batch.rows.exclude(contract=None).exists()


@login_required
def import_map(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the columns mean; POST keeps it and tries the import."""
    actor = actor_of(request)
    batch = get_visible(actor, ContractImport.objects.all(), pk)
    require(actor, IMPORT, batch)
    if batch.state in (ImportState.READING, ImportState.DISCARDED):
        return redirect("import", pk=pk)
    mapping = mapping_of(batch.mapping)
    cells = list(import_rows(actor, batch).exclude(cells={}).values_list("cells", flat=True)[:2000])
    types = types_in(cells, _type_column(request, batch) or mapping.column_of(CATEGORY))
    form = shapes.MappingForm(mapping, batch.heads, types, request.POST if request.method == "POST" else None)
    if tried(form, lambda _given: map_import(actor=actor, import_id=pk, mapping=form.mapping())):
        return redirect("import", pk=pk)
    context = {
        "batch": batch,
        "form": form,
        "parts": form.parts(),
        "columns": [(bound, _examples(cells, bound.label)) for bound in form.parts()["columns"]],
        "crumbs": [(_("Imports"), reverse("imports")), (batch.name, batch.get_absolute_url())],
    }
    return render(request, "contracts/import_map_page.html", context, status=400 if form.is_bound else 200)


def _type_column(request: HttpRequest, batch: ContractImport) -> str:
    """The column that is said to be the type just now."""
    chosen = (head for place, head in enumerate(batch.heads) if request.POST.get(f"column-{place}") == CATEGORY)
    return next(chosen, "")


def _examples(cells: list[dict[str, Any]], head: str) -> str:
    found = dict.fromkeys(str(row[head])[:60] for row in cells[:200] if row.get(head) not in (None, ""))
    return " · ".join(list(found)[:EXAMPLES])


@login_required
@require_POST
def import_run(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _done(request, pk, lambda actor: run_import(actor=actor, import_id=pk))


@login_required
@require_POST
def import_discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _done(request, pk, lambda actor: discard_import(actor=actor, import_id=pk))


@login_required
@require_POST
def import_scans(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _done(request, pk, lambda actor: recognize_import(actor=actor, import_id=pk))


@login_required
@require_POST
def import_decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The ticked rows are imported, or left out."""
    numbers = [int(each) for each in request.POST.getlist("rows") if each.isdecimal() and len(each) < 9]
    decision = request.POST.get("decision", "")
    return _done(
        request, pk, lambda actor: decide_import_rows(actor=actor, import_id=pk, numbers=numbers, decision=decision)
    )


def _done(request: HttpRequest, pk: UUID, act: Any) -> HttpResponse:
    """What is refused is said on the page of the import."""
    try:
        act(actor_of(request))
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, refusal.message)
    return redirect("import", pk=pk)


@login_required
def import_sheet(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A corrected sheet; then its columns are looked at again."""
    actor = actor_of(request)
    batch = get_visible(actor, ContractImport.objects.all(), pk)
    require(actor, IMPORT, batch)
    form = shapes.SheetForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if tried(form, lambda given: request_new_sheet(actor, pk, given["sheet"])):
        return redirect("import-map", pk=pk)
    effect = _("What is imported already stays. All other rows are read anew from this sheet.")
    back = batch.get_absolute_url()
    return form_page(request, form, title=_("Correct the sheet"), submit=_("Upload"), effect=effect, back=back)


@login_required
@require_GET
def import_result(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """What came of each row, as CSV."""
    actor = actor_of(request)
    batch = get_visible(actor, ContractImport.objects.all(), pk)
    require(actor, VIEW, batch)
    rows = list(import_rows(actor, batch).defer("cells"))
    tell_likes(actor, rows)
    return csv_response("import-result", HEAD, result_lines(rows))


@login_required
@require_POST
def version_recognize(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A scan that was filed is read."""
    return redirect("job", pk=request_recognition(actor_of(request), version_id=pk).pk)
