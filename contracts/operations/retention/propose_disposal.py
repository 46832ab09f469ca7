"""Somebody proposes to let a contract go whose retention is over."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden
from clm.lib.locks import lock_row
from contracts.events import retention as events
from contracts.models import Contract, Disposal
from contracts.operations.retention.guards import check_may_go, tell_keepers, wait_for_records
from contracts.states import DisposalState

VERB = "contracts.propose_disposal"


@transaction.atomic
def propose_disposal(*, actor: Actor, contract_id: UUID, reason: str = "") -> Disposal:
    """Somebody else of legal, or an administrator, is asked; nothing goes before. A person's act.

    Raises DomainError `not_archived`, `on_hold`, `no_rule`, `still_kept`, `disposal_known` where it waits already.
    """
    wait_for_records(actor.organization_id)
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    if actor.kind != "user":
        raise Forbidden(_("Disposing of a contract is for people."))
    found = check_may_go(contract)
    if Disposal.objects.filter(contract=contract, state=DisposalState.PROPOSED).exists():
        raise DomainError("disposal_known", _("This was proposed already."))
    disposal = Disposal.objects.create(
        organization_id=actor.organization_id,
        contract=contract,
        reason=reason.strip(),
        until=found.until,
        trace=found.trace.as_json(),
        proposed_by_id=actor.person_id,
        created_at=clock.now(),
    )
    record(actor, events.disposal_proposed(disposal))
    tell_keepers(disposal)
    return disposal
