"""What duties and dates do when something happens to a contract."""

from __future__ import annotations

from uuid import UUID

from clm.access.permissions import system_actor
from clm.events.handlers import handles
from clm.events.models import OutboxEvent
from contracts.models import Term
from obligations.access import CALENDAR
from obligations.operations.set_deadlines import set_deadlines


@handles(
    "contract.activated",
    "contract.term_started",
    "contract.term_changed",
    "contract.renewal_decided",
    "contract.terminated",
    "contract.expired",
)
def keep_deadlines(event: OutboxEvent) -> None:
    """The calendar follows the contract's terms and decisions. Of terms that began in one go the newest counts."""
    if _is_succeeded(event):
        return
    actor = system_actor(CALENDAR, event.organization_id)
    set_deadlines(actor=actor, contract_id=UUID(event.payload["contract_id"]))


def _is_succeeded(event: OutboxEvent) -> bool:
    """Whether the event is about one term and the contract has a later one, whose own event sets the dates: a contract
    that catches up on four hundred renewals has its calendar read once."""
    if "term_id" not in event.payload:
        return False
    later = Term.objects.filter(contract_id=event.payload["contract_id"], number__gt=event.payload["number"])
    return later.exists()
