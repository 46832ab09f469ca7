"""Comments: the tab on the contract, a thread's page, and what people say there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require, visible
from clm.accounts.models import Membership
from clm.lib.actor import Actor
from clm.lib.errors import Forbidden
from contracts import queries
from contracts.access.comments import TO_OTHER_SIDE
from contracts.access.other_side import other_side_name
from contracts.models import Comment, Contract, FormerWords, Thread
from contracts.models.comment import Audience
from contracts.operations.comments.edit_comment import edit_comment
from contracts.operations.comments.reopen_thread import reopen_thread
from contracts.operations.comments.reply_to_thread import reply_to_thread
from contracts.operations.comments.resolve_thread import resolve_thread
from contracts.operations.comments.start_thread import start_thread
from contracts.pages.comment_forms import CommentForm, ThreadForm
from contracts.pages.steps import tried
from contracts.queries import comments
from contracts.states import ThreadState


def comments_tab(actor: Actor, contract: Contract, query: Mapping[str, str]) -> dict[str, Any]:
    """The threads that the filter shows: the open ones unless another is asked for."""
    shown = query.get("show", "open")
    shown = shown if shown in comments.FILTERS else "all"
    counted = comments.counts(actor, contract)
    return {
        "threads": comments.shown_threads(actor, contract, comments.threads(actor, contract, shown)),
        "filters": [(name, label, counted.get(name, ""), name == shown) for name, label in _filters(actor)],
        "other_side": other_side_name(actor, contract),
        "can_start": can(actor, "contracts.start_thread", contract),
        "can_write_to_other_side": can(actor, TO_OTHER_SIDE, contract),
    }


def _filters(actor: Actor) -> list[tuple[str, str]]:
    """For the other side every thread is shared: it has no filter by who reads it."""
    by_state = [("open", _("Open")), ("resolved", _("Resolved")), ("all", _("All"))]
    return by_state if actor.is_counterparty else [*by_state, ("internal", _("Only us")), ("shared", _("Shared"))]


@login_required
def comment_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new thread; `audience` in the address says who will read it, and so does the page."""
    actor = actor_of(request)
    contract = get_visible(actor, queries.contract_rows(), pk)
    require(actor, "contracts.start_thread", contract)
    audience = _audience(actor, request)
    people = comments.comment_choices(comments.people_to_mention(actor, contract, audience))
    initial = {
        **{name: request.GET.get(name, "") for name in ("clause", "draft_clause", "quote")},
        "audience": audience,
    }
    sent = request.POST if request.method == "POST" else None
    form = ThreadForm(people, sent, initial=initial, suggest=_suggest(contract, audience))
    made: dict[str, Thread] = {}

    def start(given: dict[str, Any]) -> None:
        places = {"clause_id": given.pop("clause"), "draft_clause_id": given.pop("draft_clause")}
        made["thread"] = start_thread(actor=actor, contract_id=pk, **places, **_named(given))

    if tried(form, start):
        return _said(request, made["thread"])
    place = comments.clause_to_comment(actor, contract, _id_in(form, "clause"), _id_in(form, "draft_clause"))
    return _form_page(request, form, contract, audience, place=place)


def _id_in(form: ThreadForm, name: str) -> UUID | None:
    try:
        return UUID(str(form[name].value()))
    except ValueError:
        return None


def _is_from_draft(request: HttpRequest) -> bool:
    """Whether the person came from the draft that is written, and goes back there."""
    return request.GET.get("back") == "draft"


def _audience(actor: Actor, request: HttpRequest) -> str:
    """Who reads what is about to be written. Raises Forbidden for who may not write to the other side."""
    asked = (request.POST if request.method == "POST" else request.GET).get("audience", "")
    audience = Audience.SHARED if actor.is_counterparty or asked == Audience.SHARED else Audience.INTERNAL
    if audience == Audience.SHARED:
        require(actor, TO_OTHER_SIDE)
    return audience


def _suggest(contract: Contract, audience: str) -> str:
    """Where the popup of an @ asks whom it may name."""
    return f"{reverse('comment-people', args=[contract.pk])}?{urlencode({'audience': audience})}"


@login_required
@require_GET
def comment_people(request: HttpRequest, pk: UUID) -> JsonResponse:
    """{people: [{id, name, note}], more}: whom a comment of that `audience` may name, by what of the name is typed
    (`q`). `note` tells two of one name apart; the other side is told names alone, and only those it knows."""
    actor = actor_of(request)
    contract = get_visible(actor, Contract.objects.all(), pk)
    require(actor, "contracts.start_thread", contract)
    found = comments.people_like(actor, contract, _audience(actor, request), request.GET.get("q", "")[:100])
    people = [{"id": row.user_id, "name": str(row.user), "note": _note(actor, row)} for row in found]
    most = comments.MOST_OFFERED
    return JsonResponse({"people": people[:most], "more": len(people) > most})


