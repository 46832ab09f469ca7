"""Somebody's words stand in a clause of a draft, or beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.engine.body import plain, references_in
from contracts.engine.merge import Merge, merge, merged_heading
from contracts.engine.references import Numbered, Numbering, tied
from contracts.engine.words import diff_words
from contracts.events import drafts as events
from contracts.models import ClauseEdit, DraftClause
from contracts.operations.drafting.guards import (
    Editor,
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
from contracts.queries.drafts import clause_rows, is_open, labels_of

VERB = "contracts.edit_clause"
MARKS = {"equal": "same", "insert": "added", "delete": "removed"}


@dataclass(frozen=True, slots=True)
class Edited:
    """The clause as it is now; `merged`: another's words came in between, and both are in it. `again`: the same was
    sent before and saved then, and nothing is written now."""

    clause: DraftClause
    merged: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """What an editor sends: its words, what they were written on, and under which revision that stood."""

    words: Words
    base: Words
    revision: int
    editor: Editor


def edit_clause(
    *,
    actor: Actor,
    clause_id: UUID,
    revision: int,
    heading: str,
    body: Any,
    settles: UUID | None = None,
    session: str = "",
    kept_at: datetime | None = None,
) -> Edited:
    """The words are in the clause. Where it changed since `revision`, both changes are in it if they touch different
    words. `settles` are one's own kept words that these take up. `session` is the editor that sends them: what it saved
    itself, though the answer never came there, is nobody else's change; nor is a request that is sent twice. What it
    kept up to `kept_at` (see `keep_words`) is behind what it sends now.

    Raises DomainError `clause_changed` (both changed the same words), `turn_over`, `clause_removed`: then the clause is
    as it was and the words are kept, for their author alone, under the id in detail["edit"]. Invalid `words_wrong`,
    `revision_unknown`.
    """
    words = words_of(heading, body)
    with transaction.atomic():
        clause = locked_clause(actor, VERB, clause_id)
        require(actor, VERB, clause.draft)
        answer = _write(actor, clause, revision, words, Editor(session, kept_at))
        if settles is not None and isinstance(answer, Edited) and not (answer.again and _is_settled(settles)):
            found = own_kept_words(actor, settles, draft_clause__draft__contract_id=clause.draft.contract_id)
            record(actor, events.words_settled(settle(actor, found)))
    # What is kept of refused words is committed first.
    if isinstance(answer, DomainError):
        raise answer
    return answer


def _is_settled(edit_id: UUID) -> bool:
    return ClauseEdit.objects.filter(settles_id=edit_id).exists()


def _write(actor: Actor, clause: DraftClause, revision: int, words: Words, editor: Editor) -> Edited | DomainError:
    if _was_saved(actor, clause, revision, words):
        put_unsaved_away(actor, clause, words, is_sent=True, editor=editor)
        return Edited(clause, merged=not words.are_in(clause), again=True)
    if not is_open(clause.draft):
        return turn_over(edit=str(refused_edit(actor, VERB, clause, revision, words, session=editor.session).pk))
    known, base = _ground(actor, clause, revision, editor.session)
    sent = Sent(words, base, known, editor)
    if clause.is_removed:
        return _removed(actor, clause, sent)
    if words.are_in(clause) or words == base:
        put_unsaved_away(actor, clause, words, is_sent=True, editor=editor)
        return Edited(clause)
    return _put(actor, clause, sent)


def _put(actor: Actor, clause: DraftClause, sent: Sent) -> Edited | DomainError:
    base, words = sent.base, sent.words
    if sent.revision == clause.revision:
        _save(actor, clause, _tied(clause, words), Outcome.SAVED, sent)
        return Edited(clause)
    both = merge(base.body, words.body, clause.body)
    shared = merged_heading(base.heading, words.heading, clause.heading)
    if both.clashes or shared is None:
        return _changed(actor, clause, sent, both, shared)
    _save(actor, clause, _tied(clause, Words(shared, both.body, plain(both.body))), Outcome.MERGED, sent)
    return Edited(clause, merged=True)


def _tied(clause: DraftClause, words: Words) -> Words:
    """The words with numbers that were typed beside a reference ("Sections 8.1, 8.2 and 8.3") as references, too."""
    if not references_in(words.body):
        return words
    rows = [row for row in clause_rows(clause.draft) if not row.is_removed]
    shown = labels_of(rows).shown
    numbered = [Numbered(str(row.pk), row.level, shown.get(str(row.pk), "")) for row in rows]
    numbering = Numbering.of(numbered, [row.text for row in rows])
    return Words(words.heading, tied(words.body, numbering, str(clause.pk), only_beside=True), words.text)


def _ground(actor: Actor, clause: DraftClause, revision: int, session: str) -> tuple[int, Words]:
    """What the editor's words were written on: the words under `revision`, and on top of them what it saved itself
    while the answer did not reach it."""
    ground = words_at(clause, revision)
    rows = ClauseEdit.objects.filter(draft_clause=clause, author_id=actor.person_id, revision__gt=revision)
    for edit in rows.filter(session=session).order_by("revision") if session else ():
        if edit.based_on != revision:
            continue
        ground = _sent_as(edit)
        if edit.revision == revision + 1:
            revision = edit.revision
    return revision, ground


def _sent_as(edit: ClauseEdit) -> Words:
    given = edit.sent or {"heading": edit.heading, "body": edit.body}
    return Words(given["heading"], given["body"], plain(given["body"]))


def _was_saved(actor: Actor, clause: DraftClause, revision: int, words: Words) -> bool:
    """Whether the actor sent these words on that revision before, and they were saved or put together with others."""
    rows = ClauseEdit.objects.filter(draft_clause=clause, author_id=actor.person_id, based_on=revision)
    saved = rows.filter(outcome__in=(Outcome.SAVED, Outcome.MERGED), revision__gt=revision)
    return any((sent.heading, sent.body) == (words.heading, words.body) for sent in map(_sent_as, saved))


def _save(actor: Actor, clause: DraftClause, words: Words, outcome: Outcome, sent: Sent) -> None:
    before = {"revision": clause.revision}
    write_words(actor, clause, words, based_on=sent.revision, outcome=outcome, sent=sent.words, editor=sent.editor)
    record(actor, events.clause_written("draft.clause_edited", VERB, clause, before, outcome=outcome))


def _removed(actor: Actor, clause: DraftClause, sent: Sent) -> DomainError:
    message = _("This clause was removed meanwhile. Your words are kept: restore the clause, and send them again.")
    return DomainError("clause_removed", message, detail=_kept(actor, clause, sent))


def _changed(actor: Actor, clause: DraftClause, sent: Sent, both: Merge, heading: str | None) -> DomainError:
    clashes = [{"base": each.base, "mine": each.mine, "theirs": each.theirs} for each in both.clashes]
    theirs = {
        "heading": clause.heading,
        "body": clause.body,
        "text": clause.text,
        "by": str(clause.changed_by) if clause.changed_by else "",
        "at": clause.changed_at.isoformat() if clause.changed_at else "",
    }
    merged = Words(sent.words.heading if heading is None else heading, both.body, plain(both.body))
    detail = {
        **_kept(actor, clause, sent),
        "revision": clause.revision,
        "theirs": theirs,
        "merged": {"heading": merged.heading, "body": merged.body},
        "clashes": clashes,
        "changes": {
            "yours": _spans(sent.base, sent.words),
            "theirs": _spans(sent.words, Words(clause.heading, clause.body, clause.text)),
            "merged": _spans(sent.words, merged),
        },
    }
    message = _("Somebody else changed the same words meanwhile. Yours are kept: choose what stands.")
    return DomainError("clause_changed", message, detail=detail)


def _spans(old: Words, new: Words) -> dict[str, list[tuple[str, str]]]:
    """By words what the new ones leave out of the old and add to them: pairs of same|removed|added and the words."""
    pairs = {"heading": (old.heading, new.heading), "text": (old.text, new.text)}
    return {name: [(MARKS[each.op], each.text) for each in diff_words(*texts)] for name, texts in pairs.items()}


def _kept(actor: Actor, clause: DraftClause, sent: Sent) -> dict[str, Any]:
    """Under which id the refused words are kept; the same words again are kept once, until they are settled."""
    words = sent.words
    rows = ClauseEdit.objects.filter(
        draft_clause=clause,
        author_id=actor.person_id,
        outcome=Outcome.CONFLICT,
        based_on=sent.revision,
        settled_by=None,
        heading=words.heading,
        body=words.body,
    )
    edit = rows.first()
    if edit is None:
        edit = keep_edit(actor, clause, sent.revision, words, Outcome.CONFLICT, session=sent.editor.session)
        record(actor, events.words_kept(VERB, clause, sent.revision, Outcome.CONFLICT))
    put_unsaved_away(actor, clause, words, is_sent=True, editor=sent.editor)
    return {"edit": str(edit.pk)}
