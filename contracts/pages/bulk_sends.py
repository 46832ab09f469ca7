"""One text to many: a list is brought, looked at row by row, and sent by a job."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require, visible
from clm.documents.extraction import Refused
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.pages.export import csv_response
from clm.pages.lists import Column, Empty, ListPage
from contracts import queries
from contracts.access.bulk_sends import VIEW
from contracts.adapters.csv_rows import read_csv
from contracts.models import BulkRow, BulkSend, Contract, Party, Template, Version
from contracts.operations.bulk.create_bulk_send import change_bulk_send, create_bulk_send
from contracts.operations.bulk.start_bulk_send import start_bulk_send
from contracts.pages.bulk_send_forms import BulkFactsForm, BulkNewForm, MappingForm, text_of
from contracts.pages.steps import form_page, tried
from contracts.queries.bulk_sends import (
    RESULT_COLUMNS,
    bulk_rows,
    dry_run,
    last_job,
    live_job,
    result_lines,
    state_of,
    targets_of,
    warnings_for,
)
from contracts.states import TemplateState

SHOWN = 50


@method_decorator(login_required, name="dispatch")
class BulkSendList(ListPage):
    key = "bulk-sends"
    title = gettext_lazy("Sent to many")
    subtitle = gettext_lazy("One text, a contract and an envelope for each row of a list")
    verb = VIEW
    search_fields = ("title",)
    default_sort = "-newest"
    actions_template = "contracts/bulk_send_list_actions.html"
    empty = Empty(
        title=gettext_lazy("Nothing was sent to many yet"),
        hint=gettext_lazy(
            "Bring a list of who signs, say which column holds what, and look at every row before it leaves."
        ),
        icon="send",
        action_label=gettext_lazy("Bring a list"),
        action_url="/contracts/bulk-sends/new/",
        action_verb="contracts.create_bulk_send",
    )
    columns = (
        Column("title", gettext_lazy("Title"), main=True, sort=("title",)),
        Column("total", gettext_lazy("Rows"), kind="number"),
        Column("sent", gettext_lazy("Sent"), kind="number"),
        Column("refused", gettext_lazy("Refused"), kind="number"),
        Column("created_by", gettext_lazy("By"), lambda row: str(row.created_by)),
        Column("newest", gettext_lazy("Brought"), "created_at", kind="instant", sort=("id",)),
    )

    def rows(self) -> QuerySet[Any]:
        return visible(self.actor, bulk_rows())

    def extra_context(self) -> dict[str, Any]:
        return {"can_bring": can(self.actor, "contracts.create_bulk_send")}


@login_required
def bulk_send_new(request: HttpRequest) -> HttpResponse:
    """The list is read and kept; nothing leaves."""
    actor = actor_of(request)
    require(actor, "contracts.create_bulk_send")
    form = _new_form(request, actor)
    made: dict[str, UUID] = {}

    def create(given: dict[str, Any]) -> None:
        columns, rows = _read(given.pop("file").read())
        facts = given | text_of(given.pop("text")) | {"our_party_id": UUID(given.pop("our_party"))}
        facts = {name: value for name, value in facts.items() if name not in ("text", "our_party")}
        try:
            made["pk"] = create_bulk_send(actor=actor, columns=columns, rows=rows, **facts).pk
        except Invalid as refusal:
            if "version" in refusal.fields:
                refusal.fields["text"] = refusal.fields.pop("version")
            raise

    if tried(form, create):
        return redirect("bulk-send-mapping", pk=made["pk"])
    back = reverse("bulk-sends")
    return form_page(request, form, title=_("Send to many"), submit=_("Go on: which column holds what"), back=back)


def _read(content: bytes) -> tuple[list[str], list[dict[str, str]]]:
    try:
        return read_csv(content)
    except Refused as refusal:
        raise Invalid(refusal.code, refusal.message, fields={"file": [refusal.message]}) from refusal


def _new_form(request: HttpRequest, actor: Actor) -> BulkNewForm:
    """From a contract's page its newest version can be copied, too."""
    copied = None
    if wanted := request.GET.get("contract"):
        contract = get_visible(actor, Contract.objects.all(), wanted)
        newest = Version.objects.filter(contract=contract).select_related("contract").order_by("number").last()
        copied = get_visible(actor, queries.version_rows(), newest.pk) if newest else None
    templates = visible(actor, Template.objects.filter(state=TemplateState.APPROVED).order_by("name"))
    ours = visible(actor, Party.objects.filter(is_ours=True, archived_at=None).order_by("name"))
    return BulkNewForm(request.POST or None, request.FILES or None, templates=templates, copied=copied, ours=ours)


