"""Requests: what people do. Each view reads a form and calls one verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import get_visible, require
from clm.documents.blobs import StoredContent
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.models import ContractRequest, Template
from contracts.operations.requests.answer_request import answer_request
from contracts.operations.requests.ask_requester import ask_requester
from contracts.operations.requests.assign_request import assign_request
from contracts.operations.requests.attach_to_request import attach_to_request, put_file
from contracts.operations.requests.change_request import change_request, may_change
from contracts.operations.requests.decline_request import decline_request
from contracts.operations.requests.draft_request import draft_request
from contracts.operations.requests.guards import require_requester
from contracts.operations.requests.prioritize_request import prioritize_request
from contracts.operations.requests.submit_request import submit_request
from contracts.operations.requests.withdraw_request import withdraw_request
from contracts.pages import request_forms as shapes
from contracts.pages.meanwhile import words_of
from contracts.pages.questions import asked_with
from contracts.pages.steps import form_page, tried
from contracts.queries import requests as requesting
from contracts.queries.templates import questions_of, version_in_use

Given = dict[str, Any]

SEARCHED_FROM = 12  # templates; fewer are seen at a glance


def _request_for(request: HttpRequest, pk: UUID, verb: str) -> tuple[Actor, ContractRequest]:
    actor = actor_of(request)
    found = get_visible(actor, requesting.request_rows(), pk)
    require(actor, verb, found)
    return actor, found


def _back(pk: UUID) -> str:
    return reverse("request", args=[pk])


@login_required
def request_new(request: HttpRequest) -> HttpResponse:
    """The templates that may be asked for, by type; where there are more than a dozen they can be searched (`?q=`)."""
    actor = actor_of(request)
    require(actor, "contracts.submit_request")
    templates, words = requesting.requestable(actor), request.GET.get("q", "").replace("\x00", "").strip()[:200]
    total, found = templates.count(), list(requesting.with_words(templates, words))
    context = {
        "types": requesting.by_type(found),
        "found": len(found),
        "total": total,
        "is_searched": total > SEARCHED_FROM,
        "words": words,
        "crumbs": [(_("Requests"), reverse("requests"))],
    }
    return render(request, "contracts/request_new_page.html", context)


@login_required
def request_submit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The questions of the template's version in use; what was typed stays where something is refused."""
    actor = actor_of(request)
    require(actor, "contracts.submit_request")
    template = get_visible(actor, Template.objects.all(), pk)
    version = version_in_use(template)
    if version is None:
        messages.error(request, _("No version of this template is approved for use."))
        return redirect("request-new")
    form, questions = asked_with(request, shapes.NewRequestForm, questions_of(version))
    made: dict[str, ContractRequest] = {}

    def submit(given: Given) -> None:
        facts = {name: value for name, value in given.items() if name not in ("seen", "file")}
        facts |= {"answers": questions.answers(), "file": _stored(actor, given["file"])}
        made["request"] = submit_request(actor=actor, template_version_id=version.pk, **facts)

    if questions.is_valid() and tried(form, submit):
        messages.success(request, _("Asked for. You hear of it here, in your inbox and by mail."))
        return redirect("request", pk=made["request"].pk)
    context = {"form": form, "questions": questions, "title": template.name, "submit_label": _("Ask for it")}
    context |= {"cancel_url": reverse("request-new"), "crumbs": [(_("Requests"), reverse("requests"))]}
    context["lost_file"] = getattr(request.FILES.get("file"), "name", "")
    return render(request, "contracts/request_form_page.html", context, status=400 if form.is_bound else 200)


def _stored(actor: Actor, file: Any) -> tuple[str, StoredContent] | None:
    return (file.name, put_file(actor, file.read())) if file else None


