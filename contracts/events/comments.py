"""Facts about comments: one function per fact. The words stay in the comment, and the ledger has their digest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clm.events.record import Event
from clm.lib.canonical import digest
from contracts.models import Comment, Thread


def thread_started(thread: Thread, comment: Comment, *, verb: str = "contracts.start_thread") -> Event:
    # A label in a draft is its side's until it is handed over.
    clause = str(thread) if thread.clause_id else ""
    after = {"audience": thread.audience, "clause": clause, "words": words_of(comment)}
    return _thread("thread.started", verb, thread, after=after, comment_id=comment.pk)


def thread_replied(thread: Thread, comment: Comment, *, verb: str = "contracts.reply_to_thread") -> Event:
    after = {"audience": thread.audience, "words": words_of(comment)}
    return _thread("thread.replied", verb, thread, after=after, comment_id=comment.pk)


def comment_edited(thread: Thread, comment: Comment, before: str) -> Event:
    change = {"before": {"words": before}, "after": {"words": words_of(comment)}}
    return _thread("comment.edited", "contracts.edit_comment", thread, **change, comment_id=comment.pk)


def thread_moved(type_: str, verb: str, thread: Thread, previous: str) -> Event:
    """thread.resolved, thread.reopened."""
    return _thread(type_, verb, thread, before={"state": previous}, after={"state": thread.state})


def words_of(comment: Comment) -> str:
    """The digest that stands for a comment's words."""
    return digest({"text": comment.text})


def _thread(
    type_: str,
    verb: str,
    thread: Thread,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any],
    **ids: Any,
) -> Event:
    payload = {"thread_id": thread.pk, "contract_id": thread.contract_id, "audience": thread.audience, **ids}
    return Event(
        type=type_,
        verb=verb,
        subject=thread,
        contract_id=thread.contract_id,
        before=before or {},
        after=after,
        payload=payload,
    )
