"""Other weights of risk are begun."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from clm.access.permissions import get_visible, require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import advisory_lock
from contracts.events import risk as events
from contracts.models import RiskScale
from contracts.operations.risk.guards import FIELDS, put_values, scale_facts

VERB = "contracts.create_risk_scale"


@transaction.atomic
def create_risk_scale(*, actor: Actor, copy_of: UUID | None = None, **values: Any) -> RiskScale:
    """A draft with the weights of another scale where one is named, else with those that count without any; `values`
    names others of FIELDS. Nothing is scored by it before it is switched on. Raises what `put_values` does."""
    advisory_lock(f"risk-scales:{actor.organization_id}")
    require(actor, VERB)
    source = get_visible(actor, RiskScale.objects.all(), copy_of) if copy_of else RiskScale()
    last = RiskScale.objects.aggregate(last=Max("number"))["last"]
    scale = RiskScale(
        organization_id=actor.organization_id,
        number=(last or 0) + 1,
        created_by_id=actor.person_id,
        created_at=clock.now(),
        **{name: getattr(source, name) for name in FIELDS if name != "note"},
    )
    put_values(scale, values).save(force_insert=True)
    record(actor, events.scale_event("risk_scale.created", VERB, scale, {}, scale_facts(scale)))
    return scale
