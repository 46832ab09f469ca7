"""What the editor asks and sends. JSON both ways, the session's cookie, and X-CSRFToken with every POST.

Addresses, all under /contracts/ (name, then what is sent):

    POST <contract>/draft/begin/              draft-begin {}                           201, the draft
    POST <contract>/turn/take-back/           draft-take-back {}                       the draft, open again
    GET  drafts/<draft>/                      draft-data                               the draft
    GET  drafts/<draft>/pulse/                draft-pulse                              what is new, for asking often
    POST drafts/<draft>/clauses/              draft-clause-add {after, level, heading, body}   201, the clause
    POST drafts/<draft>/hand-over/            draft-hand-over {note}                   {version, number, url}
    POST drafts/<draft>/abandon/              draft-abandon {}                         {state}
    POST drafts/clauses/<clause>/edit/        draft-clause-edit {revision, heading, body, settles?, session?, kept_at?}
                                                                                       the clause
    POST drafts/clauses/<clause>/keep/        draft-clause-keep {revision, heading, body, session?}    {kept_at}
    POST drafts/clauses/<clause>/hold/        draft-clause-hold {take_over?, release?}       the clause
    POST drafts/clauses/<clause>/remove/      draft-clause-remove {}                   the clause
    POST drafts/clauses/<clause>/restore/     draft-clause-restore {}                  the clause
    POST drafts/clauses/<clause>/move/        draft-clause-move {after, level}         the clause
    POST drafts/clauses/<clause>/position/    draft-clause-position {revision, library_version, position}   the clause
    GET  drafts/clauses/<clause>/positions/   draft-clause-positions ?value={version}:{position}  {value, text, why}
    POST drafts/<draft>/put-in/               draft-put-in {clause}                    {contract, anchor}
    GET  drafts/clauses/<clause>/history/     draft-clause-history                     {edits: [edit]}
    POST drafts/words/<edit>/settle/          draft-words-settle {}                    {settled}

The forms of pages without scripts post to the same addresses of begin, take-back, hand-over and abandon: they send no
JSON and are sent on to a page.

draft = {id, contract, number, state: open|handed_over|abandoned, side, revision, base: {id, number} | null,
    can_edit, referred, clauses: [clause], kept: [edit], unsaved: [words]}
clause = {id, place, level, number, label, heading, body, text, revision, is_removed, origin: id | null,
    library: {version, clause, title, position} | null, changed_by, changed_at, held: {by, until, is_mine} | null}
    `label` is the number as it is now, `number` the one in the base. Removed clauses keep their place.
edit = {id, clause, heading, body, text, at, by, outcome, based_on, revision}; `kept` are one's own words that were not
    saved, of this draft and the ones before it, until they are settled (or sent again with `settles`: their id).
words = {clause, session, revision, heading, body, text, at}: what an editor of one's own kept last and never saved.
    `session` is drawn anew each time that a clause is opened: two windows of one person keep both their words.
    `kept_at` is the last that keep answered to the session: what it kept up to then is behind what it saves.
pulse = {state, can_edit, revision, labels: {clause: label}, referred: {clause: label}, order: [clause],
    clauses: {clause: {revision, is_removed, held}}}: ask for the draft again where an unknown clause is in it.

Every answer to what changed a clause also has `draft_revision` and `labels` (of all clauses) beside the clause:
{clause: {...}, merged: bool, draft_revision, labels, referred, order}.

Refusals: {code, message, detail, fields} with their status. 409 `clause_changed`: detail has revision, theirs {heading,
body, text, by, at}, merged {heading, body} (both people's words, one's own where they clash), clashes [{base, mine,
theirs}], changes {yours, theirs, merged} (by words: yours against what both began from, the other two against yours;
each {heading, text} of pairs same|removed|added, words) and edit (the id of one's kept words); send the merged or one's
own words again with that revision and `settles`. 409 `turn_over`: the words are kept, detail has edit. 409
`clause_removed`: likewise. 409 `clause_held`: detail has by and until. 400 `words_wrong`: what the document may hold is
in contracts/engine/body.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from rest_framework.serializers import Serializer

from clm.access.middleware import actor_of
from clm.access.permissions import get_visible, require
from clm.api.serializers import EmptySerializer
from clm.lib.actor import Actor
from clm.lib.canonical import to_plain
from clm.lib.errors import DomainError, Invalid
from contracts.api.draft_serializers import (
    ClauseWordsSerializer,
    EditSerializer,
    HoldSerializer,
    NewClauseSerializer,
    NoteSerializer,
    PlaceSerializer,
    PositionChoiceSerializer,
    PutInSerializer,
)
from contracts.models import ClauseEdit, Contract, Draft, DraftClause
from contracts.operations.drafting.abandon_draft import abandon_draft
from contracts.operations.drafting.add_clause import add_clause
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.edit_clause import edit_clause
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.hold_clause import hold_clause
from contracts.operations.drafting.keep_words import keep_words
from contracts.operations.drafting.move_clause import move_clause
from contracts.operations.drafting.put_in_clause import put_in_clause
from contracts.operations.drafting.put_position import put_position
from contracts.operations.drafting.remove_clause import remove_clause
from contracts.operations.drafting.restore_clause import restore_clause
from contracts.operations.drafting.settle_words import settle_words
from contracts.operations.drafting.take_back_turn import take_back_turn
from contracts.operations.library.guards import position_in_use
from contracts.pages.draft_page import hand_over_refused
from contracts.queries import drafts
from contracts.queries.draft_library import OwnPosition, own_position, shown_position

MAX_SENT = 4_000_000  # bytes of one request
# Who is asked, the row's id, and what was sent: answers the body, and the status where it is not 200.
Answer = Callable[[Actor, UUID, dict[str, Any]], dict[str, Any]]


def sends(
    serializer: type[Serializer[Any]],
    verb: str,
    model: type[Model],
    *,
    status: int = 200,
    back: str = "",
    said: Any = "",
    refusing: Callable[[HttpRequest, UUID, DomainError], HttpResponse] | None = None,
) -> Any:
    """A view of a function that calls the verb on a row of the model: reads what is sent once the actor may, answers
    JSON. With `back` a page's form may post here too: it is sent on to the page of that name with `said`. A form that
    is refused is answered by `refusing`, by itself with the page of the contract."""

    def around(answer: Answer) -> Callable[..., HttpResponse]:
        @wraps(answer)
        def view(request: HttpRequest, pk: UUID) -> HttpResponse:
            actor, is_form = actor_of(request), bool(back) and request.content_type != "application/json"
            try:
                require(actor, verb, get_visible(actor, model._default_manager.all(), pk))
                body = answer(actor, pk, _sent(request, serializer, is_form=is_form))
            except DomainError as refusal:
                if not is_form or refusal.status in (403, 404):
                    return refused(refusal, is_form=is_form)
                if refusing is not None:
                    return refusing(request, pk, refusal)
                messages.error(request, refusal.message)
                return redirect(_back(actor, back, pk, {}))
            if is_form:
                if said:
                    messages.success(request, said)
                return redirect(_back(actor, back, pk, body))
            return JsonResponse(to_plain(body), status=status)

        return login_required(require_POST(view))

    return around


def refused(refusal: DomainError, *, is_form: bool = False) -> HttpResponse:
    """The refusal as JSON; a form's is left to the error pages."""
    if is_form:
        raise refusal
    names = ("code", "message", "detail", "fields")
    return JsonResponse(to_plain({name: getattr(refusal, name) for name in names}), status=refusal.status)


