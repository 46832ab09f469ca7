"""Other words than theirs and ours stand in our draft."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.events import changes as events
from contracts.models import Change, Draft, DraftClause
from contracts.operations.drafting.add_clause import add_clause
from contracts.operations.drafting.guards import MAX_HEADING, Outcome, words_of, write_words
from contracts.operations.drafting.restore_clause import restore_clause
from contracts.operations.negotiation.guards import (
    check_ours,
    check_undecided,
    decide,
    in_draft,
    locked_change,
    our_draft,
    place_for,
    tied_words,
)
from contracts.states import ChangeState

VERB = "contracts.counter_change"


@transaction.atomic
def counter_change(*, actor: Actor, change_id: UUID, text: str) -> Change:
    """Our draft says `text` in that clause, line by line, without number and heading.

    Raises DomainError `change_decided`, `turn_over`, `other_base`, Invalid `words_missing`, `words_wrong`.
    """
    change = locked_change(change_id)
    require(actor, VERB, change)
    check_ours(change)
    check_undecided(change)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if not lines:
        message = _("Write what it should say.")
        raise Invalid("words_missing", message, fields={"text": [message]})
    clause, undo = _put(actor, our_draft(actor, change), change, lines)
    before = decide(actor, change, ChangeState.COUNTERED, counter="\n".join(lines), draft_clause=clause, undo=undo)
    record(actor, events.change_decided(VERB, change, before))
    return change


def _put(actor: Actor, draft: Draft, change: Change, lines: list[str]) -> tuple[DraftClause, dict[str, Any]]:
    if change.sent_clause is None:
        level = min(change.received_clause.level, 9) if change.received_clause else 1
        heading = change.heading[:MAX_HEADING]
        after, body = place_for(change, draft), tied_words(draft, lines)
        made = add_clause(actor=actor, draft_id=draft.pk, after=after, level=level, heading=heading, body=body)
        return made, {"added": True, "made": made.revision}
    clause = in_draft(draft, change.sent_clause)
    undo: dict[str, Any] = {"revision": clause.revision}
    if clause.is_removed:
        restore_clause(actor=actor, clause_id=clause.pk)
        clause.is_removed = False
        undo["was_removed"] = True
    words = words_of(clause.heading, tied_words(draft, lines, clause))
    if not words.are_in(clause):
        write_words(actor, clause, words, based_on=clause.revision, outcome=Outcome.SAVED)
    return clause, undo | {"made": clause.revision}
