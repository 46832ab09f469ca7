"""What is in a browser and not sent yet is kept in case the browser dies."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.events import drafts as events
from contracts.models import DraftClause, UnsavedWords
from contracts.operations.drafting.guards import (
    Words,
    locked_clause,
    refused_edit,
    turn_over,
    words_of,
)
from contracts.queries.drafts import is_open

VERB = "contracts.keep_words"


def keep_words(
    *, actor: Actor, clause_id: UUID, revision: int, heading: str, body: Any, session: str = ""
) -> UnsavedWords | None:
    """The latest words of the actor's editor `session` for the clause are kept beside it, for the actor alone; None
    where they are those of the clause. Other editors of the actor's keep their own; where one has the same words, they
    are kept once. The ledger has the first keeping, not each further one.

    Raises DomainError `turn_over` (the words are kept with the draft that is over), Invalid `words_wrong`.
    """
    words = words_of(heading, body)
    with transaction.atomic():
        clause = locked_clause(actor, VERB, clause_id)
        require(actor, VERB, clause.draft)
        answer = _keep(actor, clause, revision, words, session)
    if isinstance(answer, DomainError):
        raise answer
    return answer


def _keep(
    actor: Actor, clause: DraftClause, revision: int, words: Words, session: str
) -> UnsavedWords | DomainError | None:
    is_there = words.are_in(clause)
    if not is_open(clause.draft):
        if is_there:
            return turn_over()
        return turn_over(edit=str(refused_edit(actor, VERB, clause, revision, words, session=session).pk))
    own = UnsavedWords.objects.filter(draft_clause=clause, person_id=actor.person_id)
    if is_there:
        own.filter(session=session).delete()
        return None
    own.filter(revision=revision, heading=words.heading, body=words.body).exclude(session=session).delete()
    kept, is_new = UnsavedWords.objects.update_or_create(
        organization_id=clause.organization_id,
        draft_clause=clause,
        person_id=actor.person_id,
        session=session,
        defaults={
            "revision": revision,
            "heading": words.heading,
            "body": words.body,
            "text": words.text,
            "at": clock.now(),
        },
    )
    if is_new:
        record(actor, events.words_kept(VERB, clause, revision, "unsaved"))
    return kept
