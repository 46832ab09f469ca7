"""Approval is not asked for any more."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from contracts.events import approvals as events
from contracts.models import Approval
from contracts.operations.approval.guards import check_open, end_approval, locked_approval
from contracts.states import ApprovalState

VERB = "contracts.withdraw_approval"


@transaction.atomic
def withdraw_approval(*, actor: Actor, approval_id: UUID, reason: str = "") -> Approval:
    """Nobody is asked any more, and the text is worked on again. Raises DomainError `approval_closed`."""
    approval = locked_approval(actor, VERB, approval_id)
    require(actor, VERB, approval)
    check_open(approval)
    before = end_approval(actor, VERB, approval, ApprovalState.WITHDRAWN, reason.strip())
    record(actor, events.approval_ended(VERB, approval, before))
    return approval
