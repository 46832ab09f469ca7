"""A credit that is not issued yet is taken back, because its window was judged anew."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from billing import events
from billing.models import Credit
from billing.operations.guards import check_reason
from billing.states import CreditState
from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import lock_row


@transaction.atomic
def withdraw_credit(*, actor: Actor, credit_id: UUID, reason: str) -> Credit:
    """The withdrawn credit; issued ones cannot be (`illegal_move`). Raises `reason_missing`."""
    credit = lock_row(Credit, credit_id)
    require(actor, "billing.withdraw_credit", credit)
    why = check_reason(reason)
    previous = move(actor, credit, to=CreditState.WITHDRAWN, reason=why)
    credit.reason = why
    credit.save(update_fields=["reason"])
    record(actor, events.credit_moved("billing.withdraw_credit", credit, previous, reason=why))
    return credit
