"""The API of turns and drafts: actor, verb, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import get_visible, require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import EmptySerializer, check_empty, checked
from clm.api.views import VisibleRowsView, actor_in
from clm.lib.actor import Actor
from clm.lib.canonical import to_plain
from clm.lib.errors import DomainError
from contracts import queries
from contracts.access.drafts import VIEW
from contracts.api import draft_serializers as shapes
from contracts.api.serializers import VersionSerializer
from contracts.api.views import OfContract
from contracts.models import ClauseEdit, Contract, Draft, DraftClause, Turn
from contracts.operations.drafting.abandon_draft import abandon_draft
from contracts.operations.drafting.add_clause import add_clause
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.edit_clause import edit_clause
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.hold_clause import hold_clause
from contracts.operations.drafting.keep_words import keep_words
from contracts.operations.drafting.move_clause import move_clause
from contracts.operations.drafting.put_position import put_position
from contracts.operations.drafting.remove_clause import remove_clause
from contracts.operations.drafting.restore_clause import restore_clause
from contracts.operations.drafting.settle_words import settle_words
from contracts.operations.drafting.take_back_turn import take_back_turn
from contracts.papers.drafts import DraftPaper, make_draft_paper
from contracts.queries import drafts


class ContractDrafts(IdempotentMixin, OfContract, ListAPIView):
    """The drafts of one's own side, newest first; POST begins one, or answers the one that is open."""

    model = Draft
    serializer_class = shapes.DraftRowSerializer

    @extend_schema(request=None, responses={201: shapes.WrittenDraftSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.begin_draft", self.contract())
        check_empty(request)
        draft = begin_draft(actor=actor, contract_id=pk)
        return Response(_written(actor, draft.pk), status=status.HTTP_201_CREATED)


class ContractTurns(OfContract, ListAPIView):
    """Whose turn it was and is, newest first; a contract that was never drafted here has none."""

    model = Turn
    serializer_class = shapes.TurnSerializer

    def rows(self) -> QuerySet[Any]:
        return Turn.objects.select_related("version")


@extend_schema(request=None, responses=shapes.WrittenDraftSerializer)
class TakingBack(Act):
    """What was handed over last is taken back: the draft is open again."""

    model = Contract
    asks = "contracts.take_back_turn"
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _written(actor, take_back_turn(actor=actor, contract_id=pk).pk)


class DraftDetail(VisibleRowsView):
    """A draft with its clauses."""

    model = Draft
    verb = VIEW
    is_tagged = True
    serializer_class = shapes.WrittenDraftSerializer

    def get(self, request: Request, pk: UUID) -> Response:
        return Response(_written(actor_in(request), pk))


@extend_schema(responses={201: shapes.ClauseAnswerSerializer})
class NewClause(IdempotentMixin, VisibleRowsView):
    """POST adds a clause. A refusal because the turn is over keeps the words, with a key too."""

    model = Draft
    verb = VIEW
    serializer_class = shapes.NewClauseSerializer

    def prepare(self, request: Request) -> None:
        """With a key what is refused is rolled back: words that come too late are refused, and kept, before."""
        if "Idempotency-Key" in request.headers:
            actor, draft = actor_in(request), self.get_object()
            require(actor, "contracts.add_clause", draft)
            if not drafts.is_open(draft):
                add_clause(actor=actor, draft_id=draft.pk, **checked(shapes.NewClauseSerializer, request.data))

    def undone(self, response: Response) -> Response:
        """The turn may end after `prepare`: then the words are kept once the transaction is rolled back."""
        if response.data["code"] != "turn_over":
            return response
        try:
            again = self.post(self.request, **self.kwargs)
        except DomainError as refusal:
            again = self.handle_exception(refusal)
        final: Response = self.finalize_response(self.request, again)
        return final

    def post(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.add_clause", self.get_object())
        clause = add_clause(actor=actor, draft_id=pk, **checked(shapes.NewClauseSerializer, request.data))
        return Response(_changed(actor, clause), status=status.HTTP_201_CREATED)


@extend_schema(responses=VersionSerializer)
class HandingOver(Act):
    """The draft becomes a version that both sides have, and it is the other side's turn."""

    model = Draft
    asks = "contracts.hand_over"
    serializer_class = shapes.NoteSerializer

    def prepare(self, request: Request) -> DraftPaper | None:
        """With a key all is written in one transaction: the paper is made before it."""
        pk = self.kwargs["pk"]
        return make_draft_paper(actor_in(request), pk) if "Idempotency-Key" in request.headers else None

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        version = hand_over(actor=actor, draft_id=pk, made=self.prepared, **sent)
        shown = get_visible(actor, queries.version_rows(), version.pk)
        return VersionSerializer(shown, context=self.get_serializer_context()).data


@extend_schema(request=None, responses=shapes.DraftRowSerializer)
class Abandonment(Act):
    """The draft is given up."""

    model = Draft
    asks = "contracts.abandon_draft"
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return shapes.DraftRowSerializer(abandon_draft(actor=actor, draft_id=pk)).data


class DraftClauseDetail(VisibleRowsView):
    """A clause of a draft; PATCH puts other words into it. Refusals of PATCH keep the words: see the guide."""

    model = DraftClause
    verb = VIEW
    is_tagged = True
    serializer_class = shapes.ClauseAnswerSerializer

    def rows(self) -> QuerySet[Any]:
        return DraftClause.objects.select_related("draft")

    def get(self, request: Request, pk: UUID) -> Response:
        return Response(_changed(actor_in(request), self.get_object()))

    @extend_schema(request=shapes.EditSerializer, responses=shapes.ClauseAnswerSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.edit_clause", self.get_object())
        edited = edit_clause(actor=actor, clause_id=pk, **checked(shapes.EditSerializer, request.data))
        return Response(_changed(actor, edited.clause, merged=edited.merged))


class DraftClauseEdits(VisibleRowsView):
    """What was sent for a clause, newest first."""

    model = DraftClause
    verb = VIEW
    serializer_class = shapes.EditsSerializer

    def get(self, request: Request, pk: UUID) -> Response:
        edits = drafts.edits_of(actor_in(request), self.get_object())
        return Response(to_plain({"edits": [drafts.shown_edit(edit) for edit in edits]}))


class Keeping(VisibleRowsView):
    """PUT keeps the words that are not saved yet, for oneself alone."""

    model = DraftClause
    verb = VIEW
    serializer_class = shapes.ClauseWordsSerializer

    @extend_schema(responses=shapes.KeptSerializer)
    def put(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.keep_words", self.get_object())
        kept = keep_words(actor=actor, clause_id=pk, **checked(shapes.ClauseWordsSerializer, request.data))
        return Response(to_plain({"kept_at": kept.at if kept else None}))


@extend_schema(responses=shapes.ClauseAnswerSerializer)
class Holding(Act):
    """Others are told that one writes here, for two minutes; `release` ends it, `take_over` ends another's."""

    model = DraftClause
    asks = "contracts.hold_clause"
    serializer_class = shapes.HoldSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _changed(actor, hold_clause(actor=actor, clause_id=pk, **sent))


@extend_schema(request=None, responses=shapes.ClauseAnswerSerializer)
class Removal(Act):
    """The clause is left out; its place and its words are kept."""

    model = DraftClause
    asks = "contracts.remove_clause"
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _changed(actor, remove_clause(actor=actor, clause_id=pk))


@extend_schema(request=None, responses=shapes.ClauseAnswerSerializer)
class ClauseRestoration(Act):
    """A clause that was left out is there again."""

    model = DraftClause
    asks = "contracts.restore_clause"
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _changed(actor, restore_clause(actor=actor, clause_id=pk))


@extend_schema(responses=shapes.ClauseAnswerSerializer)
class Placing(Act):
    """The clause stands elsewhere, with those below it."""

    model = DraftClause
    asks = "contracts.move_clause"
    serializer_class = shapes.PlaceSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _changed(actor, move_clause(actor=actor, clause_id=pk, **sent))


@extend_schema(responses=shapes.ClauseAnswerSerializer)
class Positioning(Act):
    """A position of the library stands in place of the clause's words."""

    model = DraftClause
    asks = "contracts.put_position"
    serializer_class = shapes.PositionChoiceSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return _changed(actor, put_position(actor=actor, clause_id=pk, **sent))


@extend_schema(request=None, responses=shapes.SettledSerializer)
class Settlement(Act):
    """One's own kept words were seen to."""

    model = ClauseEdit
    asks = "contracts.settle_words"
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return to_plain({"settled": settle_words(actor=actor, edit_id=pk).settles_id})


def _written(actor: Actor, pk: UUID) -> Any:
    return to_plain(drafts.shown_draft(actor, get_visible(actor, drafts.draft_rows(), pk)))


def _changed(actor: Actor, clause: DraftClause, *, merged: bool = False) -> Any:
    return to_plain(drafts.shown_change(actor, clause, merged=merged))
