"""A text that was approved is worked on again before it is signed."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.events import approvals as events
from contracts.models import Approval
from contracts.operations.approval.guards import end_approval, locked_approval
from contracts.queries.signing import check_not_out
from contracts.states import ApprovalState, ContractState, VersionState

VERB = "contracts.set_aside_approval"


@transaction.atomic
def set_aside_approval(*, actor: Actor, approval_id: UUID, reason: str = "") -> Approval:
    """The approval counts no more: whatever is signed later is approved anew. Raises DomainError `not_approved`,
    `version_final`, `out_for_signature`."""
    approval = locked_approval(actor, VERB, approval_id)
    require(actor, VERB, approval)
    if approval.state != ApprovalState.APPROVED:
        raise DomainError("not_approved", _("This approval is not one that counts."), detail={"state": approval.state})
    if approval.version.state != VersionState.DRAFT:
        raise DomainError("version_final", _("The text is signed: its approval stays."))
    if approval.contract.state == ContractState.OUT_FOR_SIGNATURE:
        raise DomainError("out_for_signature", _("The text is out for signature: void that first."))
    check_not_out(approval.contract)
    before = end_approval(actor, VERB, approval, ApprovalState.WITHDRAWN, reason.strip())
    record(actor, events.approval_ended(VERB, approval, before))
    return approval
