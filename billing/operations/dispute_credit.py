"""An issued or settled credit is in dispute."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from billing import events
from billing.models import Credit
from billing.operations.guards import check_not_taken_back, check_reason
from billing.states import CreditState
from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import lock_row


@transaction.atomic
def dispute_credit(*, actor: Actor, credit_id: UUID, reason: str) -> Credit:
    """The disputed credit with the reason; until it is settled no invoice is expected to carry it. Raises
    `reason_missing`, `illegal_move`, `taken_back`."""
    credit = lock_row(Credit, credit_id)
    require(actor, "billing.dispute_credit", credit)
    why = check_reason(reason)
    check_not_taken_back(credit)
    previous = move(actor, credit, to=CreditState.DISPUTED, reason=why)
    credit.reason = why
    credit.save(update_fields=["reason"])
    record(actor, events.credit_moved("billing.dispute_credit", credit, previous, reason=why))
    return credit
