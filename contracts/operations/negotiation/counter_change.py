"""Other words than theirs and ours stand in our draft."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record_all
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.engine.numbering import name_of
from contracts.models import Change, DraftClause
from contracts.operations.drafting.guards import MAX_HEADING, words_of
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
from contracts.states import ChangeState

VERB = "contracts.counter_change"


@transaction.atomic
def counter_change(*, actor: Actor, change_id: UUID, text: str) -> Change:
    """Our draft says `text` in that clause, line by line, without number and heading. References in it are to our
    clauses, by our draft's numbers.

    Raises DomainError `change_decided`, `turn_over`, `other_base`, `draft_full`, `outside_clauses`, Invalid
    `words_missing`, `words_wrong`.
    """
    change = locked_change(change_id)
    require(actor, VERB, change)
    check_ours(change.contract, change.version_id)
    check_undecided(change)
    check_in_clauses(change)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if not lines:
        message = _("Write what it should say.")
        raise Invalid("words_missing", message, fields={"text": [message]})
    desk = desk_of(actor, change.contract)
    found = desk.changes[change.pk]
    found.contract, found.counter = change.contract, "\n".join(lines)
    put = _add if found.sent_clause_id is None else _write
    found.draft_clause, found.undo = put(desk, found, lines)
    desk.taken.add(found.pk)
    desk.put_down()
    record_all(actor, decide(actor, VERB, [found], ChangeState.COUNTERED))
    return found


def _add(desk: Desk, change: Change, lines: list[str]) -> tuple[DraftClause, dict[str, Any]]:
    level = level_of(desk.theirs.get(change.received_clause_id)) if change.received_clause_id else 1
    body = desk.ours_tied(lines)
    row = desk.add(change, level, change.heading[:MAX_HEADING], desk.spot_for(change))
    row.number = change.number if name_of(change.number) else ""
    desk.fill(row, body)
    return row, {"added": True, "made": row.revision}


def _write(desk: Desk, change: Change, lines: list[str]) -> tuple[DraftClause, dict[str, Any]]:
    row = desk.in_draft(change)
    undo: dict[str, Any] = {"revision": row.revision}
    words = words_of(row.heading, desk.ours_tied(lines, row))
    if row.is_removed:
        row.is_removed, undo["was_removed"] = False, True
    desk.write(row, words)
    return row, undo | {"made": row.revision}
