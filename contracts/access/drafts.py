"""Who may write a contract's draft: those who draft for us, and the other side its own; nobody sees the other's."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from clm.access.permissions import visible
from clm.access.registry import register_verbs, register_visibility, seen_through
from clm.accounts.roles import EVERYONE, Role
from clm.lib.actor import Actor
from contracts.access import EDITORS
from contracts.models import ClauseEdit, Contract, Draft, DraftClause, Turn, UnsavedWords
from contracts.states import Side

VIEW = "contracts.view_draft"
WRITERS = EDITORS | {Role.COUNTERPARTY}


def register() -> None:
    register_verbs(
        {
            VIEW: EVERYONE,
            "contracts.begin_draft": WRITERS,
            "contracts.edit_clause": WRITERS,
            "contracts.add_clause": WRITERS,
            "contracts.remove_clause": WRITERS,
            "contracts.restore_clause": WRITERS,
            "contracts.move_clause": WRITERS,
            "contracts.put_position": EDITORS,
            "contracts.hold_clause": WRITERS,
            "contracts.keep_words": WRITERS,
            "contracts.settle_words": WRITERS,
            "contracts.hand_over": WRITERS,
            "contracts.take_back_turn": WRITERS,
            "contracts.abandon_draft": WRITERS,
        }
    )
    register_visibility(Turn, "contracts.view_contract", seen_through("contract", lambda: Contract))
    register_visibility(Draft, VIEW, _drafts)
    register_visibility(DraftClause, VIEW, seen_through("draft", lambda: Draft))
    register_visibility(ClauseEdit, VIEW, _edits, path="draft_clause")
    register_visibility(UnsavedWords, VIEW, _own, path="draft_clause")


def side_of(actor: Actor) -> Side:
    """The side that a person writes for."""
    return Side.THEIRS if actor.is_counterparty else Side.OURS


def _drafts(actor: Actor, rows: QuerySet[Draft]) -> QuerySet[Draft]:
    """Of the actor's own side, where the contract is seen."""
    contracts = visible(actor, Contract.objects.all())
    return rows.filter(contract__in=contracts.values("pk"), side=side_of(actor))


def _edits(actor: Actor, rows: QuerySet[ClauseEdit]) -> QuerySet[ClauseEdit]:
    """What was saved is everybody's on that side; what was only kept is its author's."""
    clauses = visible(actor, DraftClause.objects.all())
    is_saved = Q(outcome__in=(ClauseEdit.Outcome.SAVED, ClauseEdit.Outcome.MERGED))
    return rows.filter(is_saved | Q(author_id=actor.person_id), draft_clause__in=clauses.values("pk"))


def _own(actor: Actor, rows: QuerySet[UnsavedWords]) -> QuerySet[UnsavedWords]:
    clauses = visible(actor, DraftClause.objects.all())
    return rows.filter(draft_clause__in=clauses.values("pk"), person_id=actor.person_id)
