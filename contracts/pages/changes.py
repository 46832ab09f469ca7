"""What came back from the other side: each change by clause, and our decision on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require, visible
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts import queries
from contracts.access.changes import VIEW
from contracts.models import Change, Contract, Receipt, Version
from contracts.operations.negotiation.accept_change import accept_change
from contracts.operations.negotiation.counter_change import counter_change
from contracts.operations.negotiation.decide_rest import decide_rest
from contracts.operations.negotiation.guards import words_to_counter
from contracts.operations.negotiation.receive_version import receive_version
from contracts.operations.negotiation.reject_change import reject_change
from contracts.operations.negotiation.reopen_change import reopen_change
from contracts.pages.change_forms import AnswerForm, CounterForm
from contracts.pages.steps import form_page, tried
from contracts.papers.outgoing import outgoing_file, outgoing_name
from contracts.papers.reading_jobs import READ_AT_ONCE
from contracts.papers.receiving import request_receiving
from contracts.queries import changes, comments
from contracts.queries.drafts import last_sent, open_draft
from contracts.states import ChangeState, Side

Verb = Callable[..., Any]


@login_required
@require_GET
def changes_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The changes of what came back last, or of the version that the address names."""
    actor = actor_of(request)
    contract = get_visible(actor, queries.contract_rows(), pk)
    require(actor, VIEW, contract)
    receipt = _receipt(actor, contract, request.GET.get("version"))
    context = {"contract": contract, "crumbs": _crumbs(contract), "receipt": receipt, "sent": last_sent(contract)}
    context["can_receive"] = contract.turn == Side.THEIRS and can(actor, "contracts.receive_version", contract)
    if receipt is not None:
        context |= _shown(actor, contract, receipt)
    return render(request, "contracts/changes_page.html", context)


def _receipt(actor: Actor, contract: Contract, version_id: str | None) -> Receipt | None:
    if not version_id:
        return changes.newest_receipt(contract)
    rows = Receipt.objects.select_related("version__created_by", "sent").filter(version__contract=contract)
    version = get_visible(actor, Version.objects.filter(contract=contract), version_id)
    return rows.filter(version=version).first()


def _shown(actor: Actor, contract: Contract, receipt: Receipt) -> dict[str, Any]:
    newest = changes.newest_receipt(contract)
    is_due = contract.turn == Side.OURS and newest is not None and newest.pk == receipt.pk
    rows = changes.changes_of(actor, receipt.version)
    beside, others = changes.remarks_by_change(receipt, rows)
    said = comments.threads_by_change(actor, contract, rows)
    may = is_due and can(actor, "contracts.accept_change", contract)
    draft = open_draft(actor, contract) if is_due else None
    return {
        "rows": [_row(change, beside.get(change.pk, ()), said.get(change.pk, ())) for change in rows],
        "others": others,
        "can_decide": may,
        "draft": draft,
        **_left(contract, receipt, rows),
        "may_write": is_due and can(actor, "contracts.hand_over", contract),
        "received": visible(actor, Receipt.objects.filter(version__contract=contract).select_related("version")),
    }


def _left(contract: Contract, receipt: Receipt, rows: Sequence[Change]) -> dict[str, Any]:
    """What is still to decide, and what is said before all of it is decided at once. `left` counts those too whose
    decision went with an abandoned draft."""
    waiting = [change for change in rows if change.state == ChangeState.OPEN]
    inside = [change for change in waiting if not change.is_outside]
    silent = sum(change.tracking in (Change.Tracking.SILENT, Change.Tracking.PARTLY) for change in inside)
    effects = [_all_of(len(inside), accept=True), _silently(silent), _outside(len(waiting) - len(inside))]
    return {
        "left": changes.left_open(receipt, lost=True).count(),
        "open_count": len(waiting),
        "accept_effect": " ".join(each for each in effects if each),
        "reject_effect": _all_of(len(waiting), accept=False),
    }


def _all_of(count: int, *, accept: bool) -> str:
    if accept:
        text = ngettext(
            "%(count)s open change goes into our draft.", "%(count)s open changes go into our draft.", count
        )
    else:
        text = ngettext(
            "%(count)s open change is rejected: our words stay as they were sent.",
            "%(count)s open changes are rejected: our words stay as they were sent.",
            count,
        )
    return text % {"count": count}


def _outside(count: int) -> str:
    if not count:
        return ""
    text = ngettext(
        "%(count)s change outside of the clauses is left to decide.",
        "%(count)s changes outside of the clauses are left to decide.",
        count,
    )
    return text % {"count": count}


def _silently(count: int) -> str:
    if not count:
        return ""
    text = ngettext(
        "%(count)s of them came without tracking: read it first.",
        "%(count)s of them came without tracking: read those first.",
        count,
    )
    return text % {"count": count}


