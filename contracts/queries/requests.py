"""Reads about requests: the queue, what somebody asked for, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Func, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from clm.access.permissions import get_visible, visible
from clm.accounts.models import Membership
from clm.audit.models import Transition
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.access.requests import TRIAGERS
from contracts.engine.questionnaire import Field, as_json, check, option_words, unasked
from contracts.models import (
    Contract,
    ContractRequest,
    RequestFile,
    RequestQuestion,
    Template,
    TemplateVersion,
)
from contracts.models.contract import Category
from contracts.papers import Paper, put_paper
from contracts.queries.templates import checked_answers, make_paper, questions_of
from contracts.states import OPEN_REQUESTS, RequestState, TemplateState

MOST_FILES = 10
MOST_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class RequestPaper:
    """The document that a request's answers make, stored, and the revision of the request that it was made of."""

    paper: Paper
    revision: int


@dataclass(frozen=True)
class Answered:
    """A question that was asked, as people read it; the entries of a list are rows of their parts. `is_no` is the
    answer of a box that nobody ticked."""

    label: str
    value: Any
    labels: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    is_no: bool = False


@dataclass(frozen=True)
class Offer:
    """A template that may be asked for, and the site of whose words it has; empty where they are ours."""

    template: Template
    host: str


def request_rows() -> QuerySet[ContractRequest]:
    """Requests with whom and what they name."""
    return ContractRequest.objects.select_related("requester", "assignee", "contract", "template_version__template")


def detailed_rows() -> QuerySet[ContractRequest]:
    """With their questions and files, oldest first."""
    asked = RequestQuestion.objects.select_related("asked_by", "answered_by").order_by("number")
    files = RequestFile.objects.select_related("blob", "added_by").order_by("created_at", "id")
    return request_rows().prefetch_related(Prefetch("questions", asked), Prefetch("files", files))


def listed(actor: Actor) -> QuerySet[ContractRequest]:
    return visible(actor, request_rows())


def waiting(actor: Actor) -> QuerySet[ContractRequest]:
    """What waits for triage or for this person, the most urgent and then the oldest first."""
    mine = Q(state=RequestState.ASSIGNED, assignee_id=actor.person_id)
    return listed(actor).filter(Q(state=RequestState.SUBMITTED) | mine).order_by("-priority", "id")


def own(actor: Actor) -> QuerySet[ContractRequest]:
    """What this person asked for and is still open, those first that wait for them."""
    rows = listed(actor).filter(requester_id=actor.person_id, state__in=OPEN_REQUESTS)
    return rows.annotate(asks=Count("pk", filter=Q(state=RequestState.ASKED))).order_by("-asks", "-id")


def request_of(actor: Actor, contract: Contract) -> ContractRequest | None:
    """The request that the contract came of, where the actor sees it."""
    return listed(actor).filter(contract=contract).first()


def files_of(actor: Actor, contract: Contract) -> QuerySet[RequestFile]:
    """What came with the request that the contract came of, oldest first; nothing for the other side."""
    rows = RequestFile.objects.filter(request__contract=contract).select_related("blob", "added_by", "request")
    return visible(actor, rows).order_by("created_at", "id")


def requestable(actor: Actor) -> QuerySet[Template]:
    """The templates that somebody may ask for, by name, with what tells them apart: of the version in use `questions`
    and `needed` count the questions, `source_url` and `source_version` say whose words it has. `reviewed_at` is its
    last approval."""
    used = TemplateVersion.objects.filter(template=OuterRef("pk"), approved_at__isnull=False).order_by("-number")
    approvals = Transition.objects.filter(
        subject_type="contracts.template", subject_id=OuterRef("pk"), to_state=TemplateState.APPROVED
    )
    rows = visible(actor, Template.objects.filter(state=TemplateState.APPROVED))
    return rows.order_by("name", "id").annotate(
        questions=Subquery(used.values(found=_count("%(expressions)s"))[:1]),
        needed=Subquery(
            used.values(found=_count("jsonb_path_query_array(%(expressions)s, '$[*] ? (@.required == true)')"))[:1]
        ),
        source_url=Subquery(used.values("source_url")[:1]),
        source_version=Subquery(used.values("source_version")[:1]),
        reviewed_at=Subquery(approvals.order_by("-at", "-id").values("at")[:1]),
    )


def _count(rows: str) -> Func:
    """How many rows the JSON list of questions has, or those that the path leaves."""
    return Func(F("fields"), template=f"jsonb_array_length({rows})", output_field=IntegerField())


def with_words(templates: QuerySet[Template], words: str) -> QuerySet[Template]:
    """Those that have every word in their name, what they are for, or where they come from."""
    for word in words.split()[:20]:
        templates = templates.filter(
            Q(name__icontains=word) | Q(description__icontains=word) | Q(source_url__icontains=word)
        )
    return templates


def by_type(templates: Iterable[Any]) -> list[tuple[str, list[Offer]]]:
    """The types in the order in which forms offer them, each with its templates of `requestable`."""
    found: dict[str, list[Offer]] = {}
    for template in templates:
        host = (urlsplit(template.source_url).hostname or "").removeprefix("www.")
        found.setdefault(template.category, []).append(Offer(template, host))
    return [(str(Category(value).label), found[value]) for value in Category.values if value in found]


def triagers() -> list[tuple[str, str]]:
    """Choices of the present people to whom a request can be assigned."""
    rows = Membership.objects.filter(removed_at=None, user__is_active=True, roles__overlap=sorted(TRIAGERS))
    return [(str(row.user_id), str(row.user)) for row in rows.select_related("user").order_by("user__name")]


def kept_answers(version: TemplateVersion, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers checked, in the form in which they are kept; those to questions that are not asked are dropped.

    Raises Invalid `answers_wrong`.
    """
    values = checked_answers(version, answers)
    silent = unasked(questions_of(version), values)
    return {name: as_json(value) for name, value in values.items() if name not in silent}


def answered(request: ContractRequest) -> list[tuple[str, list[Answered]]]:
    """The questions that were asked with their answers, by section."""
    questions = questions_of(request.template_version)
    values, _wrong = check(questions, request.answers)
    silent = unasked(questions, values)
    found: dict[str, list[Answered]] = {}
    for question in questions:
        if question.name not in silent:
            found.setdefault(question.section, []).append(_answered(question, values.get(question.name)))
    return list(found.items())


def _answered(question: Field, value: Any) -> Answered:
    if question.type != "array":
        shown = option_words(value) if question.type == "enum" and value else _shown(value)
        return Answered(question.label, shown, is_no=value is False)
    rows = tuple(tuple(_shown(entry[item.name]) for item in question.items) for entry in value or [])
    return Answered(question.label, None, tuple(item.label for item in question.items), rows)


def _shown(value: Any) -> Any:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return value


def make_request_paper(actor: Actor, request_id: UUID) -> RequestPaper:
    """The document of the request's answers as they are now, stored: call outside of a transaction."""
    rows = ContractRequest.objects.select_related("template_version__template", "template_version__blob")
    request = get_visible(actor, rows, request_id)
    return RequestPaper(put_paper(actor, make_paper(request.template_version, request.answers)), request.revision)


def patience() -> timedelta:
    """How long a request may wait before those it waits for are reminded."""
    return timedelta(hours=settings.REQUEST_REMINDER_HOURS)


def due_from_now() -> Any:
    return clock.now() + patience()
