"""A thread is settled."""

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
def resolve_thread(*, actor: Actor, thread_id: UUID) -> Thread:
    """The thread is settled: it leaves the open ones, and can be reopened.

    Raises DomainError `illegal_move`; Forbidden for who may not write to the other side.
    """
    thread = lock_row(Thread, thread_id, "contract")
    require(actor, "contracts.resolve_thread", thread)
    check_audience(actor, thread.audience)
    previous = move(actor, thread, to=ThreadState.RESOLVED)
    record(actor, events.thread_moved("thread.resolved", "contracts.resolve_thread", thread, previous))
    return thread