def _bulk(request: HttpRequest, pk: UUID, verb: str = VIEW) -> tuple[Actor, BulkSend]:
    actor = actor_of(request)
    bulk: BulkSend = get_visible(actor, bulk_rows(), pk)
    require(actor, verb, bulk)
    return actor, bulk


@login_required
def bulk_send_mapping(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Which column holds what."""
    actor, bulk = _bulk(request, pk, "contracts.change_bulk_send")
    targets = targets_of(bulk)
    initial = {f"column-{n}": bulk.mapping.get(target.key, "") for n, target in enumerate(targets)}
    form = MappingForm(request.POST or None, targets=targets, columns=bulk.columns, initial=initial)
    if tried(form, lambda _given: change_bulk_send(actor=actor, bulk_id=pk, mapping=form.mapping())):
        return redirect("bulk-send", pk=pk)
    title, back = _("Which column holds what"), bulk.get_absolute_url()
    return form_page(request, form, title=title, submit=_("Look at the rows"), back=back)


@login_required
def bulk_send_facts(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, bulk = _bulk(request, pk, "contracts.change_bulk_send")
    initial = {name: getattr(bulk, name) for name in BulkFactsForm.base_fields}
    form = BulkFactsForm(request.POST or None, initial=initial)
    if tried(form, lambda given: change_bulk_send(actor=actor, bulk_id=pk, **given)):
        return redirect("bulk-send", pk=pk)
    return form_page(request, form, title=_("What is sent"), submit=_("Save"), back=bulk.get_absolute_url())


@login_required
@require_GET
def bulk_send_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Row by row what would happen, or what came of it."""
    actor, bulk = _bulk(request, pk)
    rows = BulkRow.objects.filter(bulk=bulk).select_related("contract").order_by("number")
    found = dry_run(bulk, rows)
    unfit = [each for each in found if each.problems and each.row.sent_at is None]
    page = Paginator(found, SHOWN).get_page(request.GET.get("page"))
    seen = _seen(actor, [each.row for each in page.object_list])
    context = {
        "bulk": bulk,
        "page": page,
        "rows": [
            {"finding": each, "state": state_of(each.row), "is_seen": each.row.contract_id in seen}
            for each in page.object_list
        ],
        "unfit": len(unfit),
        "warnings": warnings_for(bulk),
        "lacking": [each for each in targets_of(bulk) if each.is_required and each.key not in bulk.mapping],
        "job": last_job(bulk),
        "is_running": live_job(bulk) is not None,
        "left": bulk.total - bulk.sent,  # type: ignore[attr-defined]
        "can_change": bulk.started_at is None and can(actor, "contracts.change_bulk_send", bulk),
        "can_start": can(actor, "contracts.start_bulk_send", bulk),
        "crumbs": [(_("Sent to many"), reverse("bulk-sends"))],
    }
    return render(request, "contracts/bulk_send_page.html", context)


def _seen(actor: Actor, rows: list[BulkRow]) -> set[UUID]:
    """Which of their contracts the actor sees."""
    ids = [row.contract_id for row in rows if row.contract_id is not None]
    return set(visible(actor, Contract.objects.filter(pk__in=ids)).values_list("pk", flat=True))


@login_required
@require_POST
def bulk_send_start(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, _found = _bulk(request, pk, "contracts.start_bulk_send")
    job = start_bulk_send(actor=actor, bulk_id=pk)
    messages.success(request, _("It is being sent, row by row."))
    return redirect("job", pk=job.pk)


@login_required
@require_GET
def bulk_send_results(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A line for each row, to keep or to mend and bring again."""
    actor, bulk = _bulk(request, pk)
    return results(actor, bulk)


def results(actor: Actor, bulk: BulkSend) -> HttpResponseBase:
    rows = list(BulkRow.objects.filter(bulk=bulk).select_related("contract").order_by("number"))
    return csv_response("bulk-send", [*RESULT_COLUMNS, *bulk.columns], result_lines(bulk, rows, _seen(actor, rows)))
