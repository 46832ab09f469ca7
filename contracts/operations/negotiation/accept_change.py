"""The other side's words are taken into our draft."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.engine.body import Body
from contracts.engine.merge import merge, merged_heading
from contracts.engine.references import nodes_in, retied
from contracts.events import changes as events
from contracts.models import Change, Draft, DraftClause
from contracts.operations.drafting.add_clause import add_clause
from contracts.operations.drafting.guards import MAX_HEADING, Outcome, words_at, words_of, write_words
from contracts.operations.drafting.move_clause import move_clause
from contracts.operations.drafting.remove_clause import remove_clause
from contracts.operations.drafting.restore_clause import restore_clause
from contracts.operations.negotiation.guards import (
    check_ours,
    check_undecided,
    decide,
    in_draft,
    locked_change,
    our_draft,
    place_for,
    tied_body,
)
from contracts.states import ChangeState

VERB = "contracts.accept_change"
Kind = Change.Kind


@transaction.atomic
def accept_change(*, actor: Actor, change_id: UUID) -> Change:
    """What the other side wrote stands in our draft, which begins with it if need be; words that we changed elsewhere
    in the clause stay.

    Raises DomainError `change_decided`, `turn_over`, `other_base`, `words_clash` where our draft changed the
    same words.
    """
    change = locked_change(change_id)
    require(actor, VERB, change)
    check_ours(change)
    check_undecided(change)
    draft = our_draft(actor, change)
    clause, undo = TAKEN[change.kind](actor, draft, change)
    before = decide(actor, change, ChangeState.ACCEPTED, draft_clause=clause, undo=undo)
    record(actor, events.change_decided(VERB, change, before))
    return change


def _take_words(actor: Actor, draft: Draft, change: Change) -> tuple[DraftClause, dict[str, Any]]:
    clause = in_draft(draft, change.sent_clause)
    undo = {"revision": clause.revision}
    if clause.is_removed:
        restore_clause(actor=actor, clause_id=clause.pk)
        clause.is_removed = False
        undo["was_removed"] = True
    merge_words(actor, clause, change)
    return clause, undo | {"made": clause.revision}


def merge_words(actor: Actor, clause: DraftClause, change: Change) -> None:
    """Their words on top of ours; what both began from are the words that our draft began with."""
    received = change.received_clause
    if received is None:
        return
    first = words_at(clause, 1)
    both = merge(first.body, _like(first.body, tied_body(change, clause.draft)), clause.body)
    heading = merged_heading(first.heading, received.heading[:MAX_HEADING], clause.heading)
    if both.clashes or heading is None:
        raise DomainError(
            "words_clash", _("Our draft says something else in the same place: counter the change, or reject it.")
        )
    words = words_of(heading, both.body)
    if not words.are_in(clause):
        write_words(actor, clause, words, based_on=clause.revision, outcome=Outcome.SAVED)


def _like(base: Body, body: Body) -> Body:
    """A reference to a clause that the base refers to too is written as there: today's number is no change of words."""
    written = dict(nodes_in(base))
    return retied(body, {key: key for key, _shown in nodes_in(body)}, dict(nodes_in(body)) | written)


def _take_new(actor: Actor, draft: Draft, change: Change) -> tuple[DraftClause, dict[str, Any]]:
    received = change.received_clause
    made = add_clause(
        actor=actor,
        draft_id=draft.pk,
        after=place_for(change, draft),
        level=min(received.level, 9) if received else 1,
        heading=change.heading[:MAX_HEADING],
        body=tied_body(change, draft),
    )
    # A clause that refers to itself has a clause to refer to only now.
    words = words_of(made.heading, tied_body(change, draft, made))
    if not words.are_in(made):
        made.draft = draft
        write_words(actor, made, words, based_on=made.revision, outcome=Outcome.SAVED)
    return made, {"added": True, "made": made.revision}


def _leave_out(actor: Actor, draft: Draft, change: Change) -> tuple[DraftClause, dict[str, Any]]:
    clause = in_draft(draft, change.sent_clause)
    undo = {"removed": not clause.is_removed, "revision": clause.revision, "made": clause.revision}
    remove_clause(actor=actor, clause_id=clause.pk)
    return clause, undo


def _move(actor: Actor, draft: Draft, change: Change) -> tuple[DraftClause, dict[str, Any]]:
    clause, undo = _take_words(actor, draft, change)
    before = DraftClause.objects.filter(draft=draft, place__lt=clause.place).order_by("-place").first()
    undo |= {"after": str(before.pk) if before else None, "level": clause.level}
    after = place_for(change, draft)
    if after != clause.pk:
        level = min(change.received_clause.level, 9) if change.received_clause else None
        move_clause(actor=actor, clause_id=clause.pk, after=after, level=level)
    return clause, undo | {"moved": True}


TAKEN: dict[str, Any] = {Kind.CHANGED: _take_words, Kind.ADDED: _take_new, Kind.REMOVED: _leave_out, Kind.MOVED: _move}
