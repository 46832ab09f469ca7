"""A hold stands no more."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.events import retention as events
from contracts.models import LegalHold
from contracts.operations.requests.guards import check_words
from contracts.operations.retention.guards import wait_for_records

VERB = "contracts.release_hold"


@transaction.atomic
def release_hold(*, actor: Actor, hold_id: UUID, reason: str) -> LegalHold:
    """What it covered goes by the retention rules again. Raises DomainError `hold_released`, Invalid
    `words_missing`."""
    wait_for_records(actor.organization_id)
    hold = lock_row(LegalHold, hold_id, "contract", "party", "matter")
    require(actor, VERB, hold)
    if not hold.stands:
        raise DomainError("hold_released", _("This hold was released already."))
    hold.release_reason = check_words("reason", reason)
    hold.released_by_id, hold.released_at = actor.person_id, clock.now()
    hold.save(update_fields=["released_by", "released_at", "release_reason"])
    record(actor, events.hold_released(hold))
    return hold
