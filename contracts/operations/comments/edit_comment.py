"""Somebody changes their own comment."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Forbidden
from clm.lib.locks import lock_row
from contracts.events import comments as events
from contracts.models import Comment, FormerWords
from contracts.operations.comments.guards import check_audience, checked_text, mention


@transaction.atomic
def edit_comment(*, actor: Actor, comment_id: UUID, text: str, mentions: Iterable[UUID] = ()) -> Comment:
    """The comment reads otherwise from now on, and what it said is kept. Who is newly named is told. The same words
    again change nothing.

    Raises Forbidden for another's comment, Invalid beside `text`, `mentions`.
    """
    comment = lock_row(Comment, comment_id, "thread__contract")
    require(actor, "contracts.edit_comment", comment)
    check_audience(actor, comment.thread.audience)
    if comment.author_id is None or comment.author_id != actor.person_id:
        raise Forbidden(_("Only who wrote a comment may change it."))
    said, before = checked_text(text), events.words_of(comment)
    if said == comment.text and not set(mentions):
        return comment
    now = clock.now()
    FormerWords.objects.create(organization_id=actor.organization_id, comment=comment, text=comment.text, until=now)
    comment.text, comment.edited_at = said, now
    comment.save(update_fields=["text", "edited_at"])
    mention(actor, comment, mentions)
    record(actor, events.comment_edited(comment.thread, comment, before))
    return comment