@login_required
def request_change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Facts and answers, as who asked or who works on it puts them right."""
    actor, found = _request_for(request, pk, "contracts.change_request")
    if not may_change(actor, found):
        messages.error(request, _("The request is changed by who asked for it, or by who works on it."))
        return redirect("request", pk=pk)
    version = found.template_version
    initial, answers = shapes.initial_of(found), found.answers
    form, questions = asked_with(request, shapes.FactsForm, questions_of(version), initial=initial, answers=answers)

    def change(given: Given) -> None:
        change_request(actor=actor, request_id=pk, answers=questions.answers(), **given)

    if questions.is_valid() and tried(form, change):
        messages.success(request, _("The request is changed."))
        return redirect("request", pk=pk)
    context = {"form": form, "questions": questions, "title": found.title, "submit_label": _("Save")}
    context |= {"cancel_url": _back(pk), "crumbs": [(found.reference, _back(pk))]}
    return render(request, "contracts/request_form_page.html", context, status=400 if form.is_bound else 200)


@login_required
def request_assign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """To whom, and how urgent it is."""
    actor, found = _request_for(request, pk, "contracts.assign_request")
    initial = {"assignee_id": found.assignee_id, "priority": found.priority, "seen": found.revision}
    form = shapes.AssignmentForm(request.POST or None, initial=initial)

    def assign(given: Given) -> None:
        if given["assignee_id"] != found.assignee_id:
            assign_request(actor=actor, request_id=pk, **given)
            return
        prioritize_request(actor=actor, request_id=pk, priority=given["priority"])

    if tried(form, assign):
        messages.success(request, _("Assigned."))
        return redirect("request", pk=pk)
    return form_page(request, form, title=_("Assign %s") % found.reference, submit=_("Assign"), back=_back(pk))


def _step(
    request: HttpRequest, pk: UUID, verb: str, form_class: Any, act: Callable[..., Any], **said: Any
) -> HttpResponse:
    """One form, one verb, and back to the request."""
    actor, found = _request_for(request, pk, verb)
    form = form_class(request.POST or None, initial={"seen": found.revision})
    if tried(form, lambda given: act(actor=actor, request_id=pk, **given)):
        messages.success(request, said["done"])
        return redirect("request", pk=pk)
    texts = {name: said[name] for name in ("submit", "effect") if name in said}
    return form_page(request, form, title=said["title"] % found.title, back=_back(pk), **texts)


@login_required
def request_ask(request: HttpRequest, pk: UUID) -> HttpResponse:
    title, done = _("Ask for more information: %s"), _("Asked. The request comes back when it is answered.")
    said = {"title": title, "submit": _("Ask"), "done": done}
    return _step(request, pk, "contracts.ask_requester", shapes.QuestionForm, ask_requester, **said)


@login_required
def request_answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, found = _request_for(request, pk, "contracts.answer_request")
    require_requester(actor, found)
    form = shapes.AnswerForm(request.POST or None, initial={"seen": found.revision})
    if tried(form, lambda given: answer_request(actor=actor, request_id=pk, **given)):
        messages.success(request, _("Answered. It goes on now."))
        return redirect("request", pk=pk)
    asked = found.questions.order_by("number").last()
    context: Given = {"form": form, "asked": asked, "contract_request": found, "cancel_url": _back(pk)}
    context |= {"submit_label": _("Answer"), "crumbs": [(found.reference, _back(pk))]}
    return render(request, "contracts/request_answer_page.html", context, status=400 if form.is_bound else 200)


@login_required
def request_decline(request: HttpRequest, pk: UUID) -> HttpResponse:
    effect = _("The request is closed, and who asked for it reads why.")
    said = {"title": _("Decline: %s"), "submit": _("Decline"), "effect": effect, "done": _("Declined.")}
    return _step(request, pk, "contracts.decline_request", shapes.RefusalForm, decline_request, **said)


@login_required
def request_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    require_requester(*_request_for(request, pk, "contracts.withdraw_request"))
    effect = _("The request is closed: nobody works on it any more.")
    said = {"title": _("Withdraw: %s"), "submit": _("Withdraw"), "effect": effect, "done": _("Withdrawn.")}
    return _step(request, pk, "contracts.withdraw_request", shapes.WithdrawalForm, withdraw_request, **said)


def _at_once(request: HttpRequest, pk: UUID, act: Callable[[int | None], Any], done: str) -> HttpResponse:
    """One verb by a button, which says which revision the person saw."""
    seen = request.POST.get("seen", "")
    try:
        act(int(seen) if seen.isdecimal() else None)
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, done)
    return redirect("request", pk=pk)


@login_required
@require_POST
def request_take(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, found = _request_for(request, pk, "contracts.assign_request")

    def take(seen: int | None) -> None:
        assign_request(actor=actor, request_id=found.pk, assignee_id=actor.person_id, seen=seen)

    return _at_once(request, pk, take, _("It is yours."))


@login_required
@require_POST
def request_draft(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The draft, and on to its page."""
    actor, found = _request_for(request, pk, "contracts.draft_request")
    made: list[ContractRequest] = []

    def draft(seen: int | None) -> None:
        made.append(draft_request(actor=actor, request_id=found.pk, seen=seen))

    answer = _at_once(request, pk, draft, _("The draft is made: here is its text."))
    return redirect("contract", pk=made[0].contract_id) if made else answer


@login_required
def request_attach(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, found = _request_for(request, pk, "contracts.attach_to_request")
    form = shapes.FileForm(request.POST or None, request.FILES or None)

    def attach(given: Given) -> None:
        file = given["file"]
        attach_to_request(actor=actor, request_id=found.pk, file_name=file.name, content=file.read())

    if tried(form, attach):
        return redirect("request", pk=pk)
    return form_page(request, form, title=_("Add a file"), submit=_("Add"), back=_back(pk))