def _row(change: Change, remarks: Sequence[dict[str, Any]], threads: Sequence[comments.ShownThread]) -> dict[str, Any]:
    is_kept = change.state in changes.IN_OUR_DRAFT
    said = {
        (each.comment.outside_author, each.comment.text)
        for thread in threads
        for each in thread.comments
        if each.comment.came_with_id == change.version_id
    }
    return {
        "change": change,
        "spans": changes.spans_of(change),
        # A comment of the document that is shown in its thread is not shown twice.
        "remarks": [each for each in remarks if (each["author"], each["text"].strip()) not in said],
        "threads": threads,
        "is_lost": is_kept and not changes.is_open_draft(change),
    }


def _crumbs(contract: Contract) -> list[tuple[str, str]]:
    return [(_("Contracts"), reverse("contracts")), (contract.title, reverse("contract", args=[contract.pk]))]


@login_required
def answer_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The other side's document is taken in; a large one by a job."""
    actor = actor_of(request)
    contract = get_visible(actor, queries.contract_rows(), pk)
    require(actor, "contracts.receive_version", contract)
    form = AnswerForm(request.POST or None, request.FILES or None)
    if tried(form, lambda given: _receive(request, actor, contract, **given)):
        return redirect("changes", pk=pk)
    back = reverse("changes", args=[pk])
    return form_page(request, form, contract, title=_("Their answer"), submit=_("Read it"), back=back)


def _receive(request: HttpRequest, actor: Actor, contract: Contract, file: UploadedFile, note: str) -> None:
    name = file.name or ""
    if (file.size or 0) > READ_AT_ONCE:
        request_receiving(actor, contract_id=contract.pk, content=file.read(), file_name=name, note=note)
        messages.info(request, _("The document is being read: its changes stand here when it was."))
        return
    answer = changes.read_answer(file.read(), name)
    receive_version(actor=actor, contract_id=contract.pk, answer=answer, note=note)
    messages.success(request, _("It is our turn. Here is what they changed."))


@login_required
@require_POST
def change_accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _decided(request, pk, "contracts.accept_change", accept_change)


@login_required
@require_POST
def change_reject(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _decided(request, pk, "contracts.reject_change", reject_change)


@login_required
@require_POST
def change_reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _decided(request, pk, "contracts.reopen_change", reopen_change)


def _decided(request: HttpRequest, pk: UUID, verb: str, call: Verb) -> HttpResponse:
    actor = actor_of(request)
    change = get_visible(actor, changes.change_rows(), pk)
    require(actor, verb, change)
    try:
        call(actor=actor, change_id=pk)
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, refusal.message)
    return redirect(f"{reverse('changes', args=[change.contract_id])}#change-{change.pk}")


@login_required
def change_counter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Words of our own in place of theirs; the form begins with theirs."""
    actor = actor_of(request)
    change = get_visible(actor, changes.change_rows(), pk)
    require(actor, "contracts.counter_change", change)
    if change.is_outside:
        return redirect(f"{reverse('changes', args=[change.contract_id])}#change-{change.pk}")
    initial = {"text": "\n\n".join(words_to_counter(actor, change))}
    form = CounterForm(request.POST or None, initial=initial)
    if tried(form, lambda given: counter_change(actor=actor, change_id=pk, text=given["text"])):
        return redirect(f"{reverse('changes', args=[change.contract_id])}#change-{change.pk}")
    context = {
        "form": form,
        "contract": change.contract,
        "change": change,
        "changes": [{"kind": change.kind, "number": change.number, "heading": change.heading}],
        "crumbs": [*_crumbs(change.contract), (_("Changes"), reverse("changes", args=[change.contract_id]))],
    }
    context["changes"][0]["spans"] = changes.spans_of(change)  # type: ignore[index]
    return render(request, "contracts/change_counter_page.html", context, status=400 if form.is_bound else 200)


@login_required
@require_POST
def changes_decide_rest(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every open change of a version is accepted or rejected."""
    actor = actor_of(request)
    version = get_visible(actor, Version.objects.all(), pk)
    is_accepting = request.POST.get("decision") == "accept"
    require(actor, "contracts.accept_change" if is_accepting else "contracts.reject_change", version)
    try:
        done, left = decide_rest(actor=actor, version_id=pk, accept=is_accepting)
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, refusal.message)
    else:
        _say(request, done, left)
    return redirect("changes", pk=version.contract_id)


def _say(request: HttpRequest, done: int, left: int) -> None:
    said = ngettext("%(count)s change is decided.", "%(count)s changes are decided.", done) % {"count": done}
    messages.success(request, said)
    if left:
        words = ngettext(
            "%(count)s change is still open: our draft says something else there, or it is outside of clauses.",
            "%(count)s changes are still open: our draft says something else there, or they are outside of clauses.",
            left,
        )
        messages.warning(request, words % {"count": left})


@login_required
@require_GET
def outgoing_download(request: HttpRequest, pk: UUID) -> FileResponse:
    """A version as it may leave the house: as it reads, without metadata."""
    actor = actor_of(request)
    version = get_visible(actor, queries.version_rows().select_related("blob"), pk)
    require(actor, VIEW, version)
    name = outgoing_name(version)
    return FileResponse(outgoing_file(version), content_type=version.media_type, as_attachment=True, filename=name)