def _sent(request: HttpRequest, serializer: type[Serializer[Any]], *, is_form: bool) -> dict[str, Any]:
    """Raises Invalid `invalid`."""
    found = serializer(data=_named(request, serializer) if is_form else _json(request))
    if not found.is_valid():
        fields = {str(name): [str(text) for text in texts] for name, texts in found.errors.items()}
        raise Invalid("invalid", _("What was sent is not valid."), fields=fields)
    return dict(found.validated_data)


def _named(request: HttpRequest, serializer: type[Serializer[Any]]) -> dict[str, Any]:
    """A form brings its token and its button along."""
    return {name: value for name, value in request.POST.dict().items() if name in serializer().fields}


def _json(request: HttpRequest) -> Any:
    if len(request.body) > MAX_SENT:
        raise Invalid("invalid", _("This is too much at once."))
    try:
        return json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as wrong:
        raise Invalid("invalid", _("What was sent is not valid.")) from wrong


def _back(actor: Actor, name: str, pk: UUID, body: dict[str, Any]) -> str:
    """The page of the contract that the answer, or else the address, speaks of."""
    contract = body.get("contract")
    if contract is None:
        draft = Draft.objects.filter(pk=pk).values_list("contract_id", flat=True).first()
        contract = draft or pk
    anchor = f"#{body['anchor']}" if "anchor" in body else ""
    return reverse(name if body else "contract", args=[contract]) + anchor


