"""A thread is taken up again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from contracts.events import comments as events
from contracts.models import Thread
from contracts.operations.comments.guards import check_audience
from contracts.states import ThreadState


@transaction.atomic
def reopen_thread(*, actor: Actor, thread_id: UUID) -> Thread:
    """The thread is open again.

    Raises DomainError `illegal_move`; Forbidden for who may not write to the other side.
    """
    thread = lock_row(Thread, thread_id, "contract")
    require(actor, "contracts.reopen_thread", thread)
    check_audience(actor, thread.audience)
    previous = move(actor, thread, to=ThreadState.OPEN)
    record(actor, events.thread_moved("thread.reopened", "contracts.reopen_thread", thread, previous))
    return thread
