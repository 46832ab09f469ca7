"""The other side's words are taken into our draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record_all
from clm.lib.actor import Actor
from contracts.engine.numbering import name_of
from contracts.models import Change, DraftClause
from contracts.operations.drafting.guards import MAX_HEADING
from contracts.operations.negotiation.guards import (
    Desk,
    check_in_clauses,
    check_ours,
    check_undecided,
    decide,
    desk_of,
    level_of,
    locked_change,
)
from contracts.queries.changes import is_renamed
from contracts.states import ChangeState

VERB = "contracts.accept_change"
Kind = Change.Kind
Taken = tuple[DraftClause, dict[str, Any]]


@transaction.atomic
def accept_change(*, actor: Actor, change_id: UUID) -> Change:
    """What the other side wrote stands in our draft, which begins with it if need be; words that we changed elsewhere
    in the clause stay. A clause that was moved, or put on another level, is so alone: what stands below it is as the
    other side has it once its own changes are accepted, in whatever order.

    Raises DomainError `change_decided`, `turn_over`, `other_base`, `draft_full`, `words_clash` where our draft changed
    the same words, `outside_clauses`.
    """
    change = locked_change(change_id)
    require(actor, VERB, change)
    check_ours(change.contract, change.version_id)
    check_undecided(change)
    check_in_clauses(change)
    desk = desk_of(actor, change.contract)
    found = desk.changes[change.pk]
    found.contract = change.contract
    take(desk, found)
    desk.put_down()
    record_all(actor, decide(actor, VERB, [found], ChangeState.ACCEPTED))
    return found


def take(desk: Desk, change: Change) -> None:
    """The change stands in the draft on the desk. Raises DomainError, and then the draft is as it was."""
    check_in_clauses(change)
    change.draft_clause, change.undo = TAKEN[change.kind](desk, change)
    desk.taken.add(change.pk)


def _take_words(desk: Desk, change: Change) -> Taken:
    row = desk.in_draft(change)
    words = desk.merged(row, change)
    undo: dict[str, Any] = {"revision": row.revision}
    if row.is_removed:
        row.is_removed, undo["was_removed"] = False, True
    desk.write(row, words)
    _rename(desk, change, row, undo)
    theirs = level_of(desk.theirs.get(change.received_clause_id)) if change.received_clause_id else row.level
    if theirs != level_of(desk.before[row.origin_id]) and theirs != row.level:  # type: ignore[index]
        undo["level"], row.level = [row.level, theirs], theirs
    return row, undo | {"made": row.revision}


def _rename(desk: Desk, change: Change, row: DraftClause, undo: dict[str, Any]) -> None:
    """An annex of ours is their schedule; numbers that count are those of our draft."""
    received = desk.theirs.get(change.received_clause_id) if change.received_clause_id else None
    if received is not None and row.origin is not None and is_renamed(row.origin, received):
        undo["number"], row.number = row.number, received.number


def _take_new(desk: Desk, change: Change) -> Taken:
    level = level_of(desk.theirs.get(change.received_clause_id)) if change.received_clause_id else 1
    row = desk.add(change, level, change.heading[:MAX_HEADING], desk.spot_for(change))
    row.number = change.number if name_of(change.number) else ""
    desk.fill(row, desk.theirs_tied(change, row))
    return row, {"added": True, "made": row.revision}


def _leave_out(desk: Desk, change: Change) -> Taken:
    row = desk.in_draft(change)
    undo = {"removed": not row.is_removed, "revision": row.revision, "made": row.revision}
    row.is_removed = True
    return row, undo


def _move(desk: Desk, change: Change) -> Taken:
    row, undo = _take_words(desk, change)
    at = desk.rows.index(row)
    undo["moved"] = True
    undo["after"] = None if desk.is_at_home(row) or not at else str(desk.rows[at - 1].pk)
    undo["at_home"] = desk.is_at_home(row)
    desk.put_behind(row, desk.spot_for(change))
    return row, undo


TAKEN: dict[str, Callable[[Desk, Change], Taken]] = {
    Kind.CHANGED: _take_words,
    Kind.LEVEL: _take_words,
    Kind.ADDED: _take_new,
    Kind.REMOVED: _leave_out,
    Kind.MOVED: _move,
}
