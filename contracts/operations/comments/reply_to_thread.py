"""A thread is answered."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.events import comments as events
from contracts.models import Comment, Thread
from contracts.operations.comments.guards import check_audience, say
from contracts.states import ThreadState


@transaction.atomic
def reply_to_thread(*, actor: Actor, thread_id: UUID, text: str, mentions: Iterable[UUID] = ()) -> Comment:
    """One more comment, read by whoever reads the thread.

    Raises DomainError `thread_resolved`, Invalid beside `text`, `mentions`; Forbidden for who may not write to the
    other side.
    """
    thread = lock_row(Thread, thread_id, "contract")
    require(actor, "contracts.reply_to_thread", thread)
    check_audience(actor, thread.audience)
    if thread.state != ThreadState.OPEN:
        raise DomainError("thread_resolved", _("This thread is resolved. Reopen it to answer."))
    comment = say(actor, thread, text, mentions)
    record(actor, events.thread_replied(thread, comment))
    return comment
