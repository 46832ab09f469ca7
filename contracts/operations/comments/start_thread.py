"""A thread of comments begins."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from contracts.events import comments as events
from contracts.models import Contract, Thread
from contracts.models.comment import Audience
from contracts.operations.comments.guards import check_audience, place_of, say
from contracts.queries.disposed import check_not_disposed


@transaction.atomic
def start_thread(
    *,
    actor: Actor,
    contract_id: UUID,
    text: str,
    audience: str = Audience.INTERNAL,
    clause_id: UUID | None = None,
    draft_clause_id: UUID | None = None,
    quote: str = "",
    mentions: Iterable[UUID] = (),
) -> Thread:
    """The thread with its first comment, on the contract or on a clause of a version or of one's own open draft. Who
    reads it stays as it is; who is named is told.

    Raises DomainError `contract_disposed`, Invalid beside `text`, `audience`, `clause`, `quote`, `mentions`; Forbidden
    for who may not write to the other side.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, "contracts.start_thread", contract)
    check_not_disposed(contract)
    check_audience(actor, audience)
    place = place_of(actor, contract, clause_id, draft_clause_id, quote)
    thread = Thread.objects.create(
        organization_id=actor.organization_id,
        contract=contract,
        audience=audience,
        started_by_id=actor.person_id,
        started_at=clock.now(),
        **place,
    )
    comment = say(actor, thread, text, mentions)
    record(actor, events.thread_started(thread, comment))
    return thread
