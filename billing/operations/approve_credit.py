"""Finance agrees to a proposed credit."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from billing import events
from billing.models import Credit
from billing.operations.guards import check_claim_open, check_current, person_of
from billing.states import CreditState
from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import lock_row


@transaction.atomic
def approve_credit(*, actor: Actor, credit_id: UUID) -> Credit:
    """The approved credit, with who approved it. Raises `claim_window_passed`, `credit_outdated`, `illegal_move`."""
    credit = lock_row(Credit, credit_id, "commitment")
    require(actor, "billing.approve_credit", credit)
    credit.STATES.check(credit.state, CreditState.APPROVED)
    check_claim_open(credit)
    check_current(credit)
    credit.decided_by = person_of(actor)
    credit.save(update_fields=["decided_by"])
    previous = move(actor, credit, to=CreditState.APPROVED)
    record(actor, events.credit_moved("billing.approve_credit", credit, previous))
    return credit
