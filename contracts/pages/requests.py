"""The pages of requests: the queue, a request, and what comes next for it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require, visible
from clm.audit.queries import entries_of
from clm.documents.blobs import open_blob
from clm.lib.actor import Actor
from clm.pages.lists import Column, Empty, ListPage
from contracts.access.requests import VIEW, is_triager
from contracts.models import Contract, ContractRequest, RequestFile
from contracts.models.request import Priority
from contracts.operations.requests.change_request import may_change
from contracts.pages.next_step import NextStep
from contracts.queries import requests as requesting
from contracts.queries.requests import Answered
from contracts.states import RequestState

WHOSE = (
    ("asked", gettext_lazy("Asked for by me")),
    ("mine", gettext_lazy("Assigned to me")),
    ("nobody", gettext_lazy("Assigned to nobody")),
)


class RequestFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=RequestState.choices, label=gettext_lazy("State"))
    whose = django_filters.ChoiceFilter(choices=WHOSE, label=gettext_lazy("Whose"), method="by_person")
    priority = django_filters.ChoiceFilter(choices=Priority.choices, label=gettext_lazy("Priority"))

    def by_person(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        person = self.request.actor.person_id
        asked = {"asked": {"requester_id": person}, "mine": {"assignee_id": person}, "nobody": {"assignee": None}}
        return rows.filter(**asked[value])


@method_decorator(login_required, name="dispatch")
class RequestList(ListPage):
    key = "requests"
    title = gettext_lazy("Requests")
    verb = VIEW
    filterset_class = RequestFilter
    search_fields = ("title", "reference", "counterparty")
    default_sort = "-newest"
    actions_template = "contracts/request_list_actions.html"
    empty = Empty(
        title=gettext_lazy("No requests yet"),
        hint=gettext_lazy(
            "Ask for a contract: answer the questions of its template, and legal or procurement draft it."
        ),
        icon="inbox",
        action_label=gettext_lazy("Ask for a contract"),
        action_url="/contracts/requests/new/",
    )
    columns = (
        Column("reference", gettext_lazy("Reference"), kind="code", sort=("reference",)),
        Column("title", gettext_lazy("What it is for"), main=True, sort=("title",)),
        Column("counterparty", gettext_lazy("Counterparty"), sort=("counterparty",)),
        Column("template", gettext_lazy("Template"), "template_version.template.name", visible=False),
        Column("state", gettext_lazy("State"), kind="state", domain="request", sort=("state",)),
        Column("priority", gettext_lazy("Priority"), lambda row: row.get_priority_display(), sort=("priority", "-id")),
        Column(
            "wanted_by", gettext_lazy("Wanted by"), kind="date", sort=("wanted_by",), owed=lambda row: row.is_open
        ),
        Column("requester", gettext_lazy("Asked by"), lambda row: str(row.requester), sort=("requester__name",)),
        Column(
            "assignee", gettext_lazy("Assigned to"), lambda row: str(row.assignee or ""), sort=("assignee__name",)
        ),
        Column("contract", gettext_lazy("Contract"), "contract.reference", visible=False),
        Column("newest", gettext_lazy("Asked"), "created_at", kind="instant", sort=("id",), visible=False),
    )  # fmt: skip

    def rows(self) -> QuerySet[Any]:
        return requesting.listed(self.actor)

    def extra_context(self) -> dict[str, Any]:
        return {"can_ask": can(self.actor, "contracts.submit_request"), "is_triager": is_triager(self.actor)}


@login_required
def request_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A request: what is asked for, what was said since, what comes next, and its history."""
    actor = actor_of(request)
    shown = get_visible(actor, requesting.detailed_rows(), pk)
    require(actor, VIEW, shown)
    may_triage = shown.is_open and is_triager(actor)
    own = shown.requester_id == actor.person_id
    context = {
        "contract_request": shown,
        "sections": [_told(title, answers) for title, answers in requesting.answered(shown)],
        "history": entries_of(shown),
        "crumbs": [(_("Requests"), reverse("requests"))],
        "next": next_step(actor, shown),
        "waits": waits_for(shown, actor),
        "can_triage": may_triage and can(actor, "contracts.assign_request", shown),
        "can_ask_requester": may_triage and shown.state != RequestState.ASKED,
        "can_change": may_change(actor, shown) and can(actor, "contracts.change_request", shown),
        "can_withdraw": shown.is_open and own and can(actor, "contracts.withdraw_request", shown),
        "can_attach": shown.is_open and (own or is_triager(actor)) and can(actor, "contracts.attach_to_request", shown),
        "contract": _contract_seen(actor, shown),
    }
    return render(request, "contracts/request_page.html", context)