def asked(answer: Callable[[Actor, UUID], dict[str, Any]]) -> Callable[..., HttpResponse]:
    """A view of a function that reads."""

    @wraps(answer)
    def view(request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            return JsonResponse(to_plain(answer(actor_of(request), pk)))
        except DomainError as refusal:
            return refused(refusal)

    return login_required(require_GET(view))


def _draft(actor: Actor, pk: UUID) -> Draft:
    return get_visible(actor, drafts.draft_rows(), pk)


@asked
def draft_data(actor: Actor, pk: UUID) -> dict[str, Any]:
    return drafts.shown_draft(actor, _draft(actor, pk))


@asked
def draft_pulse(actor: Actor, pk: UUID) -> dict[str, Any]:
    return drafts.pulse(actor, _draft(actor, pk))


@asked
def clause_history(actor: Actor, pk: UUID) -> dict[str, Any]:
    clause = get_visible(actor, DraftClause.objects.select_related("draft"), pk)
    return {"edits": [drafts.shown_edit(edit) for edit in drafts.edits_of(actor, clause)]}


@sends(EmptySerializer, "contracts.begin_draft", Contract, status=201, back="draft")
def draft_begin(actor: Actor, pk: UUID, sent: dict[str, Any]) -> dict[str, Any]:
    return drafts.shown_draft(actor, _draft(actor, begin_draft(actor=actor, contract_id=pk).pk))


@sends(EmptySerializer, "contracts.take_back_turn", Contract, back="draft")
def draft_take_back(actor: Actor, pk: UUID, sent: dict[str, Any]) -> dict[str, Any]:
    return drafts.shown_draft(actor, _draft(actor, take_back_turn(actor=actor, contract_id=pk).pk))


@sends(
    NoteSerializer,
    "contracts.hand_over",
    Draft,
    back="contract",
    said=gettext_lazy("The draft is handed over: it is the other side's turn."),
    refusing=hand_over_refused,
)
def draft_hand_over(actor: Actor, pk: UUID, sent: dict[str, Any]) -> dict[str, Any]:
    version = hand_over(actor=actor, draft_id=pk, **sent)
    url = reverse("version", args=[version.pk])
    return {"version": version.pk, "number": version.number, "contract": version.contract_id, "url": url}


@sends(
    EmptySerializer,
    "contracts.abandon_draft",
    Draft,
    back="contract",
    said=gettext_lazy("The draft is abandoned."),
)
def draft_abandon(actor: Actor, pk: UUID, sent: dict[str, Any]) -> dict[str, Any]:
    draft = abandon_draft(actor=actor, draft_id=pk)
    return {"state": draft.state, "contract": draft.contract_id}


@sends(NewClauseSerializer, "contracts.add_clause", Draft, status=201)
def clause_add(actor: Actor, pk: UUID, sent: dict[str, Any]) -> dict[str, Any]:
    return drafts.shown_change(actor, add_clause(actor=actor, draft_id=pk, **sent))


@sends(EditSerializer, "contracts.edit_clause", DraftClause)
def clause_edit(actor: Actor, pk: UUID, sent: dict[str, Any]) -> dict[str, Any]:
    edited = edit_clause(actor=actor, clause_id=pk, **sent)
    return drafts.shown_change(actor, edited.clause, merged=edited.merged)


@sends(ClauseWordsSerializer, "contracts.keep_words", DraftClause)
def clause_keep(actor: Actor, pk: UUID, sent: dict[str, Any]) -> dict[str, Any]:
    kept = keep_words(actor=actor, clause_id=pk, **sent)
    return {"kept_at": kept.at if kept else None}


@sends(HoldSerializer, "contracts.hold_clause", DraftClause)
def clause_hold(actor: Actor, pk: UUID, sent: dict[str, Any]) -> dict[str, Any]:
    return drafts.shown_change(actor, hold_clause(actor=actor, clause_id=pk, **sent))


@sends(EmptySerializer, "contracts.remove_clause", DraftClause)
def clause_remove(actor: Actor, pk: UUID, sent: dict[str, Any]) -> dict[str, Any]:
    return drafts.shown_change(actor, remove_clause(actor=actor, clause_id=pk))


@sends(EmptySerializer, "contracts.restore_clause", DraftClause)
def clause_restore(actor: Actor, pk: UUID, sent: dict[str, Any]) -> dict[str, Any]:
    return drafts.shown_change(actor, restore_clause(actor=actor, clause_id=pk))


@sends(PlaceSerializer, "contracts.move_clause", DraftClause)
def clause_move(actor: Actor, pk: UUID, sent: dict[str, Any]) -> dict[str, Any]:
    return drafts.shown_change(actor, move_clause(actor=actor, clause_id=pk, **sent))


@sends(PositionChoiceSerializer, "contracts.put_position", DraftClause)
def clause_position(actor: Actor, pk: UUID, sent: dict[str, Any]) -> dict[str, Any]:
    return drafts.shown_change(actor, put_position(actor=actor, clause_id=pk, **sent))


@login_required
@require_GET
def clause_positions(request: HttpRequest, pk: UUID) -> JsonResponse | HttpResponse:
    """The position of the library that a clause begins at, or the one that the address names, as it would stand."""
    actor = actor_of(request)
    try:
        clause = get_visible(actor, DraftClause.objects.select_related("draft__contract"), pk)
        require(actor, "contracts.put_position", clause.draft)
        value = request.GET.get("value", "")
        shown = named_position(clause.draft, value) if value else own_position(clause.draft, pk)
    except DomainError as refusal:
        return refused(refusal)
    return JsonResponse(asdict(shown))


def named_position(draft: Draft, value: str) -> OwnPosition:
    """Raises Invalid `position_unknown`, DomainError `position_not_approved`, `clause_retired`."""
    identity, _colon, name = value.partition(":")
    try:
        version_id = UUID(identity)
    except ValueError as unreadable:
        raise Invalid("position_unknown", _("The library has no such position.")) from unreadable
    return shown_position(draft, position_in_use(version_id, name), name)


@sends(PutInSerializer, "contracts.put_position", Draft, back="draft")
def draft_put_in(actor: Actor, pk: UUID, sent: dict[str, Any]) -> dict[str, Any]:
    clause = put_in_clause(actor=actor, draft_id=pk, library_clause_id=sent["clause"])
    return {"contract": clause.draft.contract_id, "anchor": f"clause-{clause.pk}"}


@sends(EmptySerializer, "contracts.settle_words", ClauseEdit)
def words_settle(actor: Actor, pk: UUID, sent: dict[str, Any]) -> dict[str, Any]:
    return {"settled": settle_words(actor=actor, edit_id=pk).settles_id}
