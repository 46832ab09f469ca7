"""Weights of risk are not used, or no longer."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import advisory_lock, lock_row
from contracts.events import risk as events
from contracts.models import RiskScale
from contracts.operations.risk.activate_risk_scale import retire

VERB = "contracts.retire_risk_scale"


@transaction.atomic
def retire_risk_scale(*, actor: Actor, scale_id: UUID) -> RiskScale:
    """A draft is put aside; the scale in use is switched off, and contracts are scored by the weights that come with
    the product."""
    advisory_lock(f"risk-scales:{actor.organization_id}")
    scale = lock_row(RiskScale, scale_id)
    require(actor, VERB, scale)
    before = retire(actor, scale)
    record(actor, events.scale_event("risk_scale.retired", VERB, scale, {"state": before}, {"state": scale.state}))
    return scale
