"""Finance turns a proposed credit down."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from billing import events
from billing.models import Credit
from billing.operations.guards import check_reason, person_of
from billing.states import CreditState
from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import lock_row


@transaction.atomic
def reject_credit(*, actor: Actor, credit_id: UUID, reason: str) -> Credit:
    """The rejected credit with who and why; its amount no longer counts towards a cap. Raises `reason_missing`,
    `illegal_move`."""
    credit = lock_row(Credit, credit_id)
    require(actor, "billing.reject_credit", credit)
    why = check_reason(reason)
    previous = move(actor, credit, to=CreditState.REJECTED, reason=why)
    credit.decided_by = person_of(actor)
    credit.reason = why
    credit.save(update_fields=["decided_by", "reason"])
    record(actor, events.credit_moved("billing.reject_credit", credit, previous, reason=why))
    return credit
