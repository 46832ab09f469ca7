"""A credit whose claim window has passed can no longer be issued."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from billing import events
from billing.models import Credit
from billing.operations.guards import is_claim_over
from billing.states import CreditState
from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row


@transaction.atomic
def lapse_credit(*, actor: Actor, credit_id: UUID) -> Credit:
    """The lapsed credit. Raises `claim_window_open` while it may still be claimed, `illegal_move`."""
    credit = lock_row(Credit, credit_id, "commitment")
    require(actor, "billing.lapse_credit", credit)
    if not is_claim_over(credit):
        raise DomainError("claim_window_open", "The credit may still be claimed.")
    reason = f"Not issued by {credit.claim_due_on}"
    previous = move(actor, credit, to=CreditState.LAPSED, reason=reason)
    record(actor, events.credit_moved("billing.lapse_credit", credit, previous, reason=reason))
    return credit
