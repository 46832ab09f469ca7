"""What duties and dates do when something happens to a contract."""

from __future__ import annotations

from uuid import UUID

from clm.access.permissions import system_actor
from clm.events.handlers import handles
from clm.events.models import OutboxEvent
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
    """The calendar follows the contract's terms and decisions."""
    actor = system_actor(CALENDAR, event.organization_id)
    set_deadlines(actor=actor, contract_id=UUID(event.payload["contract_id"]))