def _told(title: str, answers: list[Answered]) -> dict[str, Any]:
    """A section: what was answered, what was answered by no, and the questions that were left empty."""
    told = [each for each in answers if each.rows or (each.value not in (None, "") and not each.is_no)]
    refused = [each.label for each in answers if each.is_no]
    empty = [each.label for each in answers if each not in told and not each.is_no]
    return {"title": title, "answers": told, "refused": refused, "empty": empty}


def _contract_seen(actor: Actor, request: ContractRequest) -> Contract | None:
    """The contract that came of it, where the actor sees it: whoever asked may not."""
    if request.contract_id is None:
        return None
    return visible(actor, Contract.objects.defer("search")).filter(pk=request.contract_id).first()


def next_step(actor: Actor, request: ContractRequest) -> NextStep | None:
    """The one step that this actor would take next; None where they wait for somebody else."""
    for verb, step in _steps(actor, request):
        if can(actor, verb, request):
            return step
    return None


def _steps(actor: Actor, request: ContractRequest) -> list[tuple[str, NextStep]]:
    if request.state == RequestState.ASKED and request.requester_id == actor.person_id:
        answer = NextStep(_("Answer"), reverse("request-answer", args=[request.pk]))
        return [("contracts.answer_request", answer)]
    if request.state == RequestState.SUBMITTED:
        effect = _("The request is yours to draft, and who asked for it knows.")
        take = NextStep(_("Take it"), reverse("request-take", args=[request.pk]), True, effect)
        return [("contracts.assign_request", take)]
    if request.state == RequestState.ASSIGNED and request.assignee_id == actor.person_id:
        effect = _("A draft contract is made of the answers, and who asked for it knows.")
        draft = NextStep(_("Draft the contract"), reverse("request-draft", args=[request.pk]), True, effect)
        return [("contracts.draft_request", draft)]
    return []


def waits_for(request: ContractRequest, actor: Actor) -> str:
    """Whom it waits for, in a sentence to this actor."""
    if request.state == RequestState.ASKED and request.requester_id == actor.person_id:
        return _("It waits for your answer.")
    if request.state == RequestState.ASSIGNED and request.assignee_id == actor.person_id:
        return _("You work on it.")
    people = {"assignee": str(request.assignee or ""), "requester": str(request.requester)}
    said = {
        RequestState.SUBMITTED: _("It waits for somebody of legal or procurement to take it."),
        RequestState.ASSIGNED: _("%(assignee)s works on it."),
        RequestState.ASKED: _("It waits for an answer of %(requester)s."),
        RequestState.DRAFTED: _("The contract is drafted."),
        RequestState.DECLINED: _("It was declined."),
        RequestState.WITHDRAWN: _("It was withdrawn."),
    }
    return said[RequestState(request.state)] % people


@login_required
def request_file(request: HttpRequest, pk: UUID) -> FileResponse:
    """A file of a request as it came, as a download that no browser opens in place."""
    file = get_visible(actor_of(request), RequestFile.objects.select_related("blob"), pk)
    response = FileResponse(
        open_blob(file.blob), as_attachment=True, filename=file.file_name, content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
