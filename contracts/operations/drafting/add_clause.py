"""A clause comes into a draft."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.engine.body import body_of
from contracts.events import drafts as events
from contracts.models import Draft, DraftClause
from contracts.operations.drafting.guards import (
    Outcome,
    Words,
    check_size,
    checked_level,
    keep_edit,
    locked_draft,
    make_room,
    place_after,
    refused_edit,
    touch,
    turn_over,
    words_of,
)
from contracts.queries.drafts import is_open

VERB = "contracts.add_clause"


def add_clause(
    *, actor: Actor, draft_id: UUID, after: UUID | None = None, level: int = 1, heading: str = "", body: Any = None
) -> DraftClause:
    """The clause stands behind `after` (None: at the beginning), under revision 1.

    Raises DomainError `turn_over` (words are then kept beside `after`, or the first clause), `draft_full`, Invalid
    `words_wrong`, `clause_unknown`, `level_wrong`.
    """
    words = words_of(heading, body_of([]) if body is None else body)
    checked_level(level)
    with transaction.atomic():
        draft = locked_draft(actor, VERB, draft_id)
        require(actor, VERB, draft)
        answer = _add(actor, draft, after, level, words)
    if isinstance(answer, DomainError):
        raise answer
    return answer


def _add(actor: Actor, draft: Draft, after: UUID | None, level: int, words: Words) -> DraftClause | DomainError:
    if not is_open(draft):
        return _too_late(actor, draft, after, words)
    check_size(draft, signs=len(words.heading) + len(words.text), clauses=1)
    place = place_after(draft, after)
    make_room(draft, place)
    clause = _new_clause(actor, draft, place, words, level=level)
    keep_edit(actor, clause, 1, words, Outcome.SAVED, revision=1)
    touch(draft)
    record(actor, events.clause_written("draft.clause_added", VERB, clause, {}, place=place, level=level))
    return clause


def _new_clause(actor: Actor, draft: Draft, place: int, words: Words, **facts: Any) -> DraftClause:
    now = clock.now()
    return DraftClause.objects.create(
        organization_id=draft.organization_id,
        draft=draft,
        place=place,
        heading=words.heading,
        body=words.body,
        text=words.text,
        changed_by_id=actor.person_id,
        changed_at=now,
        created_at=now,
        **facts,
    )


def _too_late(actor: Actor, draft: Draft, after: UUID | None, words: Words) -> DomainError:
    """The words are kept beside a clause; a draft that never had one has an empty one from then on, left out."""
    if not (words.heading or words.text.strip()):
        return turn_over()
    clauses = DraftClause.objects.filter(draft=draft)
    named = clauses.filter(pk=after).first() if after else None
    beside = named or clauses.order_by("place").first()
    if beside is None:
        beside = _new_clause(actor, draft, 1, words_of("", body_of([])), is_removed=True)
    beside.draft = draft
    return turn_over(edit=str(refused_edit(actor, VERB, beside, beside.revision, words).pk))
