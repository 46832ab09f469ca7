"""Somebody's words stand in a clause of a draft, or beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.engine.body import plain
from contracts.engine.merge import Merge, merge, merged_heading
from contracts.events import drafts as events
from contracts.models import DraftClause
from contracts.operations.drafting.guards import (
    Outcome,
    Words,
    keep_edit,
    locked_clause,
    own_kept_words,
    put_unsaved_away,
    refused_edit,
    settle,
    turn_over,
    words_at,
    words_of,
    write_words,
)
from contracts.queries.drafts import is_open

VERB = "contracts.edit_clause"


@dataclass(frozen=True, slots=True)
class Edited:
    """The clause as it is now; `merged`: another's words came in between, and both are in it."""

    clause: DraftClause
    merged: bool = False


def edit_clause(
    *, actor: Actor, clause_id: UUID, revision: int, heading: str, body: Any, settles: UUID | None = None
) -> Edited:
    """The words are in the clause. Where it changed since `revision`, both changes are in it if they touch different
    words. `settles` are one's own kept words that these take up.

    Raises DomainError `clause_changed` (both changed the same words), `turn_over`, `clause_removed`: then the clause is
    as it was and the words are kept, for their author alone, under the id in detail["edit"]. Invalid `words_wrong`,
    `revision_unknown`.
    """
    words = words_of(heading, body)
    with transaction.atomic():
        clause = locked_clause(actor, VERB, clause_id)
        require(actor, VERB, clause.draft)
        answer = _write(actor, clause, revision, words)
        if settles is not None and isinstance(answer, Edited):
            found = own_kept_words(actor, settles, draft_clause__draft__contract_id=clause.draft.contract_id)
            record(actor, events.words_settled(settle(actor, found)))
    # What is kept of refused words is committed first.
    if isinstance(answer, DomainError):
        raise answer
    return answer


def _write(actor: Actor, clause: DraftClause, revision: int, words: Words) -> Edited | DomainError:
    if not is_open(clause.draft):
        return turn_over(edit=str(refused_edit(actor, VERB, clause, revision, words).pk))
    base = words_at(clause, revision)
    if clause.is_removed:
        return _removed(actor, clause, revision, words)
    if words.are_in(clause) or words == base:
        put_unsaved_away(actor, clause, words, is_sent=True)
        return Edited(clause)
    if revision == clause.revision:
        _save(actor, clause, words, revision, Outcome.SAVED, sent=words)
        return Edited(clause)
    both = merge(base.body, words.body, clause.body)
    shared = merged_heading(base.heading, words.heading, clause.heading)
    if both.clashes or shared is None:
        return _changed(actor, clause, revision, words, both, shared)
    _save(actor, clause, Words(shared, both.body, plain(both.body)), revision, Outcome.MERGED, sent=words)
    return Edited(clause, merged=True)


def _save(actor: Actor, clause: DraftClause, words: Words, revision: int, outcome: Outcome, *, sent: Words) -> None:
    before = {"revision": clause.revision}
    write_words(actor, clause, words, based_on=revision, outcome=outcome, sent=sent)
    record(actor, events.clause_written("draft.clause_edited", VERB, clause, before, outcome=outcome))


def _removed(actor: Actor, clause: DraftClause, revision: int, words: Words) -> DomainError:
    message = _("This clause was removed meanwhile. Your words are kept: restore the clause, and send them again.")
    return DomainError("clause_removed", message, detail=_kept(actor, clause, revision, words))


def _changed(
    actor: Actor, clause: DraftClause, revision: int, words: Words, both: Merge, heading: str | None
) -> DomainError:
    clashes = [{"base": each.base, "mine": each.mine, "theirs": each.theirs} for each in both.clashes]
    theirs = {
        "heading": clause.heading,
        "body": clause.body,
        "text": clause.text,
        "by": str(clause.changed_by) if clause.changed_by else "",
        "at": clause.changed_at.isoformat() if clause.changed_at else "",
    }
    detail = {
        **_kept(actor, clause, revision, words),
        "revision": clause.revision,
        "theirs": theirs,
        "merged": {"heading": words.heading if heading is None else heading, "body": both.body},
        "clashes": clashes,
    }
    message = _("Somebody else changed the same words meanwhile. Yours are kept: choose what stands.")
    return DomainError("clause_changed", message, detail=detail)


def _kept(actor: Actor, clause: DraftClause, revision: int, words: Words) -> dict[str, Any]:
    edit = keep_edit(actor, clause, revision, words, Outcome.CONFLICT)
    put_unsaved_away(actor, clause, words, is_sent=True)
    record(actor, events.words_kept(VERB, clause, revision, Outcome.CONFLICT))
    return {"edit": str(edit.pk)}