def _note(actor: Actor, row: Membership) -> str:
    if actor.is_counterparty:
        return ""
    return _("Other side") if row.roles == ["counterparty"] else row.user.email


def _named(given: dict[str, Any]) -> dict[str, Any]:
    return {**given, "mentions": [UUID(person) for person in given.get("mentions", [])]}


def _said(request: HttpRequest, thread: Thread) -> HttpResponse:
    said = _("Sent to the other side.") if thread.is_shared else _("Your comment stands.")
    link = format_html(' <a href="{}">{}</a>', reverse("thread", args=[thread.pk]), _("The thread"))
    messages.success(request, format_html("{}{}", said, link))
    if _is_from_draft(request):
        return redirect(f"{reverse('draft', args=[thread.contract_id])}#thread-{thread.pk}")
    return redirect(f"{reverse('contract-tab', args=[thread.contract_id, 'comments'])}#thread-{thread.pk}")


def _form_page(request: HttpRequest, form: CommentForm, contract: Contract, audience: str, **more: Any) -> HttpResponse:
    actor = actor_of(request)
    is_shared = audience == Audience.SHARED
    context = {
        "form": form,
        "contract": contract,
        "is_shared": is_shared,
        "other_side": other_side_name(actor, contract),
        "cancel_url": reverse("draft", args=[contract.pk])
        if _is_from_draft(request)
        else reverse("contract-tab", args=[contract.pk, "comments"]),
        "submit_label": _("Send to the other side") if is_shared else _("Comment"),
        **more,
    }
    return render(request, "contracts/comment_form.html", context, status=400 if form.is_bound else 200)


@login_required
def thread_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One thread, with the form that answers it."""
    actor = actor_of(request)
    thread = get_visible(actor, comments.thread_rows().select_related("contract"), pk)
    contract = thread.contract
    people = comments.comment_choices(comments.people_to_mention(actor, contract, thread.audience))
    sent = request.POST if request.method == "POST" else None
    form = CommentForm(people, sent, suggest=_suggest(contract, thread.audience))
    if request.method == "POST":
        require(actor, "contracts.reply_to_thread", thread)
    if tried(form, lambda given: reply_to_thread(actor=actor, thread_id=pk, **_named(given))):
        return _said(request, thread)
    [shown] = comments.shown_threads(actor, contract, [thread])
    earlier = visible(actor, FormerWords.objects.filter(comment__thread=thread).select_related("comment__author"))
    context = {
        "contract": contract,
        "shown": shown,
        "form": form,
        "is_open": thread.state == ThreadState.OPEN,
        "earlier": list(earlier),
        "other_side": other_side_name(actor, contract),
        "crumbs": [
            (_("Contracts"), reverse("contracts")),
            (contract.title, reverse("contract-tab", args=[contract.pk, "comments"])),
        ],
    }
    return render(request, "contracts/comment_thread_page.html", context, status=400 if form.is_bound else 200)


@login_required
def comment_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Other words for one's own comment."""
    actor = actor_of(request)
    comment = get_visible(actor, Comment.objects.select_related("thread__contract"), pk)
    require(actor, "contracts.edit_comment", comment)
    if comment.author_id != actor.person_id:
        raise Forbidden(_("Only who wrote a comment may change it."))
    thread = comment.thread
    people = comments.comment_choices(comments.people_to_mention(actor, thread.contract, thread.audience))
    sent, suggest = request.POST if request.method == "POST" else None, _suggest(thread.contract, thread.audience)
    form = CommentForm(people, sent, initial={"text": comment.text}, suggest=suggest)
    if tried(form, lambda given: edit_comment(actor=actor, comment_id=pk, **_named(given))):
        return _said(request, thread)
    return _form_page(request, form, thread.contract, thread.audience, submit_label=_("Save"))


@login_required
@require_POST
def thread_resolve(request: HttpRequest, pk: UUID) -> HttpResponse:
    thread = resolve_thread(actor=actor_of(request), thread_id=pk)
    return redirect("contract-tab", pk=thread.contract_id, key="comments")


@login_required
@require_POST
def thread_reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    thread = reopen_thread(actor=actor_of(request), thread_id=pk)
    return redirect("thread", pk=thread.pk)
