"""A dispute about a credit ended in its favour."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from billing import events
from billing.models import Credit, CreditNote
from billing.operations.guards import check_disputed, check_reason, credits_turn
from billing.states import CreditState
from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import lock_row


@transaction.atomic
def reinstate_credit(*, actor: Actor, credit_id: UUID, reason: str) -> Credit:
    """The disputed credit is issued as before, and the next invoice is expected to carry it, also where one did
    already. Raises `reason_missing`, `illegal_move`."""
    credit = lock_row(Credit, credit_id)
    require(actor, "billing.reinstate_credit", credit)
    credits_turn(credit.contract_id)
    why = check_reason(reason)
    check_disputed(credit)
    previous = move(actor, credit, to=CreditState.ISSUED, reason=why)
    CreditNote.objects.filter(credit=credit).update(settled_by=None)
    credit.reason = why
    credit.save(update_fields=["reason"])
    record(actor, events.credit_reinstated(credit, previous, reason=why))
    return credit
