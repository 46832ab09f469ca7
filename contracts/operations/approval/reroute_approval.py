"""What an approval was asked by moved: it is overtaken, and somebody sends the text again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from contracts.events import approvals as events
from contracts.models import Approval, Contract
from contracts.operations.approval.guards import LIVE, conclude
from contracts.queries.routing import lacking_steps
from contracts.queries.signing import out_of
from contracts.states import ApprovalState, ContractState, VersionState

VERB = "contracts.reroute_approval"


@transaction.atomic
def reroute_approval(*, actor: Actor, contract_id: UUID) -> list[Approval]:
    """Approvals of a text that is not signed, open or given, for which today's facts ask for a further step are
    overtaken, and the contract is worked on again: somebody asks anew. What is out for signature stays: its approval
    covered it when it was sent. Answers those that were overtaken."""
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    if contract.state == ContractState.OUT_FOR_SIGNATURE or out_of(contract) is not None:
        return []
    rows = Approval.objects.select_for_update(of=("self",)).filter(contract=contract, state__in=LIVE)
    overtaken = []
    for approval in rows.filter(version__state=VersionState.DRAFT).select_related("version", "matrix"):
        approval.contract = approval.version.contract = contract
        lacking = lacking_steps(approval, contract, approval.version)
        if lacking:
            why = _("What rules look at moved: they ask for %(steps)s too.") % {"steps": ", ".join(lacking)}
            conclude(actor, VERB, approval, ApprovalState.SUPERSEDED, why)
            record(actor, events.approval_rerouted(approval, lacking))
            overtaken.append(approval)
    return overtaken
